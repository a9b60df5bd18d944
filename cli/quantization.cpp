#include "quantization.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "octet/octet.hpp"

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "cascade.hpp"
#include "evaluate_command.hpp"
#include "exit_codes.hpp"
#include "judging.hpp"
#include "paths.hpp"
#include "shared.hpp"
#include "summary.hpp"
#include "terminal.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

/// The options of `base` with those of the command line on top.
Options effective_options(const Configuration& base, const Arguments& given, Progress& progress) {
    Options options = base.options;
    if (!given.hardware_rules.empty()) {
        options.hardware_rules = read_text_file(given.hardware_rules);
        if (options.hardware_rules.empty()) {
            throw Error(ErrorCode::InvalidOption, given.hardware_rules.string(), "is empty; expected hardware rules");
        }
    }
    for (const auto& setting : given.settings) {
        for (const auto& warning : set_option(options, setting.key, setting.value, setting.option)) {
            progress.log(LogLevel::Warning, "configuration", warning);
        }
    }
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(options.ignored.names, given.ignored.names);
    append(options.ignored.types, given.ignored.types);
    append(options.ignored.regions, given.ignored.regions);
    for (const auto& [input, shape] : given.shapes) {
        options.shapes[input] = shape;
    }
    refuse_contradictions(options);
    return options;
}

/// The goal that the configuration names with what the command line says of it.
void take_accuracy(Arguments& arguments, const Configuration& base) {
    const auto& given = arguments.accuracy_given;
    arguments.accuracy = base.accuracy;
    if (given.max_drop) {
        arguments.accuracy = arguments.accuracy.value_or(AccuracyOptions{});
        arguments.accuracy->maximal_drop = *given.max_drop;
    }
    if (!arguments.accuracy && !(given.settings.empty() && given.metrics.empty())) {
        throw UsageError((given.settings.empty() ? "--metric" : given.settings.front().option) +
                         ": needs an accuracy goal, --max-drop");
    }
    for (const auto& setting : given.settings) {
        set_accuracy_option(*arguments.accuracy, setting.key, setting.value, setting.option);
    }
    if (!given.metrics.empty()) {
        arguments.accuracy->metrics.clear();
    }
    for (const auto& name : given.metrics) {
        arguments.accuracy->metrics.push_back({name});
    }
}

/// Throws where a path of the configuration is not there, but is beside the file.
void check_from_working_folder(const std::filesystem::path& path, const std::filesystem::path& config) {
    const auto beside = config.parent_path() / path;
    std::error_code error;
    if (!path.empty() && path.is_relative() && !std::filesystem::exists(path, error) &&
        std::filesystem::exists(beside, error)) {
        throw Error(ErrorCode::Io, path.string(),
                    "no such file or folder; relative paths of a configuration are from the working folder, and there "
                    "is a " +
                        beside.string());
    }
}

}  // namespace

void load_checker(Configuration& configuration, Progress& progress) {
    const auto& file = configuration.engine.checker_file;
    if (file.empty()) {
        return;
    }
    auto checker = read_checker(file);
    for (const auto& warning : checker.warnings) {
        progress.log(LogLevel::Warning, "configuration", warning);
    }
    configuration.engine.checker = std::move(checker.rules);
}

Configuration read_base(const Arguments& arguments, const ConfigurationGiven& given, Progress& progress) {
    if (arguments.config.empty()) {
        Configuration base{.options = profile_options(arguments.profile.value_or(Profile::Octet))};
        base.engine.checker_file = arguments.ac_config;
        load_checker(base, progress);
        return base;
    }
    auto base = read_configuration(arguments.config, given);
    for (const auto& warning : base.warnings) {
        progress.log(LogLevel::Warning, "configuration", warning);
    }
    check_from_working_folder(base.model.model, arguments.config);
    check_from_working_folder(base.model.weights, arguments.config);
    for (const auto& source : base.cascade) {
        check_from_working_folder(source.model, arguments.config);
        check_from_working_folder(source.weights, arguments.config);
    }
    check_from_working_folder(base.engine.classes, arguments.config);
    if (base.engine.labels != "folders") {
        check_from_working_folder(base.engine.labels, arguments.config);
    }
    for (const auto& source : base.engine.data) {
        check_from_working_folder(source.path, arguments.config);
    }
    if (!arguments.ac_config.empty()) {
        base.engine.checker_file = arguments.ac_config;
    } else {
        check_from_working_folder(base.engine.checker_file, arguments.config);
    }
    load_checker(base, progress);
    return base;
}

Arguments on_top_of(const Configuration& base, const Arguments& given, Progress& progress) {
    Arguments arguments = given;
    arguments.options = effective_options(base, given, progress);
    if (given.model.empty()) {
        arguments.model = base.model.model;
        arguments.weights = given.weights.empty() ? base.model.weights : given.weights;
        arguments.name = given.name.empty() ? base.model.name : given.name;
        arguments.cascade = base.cascade;
    }
    if (given.data.empty() && !given.synthetic) {
        arguments.checker = base.engine.checker;
        arguments.data = arguments.checker ? std::vector<DataSource>{} : base.engine.data;
        arguments.synthetic = base.engine.synthetic;
    }
    if (arguments.synthetic) {
        arguments.synthetic->seed = arguments.options.seed;
    }
    arguments.preprocessing = completed(given.preprocessing, base.engine.preprocessing);
    take_accuracy(arguments, base);
    if (!given.evaluate && !arguments.accuracy && !given.evaluation.labels.empty()) {
        progress.log(LogLevel::Warning, "evaluate", "--labels: no effect without --evaluate or --max-drop");
    }
    auto& labels = arguments.evaluation;
    if (labels.labels.empty()) {
        labels.labels = base.engine.labels;
    }
    if (labels.label_options.classes.empty()) {
        labels.label_options.classes = base.engine.classes;
    }
    return arguments;
}

