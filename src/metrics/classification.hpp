#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "octet/evaluate.hpp"

#include "data/feed.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// How many scores rank before that of `number`: the greater ones, and equal ones of lower numbers. NaN ranks last.
std::size_t rank_of(std::span<const float> scores, std::size_t number);

/// The positions of the `count` best scores, ranked so.
std::vector<ScoredClass> best_scores(std::span<const float> scores, std::size_t count);

/// Accuracy among the best K; a task of evaluate().
class Classification {
public:
    struct Truth {};
    struct Score {
        std::size_t rank = 0;
        std::vector<ScoredClass> top;
    };

    /// Throws Error as evaluate() does, for labels that no class of the model fits.
    Classification(const ClassLabels& labels, const EvaluateOptions& options, const ModelFacts& facts, const Feed& feed,
                   std::size_t models, Observer& observer);

    Truth read(std::size_t, const std::vector<ov::Tensor>&) const {
        return {};
    }
    Score score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const;
    void add(std::size_t index, const std::vector<Score>& scores, SampleEvaluation& sample);
    void finish(Evaluation& result, Observer& observer) const;

private:
    static std::vector<checker::Metric> metrics_of(const EvaluateOptions& options, std::size_t classes,
                                                   Observer& observer);

    /// How many samples of the classes that `is_label` takes are found to be of one that `is_found` takes.
    template <class IsLabel, class IsFound>
    double count(std::size_t model, IsLabel&& is_label, IsFound&& is_found) const;
    double hits(std::size_t metric, std::size_t model) const;
    double figure(const checker::Metric& metric, std::size_t place, std::size_t model) const;
    double f1_of_class(std::size_t number, std::size_t model) const;
    double f1(const checker::ClassificationF1& metric, std::size_t model) const;
    double accuracy_per_class(std::size_t metric, std::size_t model) const;
    double matthews(std::size_t model) const;

    const ClassLabels& labels_;
    const std::optional<checker::Measurement>& checker_;
    std::size_t models_;
    const checker::BertClassificationAdapter* bert_;  // null: another adapter, or none
    std::size_t output_;
    std::size_t classes_;
    std::vector<checker::Metric> metrics_;
    std::vector<std::size_t> top_;  // of each metric the number of best classes that it counts
    std::size_t samples_ = 0;
    struct OfClass {
        std::size_t samples = 0;
        std::vector<std::vector<std::size_t>> hits;             // of each metric, of each model: among the best top_
        std::vector<std::map<std::size_t, std::size_t>> found;  // of each model: samples by the best class
    };
    std::map<std::size_t, OfClass> by_class_;
};

}  // namespace octet
