#include "metrics/classification.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kKept = 5;  // best classes of a sample

bool is_score_per_class(const OutputFacts& output) {
    const auto& shape = output.shape();
    return output.tensor.get_element_type().is_real() && ov::shape_size(shape) > 1 &&
           std::count_if(shape.begin(), shape.end(), [](std::size_t n) { return n != 1; }) == 1;
}

/// Ascending, each once, without those that every label meets.
std::vector<std::size_t> usable(std::vector<std::size_t> top, std::size_t classes, Observer& observer) {
    std::sort(top.begin(), top.end());
    top.erase(std::unique(top.begin(), top.end()), top.end());
    if (top.empty() || top.front() == 0) {
        throw Error(ErrorCode::InvalidOption, "top", "expected numbers of best classes from 1 up, such as 1,5");
    }
    const auto first_useless = std::lower_bound(top.begin(), top.end(), classes);
    if (first_useless == top.begin()) {
        throw Error(ErrorCode::InvalidOption, "top",
                    "the model has " + std::to_string(classes) + " classes, so its best " +
                        std::to_string(top.front()) + " are always right; expected a smaller number");
    }
    if (first_useless != top.end()) {
        observer.log(LogLevel::Info, "evaluate",
                     "accuracy@top" + std::to_string(*first_useless) + " is left out: the model has " +
                         std::to_string(classes) + " classes");
    }
    top.erase(first_useless, top.end());
    return top;
}

void check_range(const ClassLabels& labels, std::size_t classes, const Feed& feed) {
    if (labels.expected_classes != 0 && labels.expected_classes != classes) {
        throw Error(ErrorCode::InvalidData, "labels",
                    "the sub-folders in sorted order would be classes up to " +
                        std::to_string(labels.expected_classes - 1) + ", but the model has " + std::to_string(classes) +
                        " classes; name the classes with --classes");
    }
    const auto largest = std::max_element(labels.of_sample.begin(), labels.of_sample.end());
    if (largest != labels.of_sample.end() && *largest >= classes) {
        throw Error(ErrorCode::InvalidData, feed.label(static_cast<std::size_t>(largest - labels.of_sample.begin())),
                    "is labelled class " + std::to_string(*largest) + ", but the model has the classes 0 to " +
                        std::to_string(classes - 1) + "; is a label offset missing or wrong?");
    }
}

double share(std::size_t part, std::size_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
}

/// The output that `adapter` names, else the first. The tool has it without axes of 1 where it has more than two.
std::size_t find_bert_output(const checker::BertClassificationAdapter& adapter, const ModelFacts& facts) {
    const bool is_first = adapter.output.empty() && !facts.outputs.empty();
    const std::string name = is_first ? facts.outputs.front().name : adapter.output;
    const std::size_t values = adapter.is_single_score ? 1 : adapter.classes;
    const auto is_suited = [&](const OutputFacts& output) {
        const auto& shape = output.shape();
        return ov::shape_size(shape) == values &&
               (adapter.is_single_score || shape.size() > 2 || (!shape.empty() && shape.back() == values));
    };
    return find_output(facts, name, is_suited,
                       adapter.is_single_score ? "a single value, as single_score says"
                                               : "a score for each of num_classes: " + std::to_string(values));
}

/// What a single value says; the number of classes where it is none of them.
std::size_t class_of_value(float value, std::size_t classes) {
    if (classes == 2) {
        return value > 0.5F ? 1 : 0;
    }
    return value > -1 && value < static_cast<float>(classes) ? static_cast<std::size_t>(std::max(value, 0.0F))
                                                             : classes;
}

/// How many of the best classes a metric counts.
std::size_t best_classes_of(const checker::Metric& metric) {
    const auto* accuracy = std::get_if<checker::Accuracy>(&metric.kind);
    const auto* per_class = std::get_if<checker::AccuracyPerClass>(&metric.kind);
    return accuracy != nullptr ? accuracy->top_k : per_class != nullptr ? per_class->top_k : 1;
}

// A number in a strict order where NaN comes last.
bool is_better(float a, float b) {
    return a > b || (std::isnan(b) && !std::isnan(a));
}

}  // namespace

