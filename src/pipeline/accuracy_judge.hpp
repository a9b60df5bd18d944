#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "octet/accuracy_aware.hpp"

namespace octet {

/// Measures what AccuracyAwareQuantization judges models by.
class AccuracyJudge {
public:
    /// All arguments must outlive this. Evaluates the original where it must be. Throws Error(InvalidOption) for a
    /// metric that is not there (with the nearest).
    AccuracyJudge(const std::shared_ptr<const ov::Model>& original, const Dataset& dataset,
                  const std::optional<Labels>& labels, const Options& options, const AccuracyOptions& accuracy,
                  const RunOptions& run, Observer& observer);

    /// Of a model on all samples.
    std::vector<MetricOutcome> judge(const std::shared_ptr<const ov::Model>& model, Observer& observer) const;

    /// One metric's value on some samples.
    double value(const std::shared_ptr<const ov::Model>& model, std::size_t metric,
                 const std::vector<std::size_t>& samples, Observer& observer) const;

    /// The mean drop of all metrics on some samples, as shares of the originals' values there.
    double mean_drop(const std::shared_ptr<const ov::Model>& model, const std::vector<std::size_t>& samples,
                     Observer& observer) const;

    /// The samples to rank blocks on: those on which the outputs of `model` lost most; ascending.
    std::vector<std::size_t> ranking_samples(const std::shared_ptr<const ov::Model>& model, Observer& observer) const;

    /// By how much a drop is larger than allowed; 0 or less: it is not.
    double excess(const MetricOutcome& outcome) const;

    /// The metric that is furthest from its goal.
    std::size_t worst(const std::vector<MetricOutcome>& outcomes) const;

private:
    struct Goal {
        std::string name;
        double original = 0;
        bool is_noise = false;     ///< the value is an SQNR, and the drop the share of noise
        bool is_decibels = false;  ///< the value is an SQNR, and the drop is in dB
    };

    void find_metrics(Observer& observer);
    void find_label_metrics(Observer& observer);
    void find_comparisons();
    std::vector<double> values(const std::shared_ptr<const ov::Model>& model, const std::vector<std::size_t>& samples,
                               Observer& observer) const;
    std::vector<double> evaluated(const std::shared_ptr<const ov::Model>& model,
                                  const std::vector<std::size_t>& samples, Observer& observer) const;
    std::vector<double> compared(const std::shared_ptr<const ov::Model>& model, const std::vector<std::size_t>& samples,
                                 Observer& observer) const;
    Evaluation evaluate_on(const std::shared_ptr<const ov::Model>& model, const std::vector<std::size_t>& samples,
                           Observer& observer) const;
    double drop(const Goal& goal, double original, double value) const;
    std::vector<std::size_t> all_samples() const;

    std::shared_ptr<const ov::Model> original_;
    const Dataset& dataset_;
    const std::optional<Labels>& labels_;
    const Options& options_;
    const AccuracyOptions& accuracy_;
    const RunOptions& run_;
    std::vector<Goal> goals_;
};

}  // namespace octet
