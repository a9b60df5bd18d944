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

Classification::Classification(const ClassLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                               const Feed& feed, std::size_t models, Observer& observer)
    : labels_(labels),
      output_(find_output(facts, options.output, is_score_per_class, "a score per class, such as f32[1,1000]")),
      classes_(ov::shape_size(facts.outputs[output_].shape())),
      top_(usable(options.top, classes_, observer)),
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
    ++of_class.samples;
    ++samples_;
    for (std::size_t m = 0; m < scores.size(); ++m) {
        for (std::size_t t = 0; t < top_.size(); ++t) {
            hits_[t][m] += scores[m].rank < top_[t] ? 1 : 0;
        }
        of_class.hits[m] += scores[m].rank < top_.front() ? 1 : 0;
        SampleFigures figures;
        figures.top = scores[m].top;
        sample.models.push_back(std::move(figures));
    }
}

void Classification::finish(Evaluation& result, Observer&) const {
    const auto share = [](std::size_t part, std::size_t all) {
        return static_cast<double>(part) / static_cast<double>(all);
    };
    result.task = "classification";
    for (std::size_t t = 0; t < top_.size(); ++t) {
        MetricValues metric{"accuracy@top" + std::to_string(top_[t]), {}};
        for (const std::size_t hits : hits_[t]) {
            metric.values.push_back(share(hits, samples_));
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