std::size_t rank_of(std::span<const float> scores, std::size_t number) {
    std::size_t rank = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool is_equal = !is_better(scores[number], scores[i]);
        rank += is_better(scores[i], scores[number]) || (i < number && is_equal) ? 1 : 0;
    }
    return rank;
}

std::vector<ScoredClass> best_scores(std::span<const float> scores, std::size_t count) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    count = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          return is_better(scores[a], scores[b]) || (!is_better(scores[b], scores[a]) && a < b);
                      });
    std::vector<ScoredClass> best;
    for (std::size_t i = 0; i < count; ++i) {
        best.push_back({order[i], scores[order[i]]});
    }
    return best;
}

std::vector<checker::Metric> Classification::metrics_of(const EvaluateOptions& options, std::size_t classes,
                                                        Observer& observer) {
    std::vector<checker::Metric> metrics;
    if (!options.checker) {
        for (const std::size_t k : usable(options.top, classes, observer)) {
            metrics.push_back({"accuracy@top" + std::to_string(k), checker::Accuracy{k}});
        }
        return metrics;
    }
    const std::size_t named = options.checker->classes.names.size();
    if (options.checker->metrics.empty()) {
        throw Error(ErrorCode::InvalidOption, "metrics", "expected one at least");
    }
    for (const auto& metric : options.checker->metrics) {
        if (!checker::is_of_classes(metric)) {
            throw Error(ErrorCode::InvalidOption, metric.name, "measures no classes; expected accuracy");
        }
        if (std::holds_alternative<checker::MatthewsCorrelation>(metric.kind) && named != 0 && named != 2) {
            throw Error(ErrorCode::InvalidOption, metric.name,
                        "is of two classes; the dataset has " + std::to_string(named));
        }
        if (std::holds_alternative<checker::AccuracyPerClass>(metric.kind) && named == 0) {
            throw Error(ErrorCode::InvalidOption, metric.name,
                        "needs the classes' names; expected labels_file or dataset_meta_file");
        }
        metrics.push_back(metric);
    }
    return metrics;
}

Classification::Classification(const ClassLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                               const Feed& feed, std::size_t models, Observer& observer)
    : labels_(labels),
      checker_(options.checker),
      models_(models),
      bert_(checker_ ? std::get_if<checker::BertClassificationAdapter>(&checker_->adapter) : nullptr),
      output_(bert_ != nullptr
                  ? find_bert_output(*bert_, facts)
                  : find_output(facts, options.output, is_score_per_class, "a score per class, such as f32[1,1000]")),
      classes_(bert_ != nullptr ? bert_->classes : ov::shape_size(facts.outputs[output_].shape())),
      metrics_(metrics_of(options, classes_, observer)) {
    check_range(labels, classes_, feed);
    std::transform(metrics_.begin(), metrics_.end(), std::back_inserter(top_), best_classes_of);
}

Classification::Score Classification::score(std::size_t index, const Truth&,
                                            const std::vector<ov::Tensor>& outputs) const {
    const ov::Tensor floats = as_floats(outputs[output_]);
    const std::span<const float> scores(floats.data<const float>(), floats.get_size());
    const std::size_t label = labels_.of_sample[index];
    if (bert_ != nullptr && bert_->is_single_score && scores.size() == 1) {
        const std::size_t number = class_of_value(scores.front(), classes_);
        return {number == label ? 0 : std::numeric_limits<std::size_t>::max(), {{number, scores.front()}}};
    }
    if (scores.size() != classes_) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    "the model gives " + std::to_string(scores.size()) + " scores for a sample and " +
                        std::to_string(classes_) + " for the first; expected one a class");
    }
    // A score that is no number is no answer, even where all are none.
    const std::size_t rank = std::isnan(scores[label]) ? scores.size() : rank_of(scores, label);
    return {rank, best_scores(scores, kKept)};
}

