#include "evaluate_command.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "octet/octet.hpp"

#include "commands.hpp"
#include "terminal.hpp"

namespace octet::cli {
namespace {

constexpr const char* kModelKeys[] = {"original", "int8"};
constexpr const char* kTitles[] = {"original", "INT8"};

/// `{"original": ..., "int8": ...}` with what `value` makes of each model's figure.
template <class Figures, class Value>
Json by_model(const Figures& figures, const Value& value) {
    Json json = Json::object();
    for (std::size_t m = 0; m < std::min(figures.size(), std::size(kModelKeys)); ++m) {
        json[kModelKeys[m]] = value(figures[m]);
    }
    return json;
}

Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

Json figures_json(const SampleFigures& figures, const std::string& task) {
    if (task == "detection") {
        return {{"boxes", figures.boxes}, {"matched", figures.matched}};
    }
    if (task == "segmentation") {
        return {{"mean_iou", number_or_null(figures.mean_iou)}};
    }
    Json top = Json::array();
    for (const auto& [number, score] : figures.top) {
        top.push_back({{"class", number}, {"score", std::isfinite(score) ? Json(score) : Json()}});
    }
    return {{"top", top}};
}

Json samples_json(const Evaluation& evaluation) {
    Json samples = Json::array();
    for (const auto& sample : evaluation.of_sample) {
        Json each{{"name", sample.name}};
        if (sample.label) {
            each["label"] = *sample.label;
        }
        if (sample.true_boxes) {
            each["true_boxes"] = *sample.true_boxes;
        }
        each.update(
            by_model(sample.models, [&](const auto& figures) { return figures_json(figures, evaluation.task); }));
        samples.push_back(std::move(each));
    }
    return samples;
}

std::string percent(double share) {
    return fmt::format("{:.2f} %", 100 * share);
}

// Half a unit in the last place would print as -0.00.
double without_minus_zero(double points) {
    return std::abs(points) < 0.005 ? 0 : points;
}

void print(const Arguments& arguments, const std::string& heading, const std::string& text, Json json,
           const char* key) {
    if (arguments.json || arguments.progress == ProgressStyle::Json) {
        write_out(dump(arguments.json ? json : Json{{"event", "summary"}, {key, std::move(json)}}));
    } else if (!arguments.quiet) {
        write_out(bold(STDOUT_FILENO, heading) + "\n" + text);
    }
}

void refuse_unused(const Arguments& arguments) {
    if (arguments.evaluation.labels.empty() && !arguments.evaluation.details.empty()) {
        throw Error(ErrorCode::InvalidOption, "--details", "tells of an evaluation with --labels; none are given");
    }
}

}  // namespace

Labels open_labels(const ov::Model& model, const Dataset& dataset, const Arguments& arguments, Progress& progress) {
    return octet::open_labels(model, dataset, arguments.evaluation.labels, arguments.evaluation.label_options,
                              &progress);
}

EvaluateOptions evaluate_options(const Arguments& arguments) {
    EvaluateOptions options = arguments.evaluation.options;
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    options.preparation = arguments.preprocessing;
    return options;
}

Evaluation evaluate(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                    const Labels& labels, const Arguments& arguments, Progress& progress) {
    return octet::evaluate(models, dataset, labels, evaluate_options(arguments), arguments.run, &progress);
}

CheckedSamples open_checked_evaluation(const std::shared_ptr<const ov::Model>& model, const Arguments& arguments,
                                       Progress& progress) {
    const auto& part = arguments.checker->evaluation;
    if (part.metrics.empty()) {
        throw Error(ErrorCode::InvalidOption, part.name, "names no metrics; expected some to evaluate by");
    }
    auto checked = open_checked(*with_shapes(model, arguments.options.shapes), *arguments.checker, part);
    progress.log(LogLevel::Info, "data",
                 fmt::format("{}: {} samples to evaluate on", part.name, checked.dataset->size()));
    return checked;
}

Evaluation evaluate_checked(const std::vector<std::shared_ptr<const ov::Model>>& models, const CheckedSamples& checked,
                            const Arguments& arguments, Progress& progress) {
    EvaluateOptions options = checked.evaluation;
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    return octet::evaluate(models, *checked.dataset, checked.labels, options, arguments.run, &progress);
}

Comparison compare_outputs(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                           const Arguments& arguments, Progress& progress) {
    CompareOptions options;
    options.throughput = false;
    options.skip_bad = arguments.options.skip_bad;
    options.shapes = arguments.options.shapes;
    return compare(models[0], models[1], dataset, options, arguments.run, &progress);
}

std::string to_text(const Evaluation& evaluation) {
    const std::size_t models = evaluation.metrics.empty() ? 0 : evaluation.metrics.front().values.size();
    std::size_t width = 14;
    for (const auto& metric : evaluation.metrics) {
        width = std::max(width, metric.name.size());
    }
    std::string text = fmt::format("  {:<{}}", "", width);
    for (std::size_t m = 0; m < std::min(models, std::size(kTitles)); ++m) {
        text += fmt::format("  {:>9}", kTitles[m]);
    }
    text += models > 1 ? "  difference\n" : "\n";
    for (const auto& metric : evaluation.metrics) {
        text += fmt::format("  {:<{}}", metric.name, width);
        for (std::size_t m = 0; m < std::min(models, std::size(kTitles)); ++m) {
            text += fmt::format("  {:>9}", percent(metric.values[m]));
        }
        if (models > 1) {
            const double points = 100 * (metric.values[1] - metric.values[0]);
            text += fmt::format("  {:>+7.2f} pp", without_minus_zero(points));
        }
        text += "\n";
    }
    if (!evaluation.skipped.empty()) {
        text += fmt::format("  {} samples skipped as bad\n", evaluation.skipped.size());
    }
    return text;
}

Json to_json(const Evaluation& evaluation, bool with_samples) {
    const auto as_is = [](double value) { return Json(value); };
    Json json{{"task", evaluation.task}, {"samples", evaluation.samples}, {"metrics", Json::array()}};
    for (const auto& metric : evaluation.metrics) {
        Json each{{"name", metric.name}};
        each.update(by_model(metric.values, as_is));
        if (metric.values.size() > 1) {
            each["difference"] = metric.values[1] - metric.values[0];
        }
        json["metrics"].push_back(std::move(each));
    }
    json["class_metric"] = evaluation.class_metric;
    json["classes"] = Json::array();
    for (const auto& of_class : evaluation.classes) {
        Json each{{"class", of_class.number}, {"name", of_class.name}, {"count", of_class.count}};
        each.update(by_model(of_class.values, number_or_null));
        json["classes"].push_back(std::move(each));
    }
    json["skipped"] = evaluation.skipped;
    if (with_samples) {
        json["of_sample"] = samples_json(evaluation);
    }
    return json;
}

void write_details(const Evaluation& evaluation, const std::filesystem::path& path) {
    write_json(to_json(evaluation, true), path);
}

namespace {

/// What an evaluation is to print and to write.
void show(const Evaluation& evaluation, const Arguments& arguments) {
    if (!arguments.evaluation.details.empty()) {
        write_details(evaluation, arguments.evaluation.details);
    }
    print(arguments, fmt::format("Evaluated on {} samples", evaluation.samples), to_text(evaluation),
          to_json(evaluation), "evaluation");
}

/// With what the file of accuracy checker says.
Arguments with_checker(const Arguments& given, Progress& progress) {
    Arguments arguments = given;
    if (given.ac_config.empty()) {
        return arguments;
    }
    if (!given.data.empty() || !given.evaluation.labels.empty()) {
        throw Error(ErrorCode::InvalidOption, "--ac-config",
                    "says which samples and labels; expected no --data and --labels beside it");
    }
    auto checker = read_checker(given.ac_config);
    for (const auto& warning : checker.warnings) {
        progress.log(LogLevel::Warning, "configuration", warning);
    }
    arguments.checker = std::move(checker.rules);
    return arguments;
}

}  // namespace

int run_evaluate(const Arguments& given, Progress& progress) {
    const Arguments arguments = with_checker(given, progress);
    if (!arguments.checker) {
        refuse_unused(arguments);
    }
    const auto& details = arguments.evaluation.details;
    if (!details.empty()) {
        check_writable("--details", details, arguments);
    }
    const bool has_quantized = !arguments.quantized.empty();
    std::vector<std::shared_ptr<const ov::Model>> models{read(arguments.model, progress)};
    if (has_quantized) {
        models.push_back(read(arguments.quantized, progress));
    }
    if (arguments.checker) {
        const auto checked = open_checked_evaluation(models.front(), arguments, progress);
        const auto evaluation = evaluate_checked(models, checked, arguments, progress);
        progress.finish();
        show(evaluation, arguments);
        return 0;
    }
    // The quantized model knows how its calibration samples were prepared.
    const auto dataset =
        open_data(models.back(), has_quantized ? "the quantized model" : "the model", arguments, progress);
    if (arguments.evaluation.labels.empty()) {
        const auto comparison = compare_outputs(models, *dataset, arguments, progress);
        progress.finish();
        print(arguments, fmt::format("Compared on {} samples without labels", comparison.samples), to_text(comparison),
              to_json(comparison), "comparison");
        return 0;
    }
    const Labels labels = open_labels(*models.front(), *dataset, arguments, progress);
    const auto evaluation = evaluate(models, *dataset, labels, arguments, progress);
    progress.finish();
    show(evaluation, arguments);
    return 0;
}

}  // namespace octet::cli
