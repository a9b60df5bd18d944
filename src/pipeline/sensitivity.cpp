#include "pipeline/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "octet/error.hpp"
#include "octet/quantize.hpp"
#include "octet/sensitivity.hpp"

#include "base/ordered_pool.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "graph/bodies.hpp"
#include "pipeline/run.hpp"
#include "pipeline/shapes.hpp"

namespace octet {
namespace {

constexpr double kEqual = 200;  // dB; what equal outputs count
constexpr const char* kPhase = "sensitivity";

void check(const ov::Model& model, const SensitivityOptions& wanted) {
    const auto refuse = [](const std::string& what) { throw Error(ErrorCode::InvalidOption, kPhase, what); };
    if (wanted.target_sqnr && !(std::fabs(*wanted.target_sqnr) < kEqual)) {
        refuse("target_sqnr: expected dB between -200 and 200; got " + short_number(*wanted.target_sqnr));
    }
    if (!(wanted.least_gain > 0 && std::isfinite(wanted.least_gain))) {
        refuse("least_gain: expected dB above 0; got " + short_number(wanted.least_gain));
    }
    if (!model.get_variables().empty()) {
        throw Error(ErrorCode::UnsupportedModel, kPhase,
                    "the model has a state, so that single samples do not show what a quantizer costs");
    }
}

/// What is calibrated on, and what suggestions are measured on.
struct Samples {
    std::vector<std::size_t> calibration, check;
    bool are_held_out = false;
};

Samples split(std::size_t size, const Options& options) {
    constexpr std::size_t kEvery = 5, kFewest = 10;
    Samples samples;
    samples.are_held_out = size >= kFewest && options.states != States::Keep;
    for (std::size_t i = 0; i < size; ++i) {
        const bool is_check = i % kEvery == kEvery / 2;
        if (!samples.are_held_out || !is_check) {
            samples.calibration.push_back(i);
        }
        if (!samples.are_held_out || is_check) {
            samples.check.push_back(i);
        }
    }
    return samples;
}

/// One look for blocks to be left in floating point, and what became of it.
struct Search {
    BlockSet chosen;
    double sqnr = 0;
    bool is_enough = true;
};

/// Chooses blocks greedily.
class ScopeSearch {
public:
    /// `most`: blocks that may be chosen.
    ScopeSearch(const BlockTrials& trials, const SensitivityOptions& wanted, BlockSet by_cost, std::size_t most,
                double sqnr)
        : trials_(trials), wanted_(wanted), candidates_(std::move(by_cost)), most_(most) {
        found_.sqnr = sqnr;
    }

    /// Goes on until the SQNR is at least `target`; without one, for as long as each block adds enough.
    const Search& reach(const std::optional<double>& target) {
        found_.is_enough = true;
        while (!target || found_.sqnr < *target) {
            const double before = found_.sqnr;
            const double least = target ? kSomething : wanted_.least_gain;
            if (candidates_.empty() || found_.chosen.size() >= most_ || !take_best(before + least)) {
                found_.is_enough = !target;
                break;
            }
        }
        return found_;
    }

private:
    /// The best of the next few where it reaches `least`. What blocks add hardly depends on the others.
    bool take_best(double least) {
        constexpr std::size_t kTried = 4;
        std::vector<BlockSet> sets;
        for (std::size_t i = 0; i < std::min(kTried, candidates_.size()); ++i) {
            sets.push_back(found_.chosen);
            sets.back().push_back(candidates_[i]);
        }
        const auto reached = trials_.sqnr(sets, 0, 0);
        const auto best = std::max_element(reached.begin(), reached.end());
        if (*best < least) {
            return false;
        }
        const auto place = best - reached.begin();
        found_.chosen.push_back(candidates_[static_cast<std::size_t>(place)]);
        found_.sqnr = *best;
        candidates_.erase(candidates_.begin() + place);
        return true;
    }

    static constexpr double kSomething = 0.01;  // dB, without which a block does not help towards a target

