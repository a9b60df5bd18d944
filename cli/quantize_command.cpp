#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "octet/octet.hpp"

#include "commands.hpp"
#include "paths.hpp"
#include "shared.hpp"
#include "summary.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

struct Split {
    std::unique_ptr<Dataset> calibration, check;  ///< `check` is null where no sample can be spared
};

// More than half of all samples would leave too little to measure: then it is a third.
std::size_t samples_to_check(std::size_t wanted, std::size_t size) {
    return wanted <= size / 2 ? wanted : size / 3;
}

Split split(const Dataset& dataset, const Arguments& arguments, Progress& progress) {
    const std::size_t size = dataset.size();
    const std::size_t count = arguments.check ? samples_to_check(*arguments.check, size) : 0;
    const auto aside = spread_indices(size, count);
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < size; ++i) {
        if (!std::binary_search(aside.begin(), aside.end(), i)) {
            rest.push_back(i);
        }
    }
    Split out{select_samples(dataset, rest), nullptr};
    if (count > 0) {
        out.check = select_samples(dataset, aside);
        progress.log(
            LogLevel::Info, "check",
            fmt::format("{} of {} samples set aside for the check{}", count, size,
                        count < *arguments.check ? fmt::format(" (not {}: the others are needed)", *arguments.check)
                                                 : std::string()));
    }
    return out;
}

Comparison check(const std::shared_ptr<const ov::Model>& reference, const std::filesystem::path& written,
                 const Dataset& samples, const Arguments& arguments, Progress& progress) {
    CompareOptions options;
    options.throughput_seconds = 1;  // the check must not take longer than the work
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    return compare(reference, read_model(written), samples, options, arguments.run, &progress);
}

}  // namespace

int run_quantize(const Arguments& arguments, Progress& progress) {
    const std::string stem = model_stem(arguments.model);
    check_destination(arguments.output, stem, arguments.model);
    const auto model = read(arguments.model, progress);
    const auto dataset = open_data(model, "the model", arguments, progress);
    const auto samples = split(*dataset, arguments, progress);

    const auto result = quantize(model, *samples.calibration, arguments.options, arguments.run, &progress);
    Summary summary;
    summary.files = save(result, arguments.output, stem, arguments.model, arguments.run, &progress);
    summary.report = &result.report;
    summary.bytes_before = model_bytes(arguments.model);
    summary.bytes_after = model_bytes(summary.files.xml);
    summary.is_check_wanted = arguments.check.has_value();
    try {
        if (samples.check) {
            summary.check = check(model, summary.files.xml, *samples.check, arguments, progress);
        }
    } catch (const Error& error) {
        throw Error(error.code(), "",
                    fmt::format("{} (the model is written to {}; only the check is missing)", error.what(),
                                summary.files.xml.string()));
    }
    progress.finish();
    summary.phases = progress.phases();

    if (arguments.quiet) {
        return 0;
    }
    write_out(arguments.progress == ProgressStyle::Json ? dump(to_json(summary)) : to_text(summary));
    return 0;
}

}  // namespace octet::cli
