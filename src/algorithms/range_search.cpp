#include "algorithms/range_search.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "algorithms/measured_ranges.hpp"
#include "algorithms/range_units.hpp"
#include "algorithms/trial.hpp"
#include "base/text.hpp"

namespace octet {
namespace {

struct Proposal {
    const char* name;
    JointEstimator estimator;
};

constexpr Proposal kProposals[] = {
    {"output_mse", {RangeStatistic::OutputMse}},
    {"mse", {RangeStatistic::Mse}},
    {"percentile 99.9", {RangeStatistic::Percentile, 1e-3, 1e-3}},
    {"percentile 99.999", {RangeStatistic::Percentile, 1e-5, 1e-5}},
    {"percentile 99.99", {RangeStatistic::Percentile, 1e-4, 1e-4}},
};

constexpr double kMargin = 0.2;           // dB that a change must gain: few samples show no rare large values
constexpr std::size_t kRuns = 8;          // of neighbouring tensors that are tried on their own
constexpr std::size_t kAlternatives = 2;  // for each run

/// Ranges of all units, and the error of the outputs that they make.
struct Candidate {
    std::string name;
    std::vector<Range> ranges;
    double level = 0;
};

class Searcher {
public:
    Searcher(ov::Model& model, Context& context) : model_(model), context_(context), units_(context) {}

    bool has_choice() const {
        return units_.may_be_tried();
    }

    /// Leaves the best ranges in the model. Returns what was found.
    std::string run() {
        const auto& error = output_error(context_);
        if (!error.tells_anything()) {
            return "ranges left: the outputs tell no error";
        }
        if (!context_.trial) {
            context_.trial = std::make_shared<TrialModel>(error, model_, context_);
        }
        auto candidates = try_candidates();
        const double before = candidates.front().level;
        const auto best_of_all = std::min_element(candidates.begin(), candidates.end(), better);
        if (best_of_all->level < before - kMargin) {
            std::iter_swap(candidates.begin(), best_of_all);
        }
        std::sort(candidates.begin() + 1, candidates.end(), better);
        Candidate best = candidates.front();
        const std::string runs = try_runs(candidates, best);
        units_.try_ranges(best.ranges);  // for whoever goes on with this model
        units_.set(best.ranges);
        return "ranges by " + best.name + runs + ": error of the outputs " + short_number(best.level) + " dB, before " +
               short_number(before) + " dB";
    }

private:
    static bool better(const Candidate& a, const Candidate& b) {
        return a.level < b.level;
    }

    /// What the model has, then each proposal for all units.
    std::vector<Candidate> try_candidates() {
        std::vector<Candidate> candidates{{"what they were", {}}};
        for (std::size_t u = 0; u < units_.size(); ++u) {
            candidates.front().ranges.push_back(units_.current(u));
        }
        for (const auto& [name, estimator] : kProposals) {
            const auto all = joint_ranges(context_, estimator);
            Candidate candidate{name, {}};
            for (std::size_t u = 0; u < units_.size(); ++u) {
                candidate.ranges.push_back(all[units_[u].front()].at(0));
            }
            candidates.push_back(std::move(candidate));
        }
        for (auto& candidate : candidates) {
            candidate.level = level(candidate.ranges);
            context_.observer.log(
                LogLevel::Debug, "correct",
                "ranges by " + candidate.name + ": error of the outputs " + short_number(candidate.level) + " dB");
        }
        return candidates;
    }

    /// Puts runs of neighbouring units at the ranges of the best other candidates, where that is better.
    std::string try_runs(const std::vector<Candidate>& candidates, Candidate& best) {
        std::size_t taken = 0;
        const auto place = [&](std::size_t run) { return static_cast<std::ptrdiff_t>(run * units_.size() / kRuns); };
        for (std::size_t run = 0; run < kRuns; ++run) {
            for (std::size_t other = 1; other <= kAlternatives && place(run) < place(run + 1); ++other) {
                Candidate tried = best;
                const auto& from = candidates[other].ranges;
                std::copy(from.begin() + place(run), from.begin() + place(run + 1), tried.ranges.begin() + place(run));
                tried.level = level(tried.ranges);
                if (tried.level < best.level - kMargin / 2) {
                    best = std::move(tried);
                    ++taken;
                }
            }
        }
        return taken > 0 ? ", runs of tensors otherwise" : "";
    }

    double level(const std::vector<Range>& ranges) {
        units_.try_ranges(ranges);
        return context_.trial->level();
    }

    ov::Model& model_;
    Context& context_;
    RangeUnits units_;
};

}  // namespace

void RangeSearch::request(const ov::Model&, const Context& context, StatisticPlan& statistics) const {
    for (const auto& quantizer : context.plan.quantizers) {
        if (!has_free_width(quantizer, context.options) || !quantizer.prefix.empty()) {
            continue;
        }
        for (const auto& proposal : kProposals) {
            statistics.request(histogram_request(quantizer, proposal.estimator.type));
        }
    }
}

std::vector<Change> RangeSearch::apply(ov::Model& model, Context& context) const {
    if (!model.get_variables().empty()) {
        return {};
    }
    Searcher searcher(model, context);
    if (!searcher.has_choice()) {
        return {};
    }
    return {{name(), "", searcher.run()}};
}

}  // namespace octet
