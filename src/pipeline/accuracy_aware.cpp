#include "octet/accuracy_aware.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "base/text.hpp"
#include "pipeline/accuracy_judge.hpp"
#include "pipeline/concession.hpp"
#include "pipeline/kept_statistics.hpp"
#include "pipeline/run.hpp"
#include "pipeline/sensitivity.hpp"

namespace octet {
namespace {

constexpr const char* kName = "AccuracyAwareQuantization";

void refuse(const std::string& where, const std::string& what) {
    throw Error(ErrorCode::InvalidOption, where, what);
}

void check(const Options& options, const AccuracyOptions& accuracy) {
    if (!(accuracy.maximal_drop >= 0 && std::isfinite(accuracy.maximal_drop))) {
        refuse("maximal_drop", "expected a number of 0 or more; got " + short_number(accuracy.maximal_drop));
    }
    if (accuracy.ranking_subset_size && *accuracy.ranking_subset_size == 0) {
        refuse("ranking_subset_size", "expected 1 or more samples; got 0");
    }
    if (!(accuracy.metric_subset_ratio > 0 && accuracy.metric_subset_ratio <= 1)) {
        refuse("metric_subset_ratio",
               "expected a number above 0 and up to 1; got " + short_number(accuracy.metric_subset_ratio));
    }
    if (!(accuracy.annotation_conf_threshold >= 0 && accuracy.annotation_conf_threshold <= 1)) {
        refuse("annotation_conf_threshold",
               "expected a number from 0 to 1; got " + short_number(accuracy.annotation_conf_threshold));
    }
    if (widens_quantizers(options) && options.preset == Preset::Accuracy) {
        refuse("preset", std::string(kName) + " gives weights 16 bits on " + options.target_device +
                             ", which they have by the preset accuracy; expected performance");
    }
}

/// Lets warnings and the wish to stop through, not the phases of what is done many times.
class Quiet : public Observer {
public:
    explicit Quiet(Observer& observer) : observer_(observer) {}
    void log(LogLevel level, std::string_view component, std::string_view text) override {
        if (level == LogLevel::Error) {
            observer_.log(level, component, text);
        }
    }
    bool cancelled() override {
        return observer_.cancelled();
    }

private:
    Observer& observer_;
};

/// A quantized model, and what it takes to go on from it.
struct State {
    Options options;
    QuantizedModel quantized{};
    std::shared_ptr<const ReversibleModel> reversible{};
    std::shared_ptr<const OutputError> error{};
    std::vector<MetricOutcome> metrics{};
    std::size_t worst = 0;  ///< metric
    double excess = std::numeric_limits<double>::infinity();

    bool is_good() const {
        return excess <= 0;
    }
};

/// A concession, and what is had by it alone.
struct Ranked {
    Concession concession;
    double value = 0;  ///< of the metric
};

std::string described(const std::vector<MetricOutcome>& metrics) {
    std::string text;
    for (const auto& metric : metrics) {
        text += (text.empty() ? "" : ", ") + metric.name + " " + short_number(metric.quantized) + " (drop " +
                short_number(metric.drop) + ")";
    }
    return text;
}

class AccuracyAware {
public:
    AccuracyAware(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                  const std::optional<Labels>& labels, const Options& options, const AccuracyOptions& accuracy,
                  const RunOptions& run, Observer& observer)
        : model_(model),
          dataset_(dataset),
          options_(options),
          accuracy_(accuracy),
          kept_(run),
          run_(kept_.run()),
          observer_(observer),
          quiet_(observer) {
        if (!accuracy.base_algorithm.empty()) {
            options_.algorithms = {accuracy.base_algorithm};
        }
        judge_.emplace(make_baseline(), accuracy.judged_on != nullptr ? *accuracy.judged_on : dataset, labels, options_,
                       accuracy, run_, observer);
    }

    AccuracyAwareResult run() {
        best_ = make(options_, observer_);
        tell("quantized", best_, true);
        if (!best_.is_good() && accuracy_.convert_to_mixed_preset && options_.preset == Preset::Performance) {
            if (widens_quantizers(options_)) {
                observer_.log(LogLevel::Warning, "accuracy",
                              "convert_to_mixed_preset: no effect, as " + options_.target_device +
                                  " has no asymmetric activations");
            } else {
                try_mixed_preset();
            }
        }
        if (!best_.is_good() && accuracy_.tune_hyperparams) {
            tune();
        }
        if (!best_.is_good()) {
            concede();
        }
        return finish();
    }

private:
    /// What the quantized model is held against: the original, or on GNA, after POT, the model with 16-bit weights.
    std::shared_ptr<const ov::Model> make_baseline() {
        if (!widens_quantizers(options_)) {
            return model_;
        }
        Options options = options_;
        options.preset = Preset::Accuracy;
        observer_.log(LogLevel::Info, "accuracy", "the baseline is the model with 16-bit weights");
        const auto made = quantize(model_, dataset_, options, run_, &quiet_);
        kept_.are_there();
        return made.model;
    }