    const BlockTrials& trials_;
    const SensitivityOptions& wanted_;
    BlockSet candidates_;  // not chosen yet, the costliest first
    std::size_t most_;
    Search found_;
};

/// All of `count` blocks but one.
BlockSet all_but(std::size_t block, std::size_t count) {
    BlockSet others(count);
    std::iota(others.begin(), others.end(), std::size_t{0});
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(block));
    return others;
}

class Measuring {
public:
    Measuring(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset, const Options& options,
              const SensitivityOptions& wanted, const RunOptions& run, Observer& observer)
        : model_(model),
          options_(options),
          wanted_(wanted),
          run_(run),
          observer_(observer),
          samples_(split(dataset.size(), options)),
          calibration_(select_samples(dataset, samples_.calibration)),
          check_(select_samples(dataset, samples_.check)) {}

    Sensitivity measure() {
        quantize_inspected(
            model_, *calibration_, options_, run_, observer_,
            [&](const QuantizedModel& result, const ReversibleModel& reversible,
                const std::shared_ptr<const OutputError>& error) { inspect(result, reversible, *error); });
        return std::move(found_);
    }

private:
    void inspect(const QuantizedModel& result, const ReversibleModel& reversible, const OutputError& error) {
        if (!error.tells_anything()) {
            throw Error(ErrorCode::UnsupportedModel, kPhase,
                        "no output of the model is in floating point and differs from 0 on the samples");
        }
        const BlockTrials trials([&](const BlockSet& blocks) { return reversible.without(blocks); }, error, options_,
                                 run_.threads, observer_);
        const auto order = measure_blocks(reversible, error, trials);
        found_.check_samples = check_->size();
        found_.are_checks_held_out = samples_.are_held_out;
        suggest(result, reversible, trials, order);
    }

    /// Returns the numbers of the blocks in the order found_ has them.
    BlockSet measure_blocks(const ReversibleModel& reversible, const OutputError& error, const BlockTrials& trials) {
        const auto& blocks = reversible.blocks();
        const std::size_t left = std::min(kMostLeft, blocks.size()), total = 1 + blocks.size() + left;
        std::vector<BlockSet> sets{{}};  // all quantized; then each alone
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            sets.push_back(all_but(b, blocks.size()));
        }
        observer_.phase(kPhase, total);
        const auto alone = trials.sqnr(sets, 0, total);
        BlockSet order(blocks.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return alone[1 + a] < alone[1 + b]; });
        sets.clear();
        for (std::size_t i = 0; i < left; ++i) {
            sets.push_back({order[i]});
        }
        const auto without = trials.sqnr(sets, total - left, total);
        found_.sqnr_db = alone[0];
        found_.trial_samples = error.samples();
        std::vector<double> gains(blocks.size(), -kEqual);
        for (std::size_t i = 0; i < left; ++i) {
            gains[order[i]] = without[i] - alone[0];
        }
        std::stable_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(left),
                         [&](std::size_t a, std::size_t b) { return gains[a] > gains[b]; });
        const auto names = operation_names(*model_);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto& block = blocks[order[i]];
            found_.blocks.push_back({block.name, block.type, block.operations, block.quantizers.size(),
                                     alone[1 + order[i]], i < left ? std::optional(gains[order[i]]) : std::nullopt,
                                     can_be_named(block.operations, names)});
        }
        return order;
    }

    void suggest(const QuantizedModel& result, const ReversibleModel& reversible, const BlockTrials& trials,
                 const BlockSet& order) {
        BlockSet candidates;
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (found_.blocks[i].can_be_ignored) {
                candidates.push_back(order[i]);
            }
        }
        const double before = measure_check(result.model);
        if (wanted_.target_sqnr && before >= *wanted_.target_sqnr) {
            found_.why_none = "the model reaches " + short_number(before) + " dB as it is";
            return;
        }
        // A scope of everything would be the original.
        const std::size_t most = wanted_.target_sqnr ? std::max<std::size_t>(order.size(), 1) - 1 : order.size() / 2;
        ScopeSearch search(trials, wanted_, candidates, most, found_.sqnr_db);
        std::optional<double> target = wanted_.target_sqnr;
        BlockSet chosen;
        for (int tries = 0; tries < kTries; ++tries) {
            if (tries == 0 || target) {
                const auto& found = search.reach(target);
                if (!found.is_enough) {
                    found_.why_none = std::to_string(found.chosen.size()) + " blocks in floating point reach " +
                                      short_number(found.sqnr) + " dB, and more add nothing";
                    return;
                }
                chosen = found.chosen;
            } else {
                chosen.pop_back();
            }
            if (chosen.empty()) {
                break;
            }
            const auto made = verify(reversible, chosen, before);
            if (holds(made)) {
                found_.suggestion = made;
                return;
            }
            found_.why_none = "leaving " + std::to_string(made.blocks) +
                              " blocks in floating point did not keep its promise when quantized anew: from " +
                              short_number(made.before_db) + " to " + short_number(made.after_db) + " dB";
            if (target) {
                *target = search.reach(-kEqual).sqnr + *wanted_.target_sqnr - made.after_db;
            }
        }
        if (found_.why_none.empty()) {
            found_.why_none = "no block in floating point adds " + short_number(wanted_.least_gain) + " dB or more";
        }
    }

    bool holds(const SuggestedScope& made) const {
        return wanted_.target_sqnr
                   ? made.after_db >= *wanted_.target_sqnr
                   : made.after_db - made.before_db >= wanted_.least_gain * static_cast<double>(made.blocks);
    }

    SuggestedScope verify(const ReversibleModel& reversible, const BlockSet& chosen, double before) {
        SuggestedScope made{{}, chosen.size(), before, 0};
        for (const std::size_t block : chosen) {
            const auto& operations = reversible.blocks()[block].operations;
            made.names.insert(made.names.end(), operations.begin(), operations.end());
        }
        Options options = options_;
        options.ignored.names.insert(options.ignored.names.end(), made.names.begin(), made.names.end());
        made.after_db = measure_check(quantize(model_, *calibration_, options, run_, &observer_).model);
        return made;
    }

    double measure_check(const std::shared_ptr<const ov::Model>& quantized) {
        CompareOptions how;
        how.throughput = false;
        how.skip_bad = options_.skip_bad;
        how.shapes = options_.shapes;
        return mean_sqnr(compare(model_, quantized, *check_, how, run_, &observer_));
    }

    static constexpr int kTries = 3;              // each quantizes anew
    static constexpr std::size_t kMostLeft = 24;  // blocks that are worth a look at what they add

    std::shared_ptr<const ov::Model> model_;
    const Options& options_;
    const SensitivityOptions& wanted_;
    const RunOptions& run_;
    Observer& observer_;
    Samples samples_;
    std::unique_ptr<Dataset> calibration_, check_;
    Sensitivity found_;
};

}  // namespace

