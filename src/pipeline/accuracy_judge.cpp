#include "pipeline/accuracy_judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "metrics/sample_differences.hpp"
#include "pipeline/sensitivity.hpp"

namespace octet {
namespace {

constexpr const char* kWhere = "metrics";
constexpr const char* kSqnr = "sqnr";
constexpr const char* kAgreement = "agreement";
constexpr double kTolerance = 1e-9;  // of a drop, so that 0.72 - 0.71 is no more than 0.01

/// Is there an output with one score per class, as far as shapes tell?
bool has_scores(const ov::Model& model) {
    const auto outputs = model.outputs();
    return std::any_of(outputs.begin(), outputs.end(), [](const ov::Output<const ov::Node>& output) {
        const auto& shape = output.get_partial_shape();
        if (!output.get_element_type().is_real() || shape.rank().is_dynamic()) {
            return false;
        }
        std::size_t wide = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const bool is_batch = axis == 0 && shape[axis].is_dynamic();
            wide += !is_batch && (shape[axis].is_dynamic() || shape[axis].get_length() > 1) ? 1 : 0;
        }
        return wide == 1;
    });
}

bool has_all_baselines(const std::vector<AccuracyMetric>& metrics) {
    return !metrics.empty() && std::all_of(metrics.begin(), metrics.end(),
                                           [](const auto& metric) { return metric.baseline_value.has_value(); });
}

[[noreturn]] void refuse_metric(const std::string& name, const std::vector<std::string>& known) {
    throw Error(ErrorCode::InvalidOption, kWhere,
                "there is no metric \"" + name + "\"" + did_you_mean(name, known) + "; there are " + quoted(known));
}

/// The place of a metric among those that there are.
std::size_t place_of(const std::string& name, const std::vector<std::string>& known) {
    const auto find = [&](const std::string& wanted) {
        return std::find_if(known.begin(), known.end(), [&](const auto& each) { return lower_case(each) == wanted; });
    };
    auto found = find(lower_case(name));
    if (found == known.end() && lower_case(name) == "accuracy") {
        found = find("accuracy@top1");
    }
    if (found == known.end()) {
        refuse_metric(name, known);
    }
    return static_cast<std::size_t>(found - known.begin());
}

/// Those that count where the user names none: not accuracy among the best 5.
std::vector<AccuracyMetric> usual_metrics(const Evaluation& evaluation) {
    std::vector<AccuracyMetric> metrics;
    for (const auto& metric : evaluation.metrics) {
        if (metrics.empty() || !metric.name.starts_with("accuracy@top")) {
            metrics.push_back({metric.name});
        }
    }
    return metrics;
}

std::vector<std::string> names_of(const Evaluation& evaluation) {
    std::vector<std::string> names;
    for (const auto& metric : evaluation.metrics) {
        names.push_back(metric.name);
    }
    return names;
}

/// The share of samples with the same best class, of those on which the original is as sure as `least`.
double agreement(const std::vector<SampleOutcome>& outcomes, double least) {
    std::size_t same = 0, count = 0;
    for (const auto& outcome : outcomes) {
        const auto scores = std::find_if(outcome.outputs.begin(), outcome.outputs.end(),
                                         [](const auto& output) { return output.same_top1.has_value(); });
        if (scores != outcome.outputs.end() && outcome.confidence >= least) {
            same += *scores->same_top1 ? 1 : 0;
            ++count;
        }
    }
    return count > 0 ? static_cast<double>(same) / static_cast<double>(count) : 1;
}

/// Of all outputs together: their mean share of noise, so that one that is equal says nothing of the others.
double sqnr(const std::vector<SampleOutcome>& outcomes) {
    std::vector<OutputDifference> sums;
    for (const auto& outcome : outcomes) {
        sums.resize(std::max(sums.size(), outcome.outputs.size()));
        for (std::size_t i = 0; i < outcome.outputs.size(); ++i) {
            sums[i].add(outcome.outputs[i]);
        }
    }
    double noise = 0;
    for (const auto& sum : sums) {
        Comparison of_output;
        of_output.outputs.push_back({{}, sum.sqnr_db(), 0, 0, {}});
        noise += std::pow(10, -mean_sqnr(of_output) / 10);
    }
    return sums.empty() ? mean_sqnr({}) : -10 * std::log10(noise / static_cast<double>(sums.size()));
}

CompareOptions compare_options(const Options& options) {
    CompareOptions how;
    how.skip_bad = options.skip_bad;
    how.shapes = options.shapes;
    return how;
}

}  // namespace