Arguments with_configuration(const Arguments& given, Progress& progress) {
    ConfigurationGiven above{.profile = given.profile, .model = !given.model.empty(), .name = !given.name.empty()};
    if (!given.data.empty() + !given.ac_config.empty() + given.synthetic.has_value() > 1) {
        throw UsageError("expected one of --data, --ac-config, --data-free and --synthetic, which say the samples");
    }
    above.simplified = above.data = !given.data.empty() || !given.ac_config.empty() || given.synthetic;
    for (const auto& setting : given.settings) {
        if (spelled(setting.key) == "target_device") {  // presets are translated for it
            above.target_device = given.options.target_device;
        }
    }
    Arguments arguments = on_top_of(read_base(given, above, progress), given, progress);
    if (arguments.model.empty() && arguments.cascade.empty()) {
        throw UsageError("missing --model, as the configuration names no model");
    }
    const auto& run = arguments.run;
    if (run.offline && (run.statistics.empty() || run.save_statistics)) {
        throw UsageError("--offline: expected --statistics FILE, which holds what is not measured");
    }
    if (!arguments.has_samples() && !run.offline) {
        throw UsageError("missing --data, as the configuration names no data_source");
    }
    return arguments;
}

namespace {

/// What is asked for, and whether its accuracy goal was reached where there is one.
struct Quantized {
    QuantizedModel model;
    std::optional<AccuracyOutcome> accuracy;
};

Quantized quantize_as_asked(const std::shared_ptr<const ov::Model>& model, const Dataset& calibration,
                            const std::vector<std::size_t>& calibrated, const WantedEvaluation& evaluation,
                            const Arguments& arguments, Progress& progress) {
    if (arguments.recipe) {
        const RecipeOptions recipe{.recipe = *arguments.recipe, .budget = arguments.budget};
        return {quantize_by_recipe(model, calibration, arguments.options, recipe, arguments.run, &progress).model, {}};
    }
    if (!arguments.accuracy) {
        return {quantize(model, calibration, arguments.options, arguments.run, &progress), {}};
    }
    auto accuracy = *arguments.accuracy;
    accuracy.evaluation = evaluate_options(arguments);
    std::optional<Labels> of_samples = evaluation.labels();
    if (const auto* checked = evaluation.checked()) {
        accuracy.evaluation = checked->evaluation;
        accuracy.judged_on = checked->dataset.get();
    } else if (of_samples) {
        of_samples = select_labels(*of_samples, calibrated);
    }
    auto result =
        quantize_with_accuracy(model, calibration, of_samples, arguments.options, accuracy, arguments.run, &progress);
    if (!result.is_reached) {
        progress.log(LogLevel::Warning, "accuracy", "the goal was not reached; the best model is written");
    }
    return {std::move(result.quantized),
            AccuracyOutcome{result.is_reached, accuracy.maximal_drop, accuracy.drop_type == DropType::Relative,
                            std::move(result.metrics), result.steps.size()}};
}

/// The samples; none where all that is needed of them stands in a statistics file.
std::unique_ptr<Dataset> open_samples(const std::shared_ptr<const ov::Model>& model, const Arguments& arguments,
                                      Progress& progress) {
    if (arguments.has_samples()) {
        return open_data(model, "the model", arguments, progress);
    }
    return make_dataset(0, [](std::size_t) { return Sample{}; });
}

}  // namespace

int quantize_and_save(const Arguments& arguments, Progress& progress) {
    if (!arguments.cascade.empty()) {
        return quantize_cascade_and_save(arguments, progress);
    }
    const std::string stem = arguments.name.empty() ? model_stem(arguments.model) : arguments.name;
    check_destination(arguments.output, stem, arguments.model, arguments.weights);
    const auto model = read(arguments.model, progress, arguments.weights);
    const auto dataset = open_samples(model, arguments, progress);
    const WantedEvaluation evaluation(arguments, model, *dataset, progress);
    const auto samples = split_samples(dataset->size(), arguments, progress);

    const auto [result, accuracy] = quantize_as_asked(model, *select_samples(*dataset, samples.calibration),
                                                      samples.calibration, evaluation, arguments, progress);
    Summary summary;
    summary.accuracy = accuracy;
    summary.files = save(result, arguments.output, stem, arguments.model, arguments.run, &progress, arguments.weights);
    summary.report = &result.report;
    summary.bytes_before = model_bytes(arguments.model, arguments.weights);
    summary.bytes_after = model_bytes(summary.files.xml);
    summary.is_check_wanted = arguments.check.has_value();
    try {
        const bool is_judged = !samples.check.empty() || arguments.evaluate;
        const auto written = is_judged ? read_model(summary.files.xml) : nullptr;
        if (!samples.check.empty()) {
            summary.check = check(model, written, *select_samples(*dataset, samples.check), arguments, progress);
        }
        evaluation.run(written, summary);
    } catch (const Error& error) {
        throw Error(error.code(), "",
                    fmt::format("{} (the model is written to {}; only the figures are missing)", error.what(),
                                summary.files.xml.string()));
    }
    progress.finish();
    summary.phases = progress.phases();
    progress.log_to_file(LogLevel::Info, "summary", to_text(summary));
    if (!arguments.quiet) {
        write_out(arguments.progress == ProgressStyle::Json ? dump(to_json(summary)) : to_text(summary));
    }
    return accuracy && !accuracy->is_reached ? kExitGoal : kExitDone;
}

}  // namespace octet::cli
