#include <string>

#include "commands.hpp"
#include "quantization.hpp"
#include "shared.hpp"
#include "usage_error.hpp"

namespace octet::cli {

int run_quantize(const Arguments& given, Progress& progress) {
    Arguments arguments = with_configuration(given, progress);
    if (arguments.accuracy && !arguments.has_samples()) {
        throw UsageError("--max-drop: needs samples; give --data");
    }
    if (arguments.budget && !arguments.recipe) {
        throw UsageError("--budget: expected --recipe, whose time it limits");
    }
    if (arguments.recipe && arguments.run.offline) {
        throw UsageError("--recipe: expected no --offline, as it judges by samples");
    }
    if (arguments.recipe && arguments.accuracy) {
        throw UsageError("--recipe: expected no accuracy goal (--max-drop, AccuracyAwareQuantization) beside it");
    }
    if (arguments.accuracy) {
        arguments.accuracy->intermediate = arguments.output / kIntermediate;
    }
    if (!arguments.has_samples() && (arguments.check || arguments.evaluate)) {
        throw UsageError(std::string(arguments.check ? "--check" : "--evaluate") + ": needs samples; give --data");
    }
    return quantize_and_save(arguments, progress);
}

}  // namespace octet::cli