AccuracyJudge::AccuracyJudge(const std::shared_ptr<const ov::Model>& original, const Dataset& dataset,
                             const std::optional<Labels>& labels, const Options& options,
                             const AccuracyOptions& accuracy, const RunOptions& run, Observer& observer)
    : original_(original), dataset_(dataset), labels_(labels), options_(options), accuracy_(accuracy), run_(run) {
    find_metrics(observer);
}

void AccuracyJudge::find_metrics(Observer& observer) {
    if (accuracy_.metric) {
        goals_ = {{.name = "metric"}};
    } else if (labels_) {
        find_label_metrics(observer);
    } else {
        find_comparisons();
        return;  // the original's values are known
    }
    const auto& given = accuracy_.metrics;
    if (!accuracy_.metric && has_all_baselines(given)) {
        return;
    }
    const auto measured = values(original_, all_samples(), observer);
    for (std::size_t i = 0; i < goals_.size(); ++i) {
        const bool is_given = !accuracy_.metric && i < given.size() && given[i].baseline_value;
        goals_[i].original = is_given ? *given[i].baseline_value : measured[i];
    }
}

void AccuracyJudge::find_label_metrics(Observer& observer) {
    // One sample tells the names; a metric that is not there is refused before the work.
    const auto evaluation = evaluate_on(original_, {0}, observer);
    const auto known = names_of(evaluation);
    for (const auto& metric : accuracy_.metrics.empty() ? usual_metrics(evaluation) : accuracy_.metrics) {
        goals_.push_back({.name = known[place_of(metric.name, known)], .original = metric.baseline_value.value_or(0)});
    }
}

void AccuracyJudge::find_comparisons() {
    const std::vector<std::string> known{kAgreement, kSqnr};
    auto metrics = accuracy_.metrics;
    if (metrics.empty()) {
        metrics = {{accuracy_.annotation_free || has_scores(*original_) ? kAgreement : kSqnr}};
    }
    for (const auto& metric : metrics) {
        const bool is_sqnr = known[place_of(metric.name, known)] == kSqnr;
        const bool has_baseline = metric.baseline_value.has_value();
        const double usual = is_sqnr ? std::numeric_limits<double>::infinity() : 1;
        goals_.push_back({.name = is_sqnr ? kSqnr : kAgreement,
                          .original = metric.baseline_value.value_or(usual),
                          .is_noise = is_sqnr && !has_baseline,
                          .is_decibels = is_sqnr && has_baseline});
    }
}

std::vector<MetricOutcome> AccuracyJudge::judge(const std::shared_ptr<const ov::Model>& model,
                                                Observer& observer) const {
    const auto measured = values(model, all_samples(), observer);
    std::vector<MetricOutcome> outcomes;
    for (std::size_t i = 0; i < goals_.size(); ++i) {
        const auto& goal = goals_[i];
        outcomes.push_back({goal.name, goal.original, measured[i], drop(goal, goal.original, measured[i])});
    }
    return outcomes;
}

double AccuracyJudge::value(const std::shared_ptr<const ov::Model>& model, std::size_t metric,
                            const std::vector<std::size_t>& samples, Observer& observer) const {
    return values(model, samples, observer)[metric];
}

double AccuracyJudge::mean_drop(const std::shared_ptr<const ov::Model>& model, const std::vector<std::size_t>& samples,
                                Observer& observer) const {
    const auto before = values(original_, samples, observer), now = values(model, samples, observer);
    double sum = 0;
    for (std::size_t i = 0; i < goals_.size(); ++i) {
        const bool is_share = before[i] != 0 && !goals_[i].is_noise && !goals_[i].is_decibels;
        sum += drop(goals_[i], before[i], now[i]) / (is_share ? std::fabs(before[i]) : 1);
    }
    return sum / static_cast<double>(goals_.size());
}