    State make(const Options& options, Observer& observer) {
        State state{.options = options};
        state.quantized = quantize_inspected(model_, dataset_, options, run_, observer,
                                             [&](const QuantizedModel&, const ReversibleModel& reversible,
                                                 const std::shared_ptr<const OutputError>& error) {
                                                 state.reversible = std::make_shared<const ReversibleModel>(reversible);
                                                 state.error = error;
                                             });
        kept_.are_there();
        state.metrics = judge_->judge(state.quantized.model, observer_);
        state.worst = judge_->worst(state.metrics);
        state.excess = judge_->excess(state.metrics[state.worst]);
        return state;
    }

    void tell(const std::string& what, const State& state, bool is_kept) {
        steps_.push_back({what, state.metrics, is_kept});
        observer_.log(LogLevel::Info, "accuracy", what + ": " + described(state.metrics));
        if (is_kept && !accuracy_.intermediate.empty()) {
            save(state.quantized, accuracy_.intermediate, "intermediate_model", {}, run_, &quiet_);
        }
    }

    /// Keeps a state where it is better than the best so far.
    bool keep_better(State&& state, const std::string& what) {
        const bool is_better = state.excess < best_.excess;
        tell(what, state, is_better);
        if (is_better) {
            best_ = std::move(state);
        }
        return is_better;
    }

    void try_mixed_preset() {
        Options options = best_.options;
        options.preset = Preset::Mixed;
        keep_better(make(options, quiet_), "mixed preset");
    }

    /// The grid of POT: how both ends of activations' ranges are found, plain ranges of weights, and the other bias
    /// correction. Tried on the samples that lost most.
    void tune() {
        const auto samples = judge_->ranking_samples(best_.quantized.model, quiet_);
        const auto candidates = grid(best_.options);
        observer_.phase("rank", candidates.size() + 1);
        Options chosen = best_.options;
        double least = judge_->mean_drop(best_.quantized.model, samples, quiet_);
        const auto attempt = [&](const Options& options) {
            const auto made = quantize(model_, dataset_, options, run_, &quiet_);
            const double drop = judge_->mean_drop(made.model, samples, quiet_);
            if (drop < least) {
                least = drop;
                chosen = options;
            }
        };
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            attempt(candidates[i]);
            observer_.step(i + 1, candidates.size() + 1);
        }
        Options other = chosen;
        other.use_fast_bias = !other.use_fast_bias;
        attempt(other);
        observer_.step(candidates.size() + 1, candidates.size() + 1);
        if (to_json(chosen) == to_json(best_.options)) {
            steps_.push_back({"other range estimators", best_.metrics, false});
            return;
        }
        keep_better(make(chosen, quiet_), "other range estimators");
    }

    static std::vector<Options> grid(const Options& base) {
        constexpr double kShares[] = {1e-3, 1e-4};
        std::vector<RangeEndOptions> lows{{.type = RangeStatistic::Min}}, highs{{.type = RangeStatistic::Max}};
        for (const double share : kShares) {
            for (auto* ends : {&lows, &highs}) {
                ends->push_back(
                    {.type = RangeStatistic::Quantile, .outlier_prob = share, .aggregator = Aggregator::Mean});
            }
        }
        std::vector<Options> candidates;
        for (const auto& low : lows) {
            for (const auto& high : highs) {
                Options options = base;
                options.activations.range_estimator = RangeEstimatorOptions{{}, low, high};
                candidates.push_back(options);
                if (base.weights.range_estimator || base.range_estimator != RangeEstimatorOptions{}) {
                    options.weights.range_estimator = RangeEstimatorOptions{RangePreset::Default, {}, {}};
                    candidates.push_back(options);
                }
            }
        }
        return candidates;
    }

