#include <string>

#include "octet/configuration.hpp"

#include "base/text.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "quantization.hpp"
#include "usage_error.hpp"

namespace octet::cli {

int run_quantize(const Arguments& given, Progress& progress) {
    ConfigurationGiven above{.profile = given.profile, .model = !given.model.empty()};
    above.simplified = above.data = !given.data.empty();
    for (const auto& setting : given.settings) {
        if (spelled(setting.key) == "target_device") {  // presets are translated for it
            above.target_device = given.options.target_device;
        }
    }
    const Arguments arguments = on_top_of(read_base(given, above, progress), given, progress);
    if (arguments.model.empty()) {
        throw UsageError("missing --model, as the configuration names no model");
    }
    const auto& run = arguments.run;
    if (run.offline && (run.statistics.empty() || run.save_statistics)) {
        throw UsageError("--offline: expected --statistics FILE, which holds what is not measured");
    }
    if (arguments.budget && !arguments.recipe) {
        throw UsageError("--budget: expected --recipe, whose time it limits");
    }
    if (arguments.recipe && run.offline) {
        throw UsageError("--recipe: expected no --offline, as it judges by samples");
    }
    if (arguments.data.empty() && !run.offline) {
        throw UsageError("missing --data, as the configuration names no data_source");
    }
    if (arguments.data.empty() && (arguments.check || arguments.evaluate)) {
        throw UsageError(std::string(arguments.check ? "--check" : "--evaluate") + ": needs samples; give --data");
    }
    quantize_and_save(arguments, progress);
    return kExitDone;
}

}  // namespace octet::cli
