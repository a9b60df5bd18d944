#include <fmt/format.h>

#include "octet/octet.hpp"

#include "commands.hpp"
#include "shared.hpp"
#include "terminal.hpp"

namespace octet::cli {

int run_compare(const Arguments& arguments, Progress& progress) {
    const auto reference = read(arguments.model, progress);
    const auto quantized = read(arguments.quantized, progress);
    // The quantized model knows how its calibration samples were prepared.
    const auto dataset = open_data(quantized, "the quantized model", arguments, progress);
    CompareOptions options;
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    const auto comparison = compare(reference, quantized, *dataset, options, arguments.run, &progress);
    progress.finish();
    if (arguments.json || arguments.progress == ProgressStyle::Json) {
        Json result = to_json(comparison);
        if (!arguments.json) {
            result = Json{{"event", "summary"}, {"comparison", result}};
        }
        write_out(dump(result));
    } else if (!arguments.quiet) {
        write_out(bold(1, fmt::format("Compared on {} samples", comparison.samples)) + "\n" + to_text(comparison));
    }
    return 0;
}

}  // namespace octet::cli
