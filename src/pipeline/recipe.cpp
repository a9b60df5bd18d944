#include "octet/recipe.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "octet/compare.hpp"
#include "octet/error.hpp"

#include "base/forwarding_observer.hpp"
#include "base/text.hpp"
#include "pipeline/sensitivity.hpp"

namespace octet {
namespace {

constexpr std::size_t kFewestSamples = 4, kOneOf = 5, kMostJudged = 32;
constexpr double kLeastGain = 0.05, kTakingBack = 0.5;

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

template <class V>
bool replace(V& slot, const V& value) {
    return !(std::exchange(slot, value) == value);
}

/// Something to try.
struct Step {
    const char* what;
    bool is_in_accurate;
    double cost;        ///< about how many times as long as `as given`, and kFitting more where it fits weights
    double least_gain;  ///< in dB; to take back what helps on most models it takes more
    /// Changes what was kept so far. False: there is nothing to change.
    bool (*apply)(Options& options, const Options& given);
};

constexpr double kFitting = 40;  // how many times as long as `as given` a fit of the weights takes

bool is_fitted_by_recipe(const Options& options, const Options& given) {
    return options.use_layerwise_tuning && !given.use_layerwise_tuning;
}

bool take_back_asymmetry(Options& options, const Options& given) {
    return replace(options.preset, given.preset);
}

bool take_back_smoothing(Options& options, const Options& given) {
    return replace(options.smooth_convolutions, given.smooth_convolutions);
}

bool take_back_search(Options& options, const Options& given) {
    return replace(options.range_search, given.range_search);
}

// What helps on most models comes together and is taken back singly: a few samples cannot tell small gains of single
// steps from chance (docs/decisions/0017).
constexpr Step kSteps[] = {
    {"asymmetric activations, smoothed channels, ranges from histograms", true, 4, kLeastGain,
     [](Options& options, const Options&) {
         const bool was_symmetric = options.preset == Preset::Performance && replace(options.preset, Preset::Mixed);
         const bool was_uneven = replace(options.smooth_convolutions, true);
         return replace(options.range_search, true) || was_symmetric || was_uneven;
     }},
    {"without asymmetric activations", true, 4, kTakingBack, take_back_asymmetry},
    {"without smoothed channels", true, 4, kTakingBack, take_back_smoothing},
    {"without ranges from histograms", true, 2, kTakingBack, take_back_search},
    {"weights fitted layer by layer", true, 4, kLeastGain,
     [](Options& options, const Options&) { return replace(options.use_layerwise_tuning, true); }},
    {"fitted without asymmetric activations", true, 4, kTakingBack,
     [](Options& options, const Options& given) {
         return is_fitted_by_recipe(options, given) && take_back_asymmetry(options, given);
     }},
    {"fitted without smoothed channels", false, 4, kTakingBack,
     [](Options& options, const Options& given) {
         return is_fitted_by_recipe(options, given) && take_back_smoothing(options, given);
     }},
    {"fitted without ranges from histograms", false, 2, kTakingBack,
     [](Options& options, const Options& given) {
         return is_fitted_by_recipe(options, given) && take_back_search(options, given);
     }},
    {"channels aligned", false, 2, kLeastGain,
     [](Options& options, const Options&) { return replace(options.channel_alignment, true); }},
    {"ranges from quantiles", false, 2, kLeastGain,
     [](Options& options, const Options&) {
         return replace(options.range_estimator.preset, std::optional(RangePreset::Quantile));
     }},
    {"biases corrected one after the other", false, 10, kLeastGain,
     [](Options& options, const Options&) { return options.bias_correction && replace(options.use_fast_bias, false); }},
    {"ranges of the inputs of fitted layers", false, 10, kLeastGain,
     [](Options& options, const Options&) {
         return options.use_layerwise_tuning && options.tuning.method != TuningMethod::Gradient &&
                replace(options.tuning.input_ranges, true);
     }},
};

/// Hands on what an inner run says, each remark once.
class Repeater final : public ForwardingObserver {
public:
    using ForwardingObserver::ForwardingObserver;

