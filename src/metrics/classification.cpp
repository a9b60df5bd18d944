#include "metrics/classification.hpp"

#include <algorithm>
#include <cmath>
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

std::vector<Classification::TopMetric> Classification::metrics_of(const EvaluateOptions& options, std::size_t classes,
                                                                  Observer& observer) {
    std::vector<TopMetric> metrics;
    if (!options.checker) {
        for (const std::size_t k : usable(options.top, classes, observer)) {
            metrics.push_back({"accuracy@top" + std::to_string(k), k});
        }
        return metrics;
    }
    for (const auto& metric : options.checker->metrics) {
        if (const auto* accuracy = std::get_if<checker::Accuracy>(&metric.kind)) {
            metrics.push_back({metric.name, accuracy->top_k});
        } else if (const auto* score = std::get_if<checker::ClassificationF1>(&metric.kind)) {
            metrics.push_back({metric.name, 0, *score});
        } else {
            throw Error(ErrorCode::InvalidOption, metric.name, "measures no classes; expected accuracy");
        }
    }
    return metrics;
}

Classification::Classification(const ClassLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                               const Feed& feed, std::size_t models, Observer& observer)
    : labels_(labels),
      checker_(options.checker),
      output_(find_output(facts, options.output, is_score_per_class, "a score per class, such as f32[1,1000]")),
      classes_(ov::shape_size(facts.outputs[output_].shape())),
      top_(metrics_of(options, classes_, observer)),
      hits_(top_.size(), std::vector<std::size_t>(models)) {
    check_range(labels, classes_, feed);
}

Classification::Score Classification::score(std::size_t index, const Truth&,
                                            const std::vector<ov::Tensor>& outputs) const {
    const ov::Tensor floats = as_floats(outputs[output_]);
    const std::span<const float> scores(floats.data<const float>(), floats.get_size());
    const std::size_t label = labels_.of_sample[index];
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
    of_class.hits.resize(scores.size());
    of_class.found.resize(scores.size());
    ++of_class.samples;
    ++samples_;
    for (std::size_t m = 0; m < scores.size(); ++m) {
        for (std::size_t t = 0; t < top_.size(); ++t) {
            hits_[t][m] += scores[m].rank < top_[t].k ? 1 : 0;
        }
        of_class.hits[m] += scores[m].rank < std::max<std::size_t>(top_.front().k, 1) ? 1 : 0;
        of_class.found[m][scores[m].top.front().number] += 1;
        SampleFigures figures;
        figures.top = scores[m].top;
        sample.models.push_back(std::move(figures));
    }
}

double Classification::f1(const TopMetric& metric, std::size_t model) const {
    const auto of_class = [&](std::size_t number) {
        double right = 0, truth = 0, found = 0;
        for (const auto& [label, samples] : by_class_) {
            for (const auto& [best, count] : samples.found[model]) {
                const auto number_of = static_cast<double>(count);
                truth += label == number ? number_of : 0;
                found += best == number ? number_of : 0;
                right += label == number && best == number ? number_of : 0;
            }
        }
        return right > 0 ? 2 * right / (truth + found) : 0;
    };
    if (metric.f1.positive) {
        return of_class(*metric.f1.positive);
    }
    // Of two classes the mean, of others the first, as the tool has it.
    return checker_->classes.names.size() == 2 ? (of_class(0) + of_class(1)) / 2 : of_class(0);
}

void Classification::finish(Evaluation& result, Observer&) const {
    const auto share = [](std::size_t part, std::size_t all) {
        return static_cast<double>(part) / static_cast<double>(all);
    };
    result.task = "classification";
    for (std::size_t t = 0; t < top_.size(); ++t) {
        MetricValues metric{top_[t].name, {}};
        for (std::size_t m = 0; m < hits_[t].size(); ++m) {
            metric.values.push_back(top_[t].k > 0 ? share(hits_[t][m], samples_) : f1(top_[t], m));
        }
        result.metrics.push_back(std::move(metric));
    }
    result.class_metric = result.metrics.front().name;
    for (const auto& [number, of_class] : by_class_) {
        ClassEvaluation each{static_cast<std::int64_t>(number),
                             number < labels_.names.size() ? labels_.names[number] : "",
                             of_class.samples,
                             {}};
        for (const std::size_t hits : of_class.hits) {
            each.values.emplace_back(share(hits, of_class.samples));
        }
        result.classes.push_back(std::move(each));
    }
}

}  // namespace octet