std::vector<double> BlockTrials::sqnr(const std::vector<BlockSet>& reverted, std::size_t done,
                                      std::size_t total) const {
    std::vector<double> found;
    run_in_order<double>(
        reverted.size(), usable_threads(threads_),
        [&](std::size_t, std::size_t index) { return sqnr(reverted[index]); },
        [&](std::size_t index, double&& made) {
            found.push_back(made);
            if (total > 0) {
                observer_.step(done + index + 1, total);
            }
        },
        [&] { return observer_.cancelled(); });
    return found;
}

double BlockTrials::sqnr(const BlockSet& reverted) const {
    const auto copy = without_(reverted);
    const CalibrationShapes shapes(*copy, options_);
    return std::clamp(-error_.level_on_one_thread(*copy), -kEqual, kEqual);
}

std::set<std::string> operation_names(const ov::Model& given) {
    std::set<std::string> names;
    for (const auto& graph : all_graphs(given)) {
        for (const auto& node : graph.model->get_ordered_ops()) {
            names.insert(graph.prefix + node->get_friendly_name());
        }
    }
    return names;
}

bool can_be_named(const std::vector<std::string>& operations, const std::set<std::string>& names) {
    return std::all_of(operations.begin(), operations.end(),
                       [&](const std::string& name) { return names.count(name) != 0; });
}

double mean_sqnr(const Comparison& comparison) {
    double sum = 0;
    for (const auto& output : comparison.outputs) {
        sum += std::isnan(output.sqnr_db) ? -kEqual : std::clamp(output.sqnr_db, -kEqual, kEqual);
    }
    return comparison.outputs.empty() ? kEqual : sum / static_cast<double>(comparison.outputs.size());
}

Sensitivity measure_sensitivity(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                const Options& options, const SensitivityOptions& wanted, const RunOptions& run,
                                Observer* observer) {
    Observer silent;
    check(*model, wanted);
    return Measuring(model, dataset, options, wanted, run, observer ? *observer : silent).measure();
}

}  // namespace octet