    void log(LogLevel level, std::string_view component, std::string_view text) override {
        if (said_.insert(std::string(text)).second) {
            ForwardingObserver::log(level, component, text);
        }
    }

private:
    std::set<std::string> said_;
};

class Trials {
public:
    Trials(std::shared_ptr<const ov::Model> model, const Dataset& dataset, const RecipeOptions& recipe,
           const RunOptions& run, Observer& observer)
        : model_(std::move(model)), recipe_(recipe), run_(run), observer_(observer) {
        const std::size_t size = dataset.size();
        if (size < kFewestSamples) {
            throw Error(ErrorCode::InvalidData, "data",
                        "a recipe needs at least " + std::to_string(kFewestSamples) +
                            " samples, some of them to judge by; got " + std::to_string(size));
        }
        const auto judged = spread_indices(size, std::clamp<std::size_t>(size / kOneOf, 1, kMostJudged));
        std::vector<std::size_t> others;
        for (std::size_t sample = 0; sample < size; ++sample) {
            if (!std::binary_search(judged.begin(), judged.end(), sample)) {
                others.push_back(sample);
            }
        }
        calibration_ = select_samples(dataset, others);
        judged_ = select_samples(dataset, judged);
        observer_.log(
            LogLevel::Info, "recipe",
            std::to_string(others.size()) + " samples to calibrate, " + std::to_string(judged.size()) + " to judge by");
    }

    RecipeResult run(const Options& given) {
        auto options = given;
        auto best = attempt("as given", options);
        double level = tried_.back().sqnr_db;
        const double usual_seconds = seconds_of_last_;
        tried_.back().is_kept = true;
        say();
        for (const auto& step : kSteps) {
            auto changed = options;
            if ((!step.is_in_accurate && recipe_.recipe == Recipe::Accurate) || !step.apply(changed, given)) {
                continue;
            }
            const double cost = is_fitted_by_recipe(changed, given) ? kFitting + step.cost : step.cost;
            if (recipe_.budget && elapsed() + cost * usual_seconds > recipe_.budget->count()) {
                tried_.push_back({step.what, 0, false, "not tried: no time left"});
                say();
                continue;
            }
            try {
                auto next = attempt(step.what, changed);
                if (tried_.back().sqnr_db >= level + step.least_gain) {
                    tried_.back().is_kept = true;
                    level = tried_.back().sqnr_db;
                    options = std::move(changed);
                    best = std::move(next);
                }
            } catch (const Error& error) {
                if (error.code() != ErrorCode::InvalidOption && error.code() != ErrorCode::UnsupportedModel) {
                    throw;
                }
                tried_.push_back({step.what, 0, false, error.what()});
            }
            say();
        }
        best.report.tried = tried_;
        return {std::move(best)};
    }

private:
    double elapsed() const {
        return Seconds(Clock::now() - start_).count();
    }

    QuantizedModel attempt(const char* what, const Options& options) {
        const auto start = Clock::now();
        auto result = quantize(model_, *calibration_, options, run_, &observer_);
        CompareOptions how;
        how.throughput = false;
        how.skip_bad = options.skip_bad;
        how.shapes = options.shapes;
        const double level = mean_sqnr(compare(model_, result.model, *judged_, how, run_, &observer_));
        seconds_of_last_ = Seconds(Clock::now() - start).count();
        tried_.push_back({what, level, false, ""});
        return result;
    }

    void say() {
        const auto& last = tried_.back();
        observer_.log(LogLevel::Info, "recipe",
                      last.what + ": " +
                          (last.failure.empty()
                               ? "SQNR " + short_number(last.sqnr_db) + " dB, " + (last.is_kept ? "kept" : "not kept")
                               : last.failure));
    }

    std::shared_ptr<const ov::Model> model_;
    const RecipeOptions& recipe_;
    const RunOptions& run_;
    Repeater observer_;
    std::unique_ptr<Dataset> calibration_, judged_;
    std::vector<Tried> tried_;
    double seconds_of_last_ = 0;
    Clock::time_point start_ = Clock::now();
};

}  // namespace

RecipeResult quantize_by_recipe(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                const Options& options, const RecipeOptions& recipe, const RunOptions& run,
                                Observer* observer) {
    Observer silent;
    return Trials(model, dataset, recipe, run, observer ? *observer : silent).run(options);
}

}  // namespace octet