    /// One concession after the other, the most important first.
    void concede() {
        State now = best_;
        State good = best_;  // before it became worse
        std::set<std::string> bad;
        std::size_t tried = 0;
        while (true) {
            const auto ranked = rank(now, bad);
            if (ranked.empty()) {
                observer_.log(LogLevel::Warning, "accuracy",
                              widens_quantizers(options_) ? "nothing is left to be given 16 bits"
                                                          : "no block is left to be taken back to floating point");
                return;
            }
            const std::size_t metric = now.worst;
            bool is_worse_before = false;
            for (const auto& each : ranked) {
                if (accuracy_.max_iter_num && tried >= *accuracy_.max_iter_num) {
                    observer_.log(LogLevel::Warning, "accuracy", "max_iter_num blocks were tried");
                    return;
                }
                ++tried;
                State next = with(now, each.concession);
                const bool is_worse = next.excess > now.excess;
                tell(each.concession.what, next, !is_worse);
                if (next.excess < best_.excess) {
                    best_ = next;
                }
                if (next.is_good()) {
                    return;
                }
                if (is_worse) {
                    bad.insert(each.concession.what);
                } else if (next.excess <= good.excess) {
                    good = next;
                }
                now = std::move(next);
                if (is_worse && is_worse_before) {
                    break;
                }
                is_worse_before = is_worse;
                if (now.worst != metric && judge_->excess(now.metrics[metric]) <= 0) {
                    break;  // the other metric has another order
                }
            }
            if (accuracy_.use_prev_if_drop_increase && now.excess > good.excess) {
                now = good;
            }
        }
    }

    State with(const State& state, const Concession& concession) {
        Options options = state.options;
        concession.add_to(options);
        return make(options, quiet_);
    }

    /// By the metric that is furthest from its goal, on the samples that lost most, each concession by itself: those
    /// that bring the outputs nearest; the others follow by that. What the metric does not tell apart stays in that
    /// order, too.
    std::vector<Ranked> rank(const State& state, const std::set<std::string>& bad) {
        const auto samples = judge_->ranking_samples(state.quantized.model, quiet_);
        auto concessions = find_concessions(*model_, *state.reversible, state.options);
        std::erase_if(concessions, [&](const Concession& each) { return bad.count(each.what) != 0; });
        const auto without = [&](const std::vector<std::size_t>& numbers) {
            return with_concessions(*state.reversible, concessions, numbers);
        };
        std::vector<std::size_t> order(concessions.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        if (state.error) {
            std::vector<BlockSet> sets;
            for (const std::size_t number : order) {
                sets.push_back({number});
            }
            observer_.phase("rank", sets.size());
            const auto sqnr =
                BlockTrials(without, *state.error, state.options, run_.threads, observer_).sqnr(sets, 0, sets.size());
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t a, std::size_t b) { return sqnr[a] > sqnr[b]; });
        }
        const std::size_t judged = state.error ? std::min(kMostJudged, order.size()) : order.size();
        observer_.phase("rank", judged);
        std::vector<Ranked> ranked;
        for (std::size_t i = 0; i < order.size(); ++i) {
            ranked.push_back({concessions[order[i]], 0});
            if (i < judged) {
                ranked[i].value = judge_->value(without({order[i]}), state.worst, samples, quiet_);
                observer_.step(i + 1, judged);
            }
        }
        std::stable_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(judged),
                         [](const Ranked& a, const Ranked& b) { return a.value > b.value; });
        return ranked;
    }

    AccuracyAwareResult finish() {
        AccuracyAwareResult result;
        result.is_reached = best_.is_good();
        result.metrics = best_.metrics;
        result.steps = std::move(steps_);
        result.quantized = std::move(best_.quantized);
        for (const auto& step : result.steps) {
            result.quantized.report.changes.push_back(
                {kName, step.what, described(step.metrics) + (step.is_kept ? "" : "; worse")});
        }
        return result;
    }

    static constexpr std::size_t kMostJudged = 16;  // by the metric, which takes longer than a trial

    std::shared_ptr<const ov::Model> model_;
    const Dataset& dataset_;
    Options options_;
    const AccuracyOptions& accuracy_;
    KeptStatistics kept_;
    const RunOptions& run_;
    Observer& observer_;
    Quiet quiet_;
    std::optional<AccuracyJudge> judge_;
    State best_;
    std::vector<AccuracyStep> steps_;
};

}  // namespace

AccuracyAwareResult quantize_with_accuracy(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                           const std::optional<Labels>& labels, const Options& options,
                                           const AccuracyOptions& accuracy, const RunOptions& run, Observer* observer) {
    Observer silent;
    check(options, accuracy);
    if (dataset.size() == 0) {
        throw Error(ErrorCode::InvalidData, "", "no samples to measure the accuracy on");
    }
    return AccuracyAware(model, dataset, labels, options, accuracy, run, observer ? *observer : silent).run();
}

}  // namespace octet