std::vector<std::size_t> AccuracyJudge::ranking_samples(const std::shared_ptr<const ov::Model>& model,
                                                        Observer& observer) const {
    constexpr std::size_t kUsual = 300;
    const double share = has_all_baselines(accuracy_.metrics) ? accuracy_.metric_subset_ratio : 1;
    const auto looked_at = spread_indices(
        dataset_.size(),
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share * static_cast<double>(dataset_.size())))));
    const std::size_t wanted = std::min(accuracy_.ranking_subset_size.value_or(kUsual), looked_at.size());
    if (wanted == looked_at.size()) {
        return looked_at;
    }
    const auto outcomes = compare_samples(original_, model, *select_samples(dataset_, looked_at),
                                          compare_options(options_), run_, observer);
    std::vector<std::size_t> places(looked_at.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(),
                     [&](std::size_t a, std::size_t b) { return outcomes[a].noise() > outcomes[b].noise(); });
    std::vector<std::size_t> samples;
    for (std::size_t i = 0; i < wanted; ++i) {
        samples.push_back(looked_at[places[i]]);
    }
    std::sort(samples.begin(), samples.end());
    return samples;
}

double AccuracyJudge::excess(const MetricOutcome& outcome) const {
    const double excess = outcome.drop - accuracy_.maximal_drop;
    if (std::isnan(excess)) {
        return std::numeric_limits<double>::infinity();
    }
    return excess <= kTolerance ? std::min(excess, 0.0) : excess;
}

std::size_t AccuracyJudge::worst(const std::vector<MetricOutcome>& outcomes) const {
    const auto distance = [&](const MetricOutcome& outcome) {
        const bool is_unit = outcome.original == 0 || !std::isfinite(outcome.original);
        return excess(outcome) / (is_unit ? 1 : std::fabs(outcome.original));
    };
    const auto found = std::max_element(outcomes.begin(), outcomes.end(),
                                        [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
    return static_cast<std::size_t>(found - outcomes.begin());
}

std::vector<double> AccuracyJudge::values(const std::shared_ptr<const ov::Model>& model,
                                          const std::vector<std::size_t>& samples, Observer& observer) const {
    if (accuracy_.metric) {
        return {accuracy_.metric(model, *select_samples(dataset_, samples))};
    }
    return labels_ ? evaluated(model, samples, observer) : compared(model, samples, observer);
}

std::vector<double> AccuracyJudge::evaluated(const std::shared_ptr<const ov::Model>& model,
                                             const std::vector<std::size_t>& samples, Observer& observer) const {
    const auto evaluation = evaluate_on(model, samples, observer);
    const auto known = names_of(evaluation);
    std::vector<double> measured;
    for (const auto& goal : goals_) {
        measured.push_back(evaluation.metrics[place_of(goal.name, known)].values[0]);
    }
    return measured;
}

std::vector<double> AccuracyJudge::compared(const std::shared_ptr<const ov::Model>& model,
                                            const std::vector<std::size_t>& samples, Observer& observer) const {
    const auto outcomes = compare_samples(original_, model, *select_samples(dataset_, samples),
                                          compare_options(options_), run_, observer);
    std::vector<double> measured;
    for (const auto& goal : goals_) {
        measured.push_back(
            goal.name == kSqnr
                ? sqnr(outcomes)
                : agreement(outcomes, accuracy_.annotation_free ? accuracy_.annotation_conf_threshold : 0));
    }
    return measured;
}

Evaluation AccuracyJudge::evaluate_on(const std::shared_ptr<const ov::Model>& model,
                                      const std::vector<std::size_t>& samples, Observer& observer) const {
    auto how = accuracy_.evaluation;
    how.shapes = options_.shapes;
    how.skip_bad = options_.skip_bad;
    return evaluate({model}, *select_samples(dataset_, samples), select_labels(*labels_, samples), how, run_,
                    &observer);
}

double AccuracyJudge::drop(const Goal& goal, double original, double value) const {
    if (goal.is_noise) {
        return std::pow(10, -value / 10);
    }
    const bool is_relative = accuracy_.drop_type == DropType::Relative && original != 0 && !goal.is_decibels;
    return (original - value) / (is_relative ? std::fabs(original) : 1);
}

std::vector<std::size_t> AccuracyJudge::all_samples() const {
    return spread_indices(dataset_.size(), dataset_.size());
}

}  // namespace octet
