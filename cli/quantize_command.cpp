#include <algorithm>
#include <fstream>
#include <iterator>
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

std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        throw Error(ErrorCode::Io, path.string(), "cannot be read");
    }
    return text;
}

/// The options of the profile or the configuration file, with those of the command line on top.
Options effective_options(const Arguments& arguments, Progress& progress) {
    ConfigurationGiven given{arguments.profile, {}};
    for (const auto& setting : arguments.settings) {
        if (setting.key == "target_device") {
            given.target_device = setting.value;
        }
    }
    Configuration base{profile_options(arguments.profile.value_or(Profile::Octet)), {}};
    if (!arguments.config.empty()) {
        base = read_configuration(arguments.config, given);
    }
    Options options = base.options;
    for (const auto& setting : arguments.settings) {
        const auto warnings = set_option(options, setting.key, setting.value, setting.option);
        base.warnings.insert(base.warnings.end(), warnings.begin(), warnings.end());
    }
    for (const auto& warning : base.warnings) {
        progress.log(LogLevel::Warning, "configuration", warning);
    }
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(options.ignored.names, arguments.options.ignored.names);
    append(options.ignored.types, arguments.options.ignored.types);
    append(options.ignored.regions, arguments.options.ignored.regions);
    for (const auto& [input, shape] : arguments.options.shapes) {
        options.shapes[input] = shape;
    }
    if (!arguments.hardware_rules.empty()) {
        options.hardware_rules = text_of_file(arguments.hardware_rules);
    }
    return options;
}

}  // namespace

int run_quantize(const Arguments& given, Progress& progress) {
    Arguments arguments = given;
    arguments.options = effective_options(given, progress);
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