void Classification::add(std::size_t index, const std::vector<Score>& scores, SampleEvaluation& sample) {
    sample.label = labels_.of_sample[index];
    OfClass& of_class = by_class_[*sample.label];
    of_class.hits.resize(metrics_.size(), std::vector<std::size_t>(scores.size()));
    of_class.found.resize(scores.size());
    ++of_class.samples;
    ++samples_;
    for (std::size_t m = 0; m < scores.size(); ++m) {
        for (std::size_t t = 0; t < top_.size(); ++t) {
            of_class.hits[t][m] += scores[m].rank < top_[t] ? 1 : 0;
        }
        of_class.found[m][scores[m].top.front().number] += 1;
        SampleFigures figures;
        figures.top = scores[m].top;
        sample.models.push_back(std::move(figures));
    }
}

template <class IsLabel, class IsFound>
double Classification::count(std::size_t model, IsLabel&& is_label, IsFound&& is_found) const {
    std::size_t sum = 0;
    for (const auto& [label, of_class] : by_class_) {
        for (const auto& [best, samples] : of_class.found[model]) {
            sum += is_label(label) && is_found(best) ? samples : 0;
        }
    }
    return static_cast<double>(sum);
}

double Classification::f1_of_class(std::size_t number, std::size_t model) const {
    const auto is_it = [&](std::size_t each) { return each == number; };
    const auto is_any = [](std::size_t) { return true; };
    const double right = count(model, is_it, is_it);
    return right > 0 ? 2 * right / (count(model, is_it, is_any) + count(model, is_any, is_it)) : 0;
}

double Classification::f1(const checker::ClassificationF1& metric, std::size_t model) const {
    if (metric.positive) {
        return f1_of_class(*metric.positive, model);
    }
    // Of two classes the mean, of others the first, as the tool has it.
    return checker_->classes.names.size() == 2 ? (f1_of_class(0, model) + f1_of_class(1, model)) / 2
                                               : f1_of_class(0, model);
}

double Classification::matthews(std::size_t model) const {
    const auto is_first = [](std::size_t number) { return number == 0; };
    const auto is_other = [](std::size_t number) { return number != 0; };
    const double both = count(model, is_other, is_other), neither = count(model, is_first, is_first);
    const double found = count(model, is_first, is_other), missed = count(model, is_other, is_first);
    const double all = (both + found) * (both + missed) * (neither + found) * (neither + missed);
    return all > 0 ? (both * neither - found * missed) / std::sqrt(all) : -1;
}

double Classification::accuracy_per_class(std::size_t metric, std::size_t model) const {
    double sum = 0;
    for (const auto& [number, of_class] : by_class_) {
        sum += share(of_class.hits[metric][model], of_class.samples);
    }
    return sum / static_cast<double>(checker_->classes.names.size());
}

double Classification::hits(std::size_t metric, std::size_t model) const {
    std::size_t sum = 0;
    for (const auto& [number, of_class] : by_class_) {
        sum += of_class.hits[metric][model];
    }
    return share(sum, samples_);
}

double Classification::figure(const checker::Metric& metric, std::size_t place, std::size_t model) const {
    if (const auto* score = std::get_if<checker::ClassificationF1>(&metric.kind)) {
        return f1(*score, model);
    }
    if (std::holds_alternative<checker::MatthewsCorrelation>(metric.kind)) {
        return matthews(model);
    }
    return std::holds_alternative<checker::AccuracyPerClass>(metric.kind) ? accuracy_per_class(place, model)
                                                                          : hits(place, model);
}

void Classification::finish(Evaluation& result, Observer&) const {
    result.task = "classification";
    for (std::size_t t = 0; t < metrics_.size(); ++t) {
        MetricValues metric{metrics_[t].name, {}};
        for (std::size_t m = 0; m < models_; ++m) {
            metric.values.push_back(figure(metrics_[t], t, m));
        }
        result.metrics.push_back(std::move(metric));
    }
    result.class_metric = result.metrics.front().name;
    for (const auto& [number, of_class] : by_class_) {
        ClassEvaluation each{static_cast<std::int64_t>(number),
                             number < labels_.names.size() ? labels_.names[number] : "",
                             of_class.samples,
                             {}};
        for (const std::size_t right : of_class.hits.front()) {
            each.values.emplace_back(share(right, of_class.samples));
        }
        result.classes.push_back(std::move(each));
    }
}

}  // namespace octet
