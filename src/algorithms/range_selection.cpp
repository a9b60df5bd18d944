#include "algorithms/range_selection.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "algorithms/measured_ranges.hpp"
#include "algorithms/range_units.hpp"
#include "algorithms/trial.hpp"
#include "base/text.hpp"

namespace octet {
namespace {

constexpr double kWidths[] = {1, 0.5, 0.25, 0};
constexpr double kMargin = 0.2;  // dB by which a narrower range must be better: few samples show no rare large values
constexpr double kNoDifference = 0.5;  // dB between widths: then it is not the ranges that make the error
constexpr std::size_t kRuns = 4;       // of neighbouring tensors that are tried on their own

class Selector {
public:
    Selector(ov::Model& model, Context& context) : model_(model), context_(context), units_(context) {}

    bool has_choice() const {
        return units_.may_be_tried();
    }

    /// Leaves the best ranges in the model. Returns what was found.
    std::string run() {
        const auto& error = output_error(context_);
        if (!error.tells_anything()) {
            return "ranges left: the outputs tell no error";
        }
        context_.trial = std::make_shared<TrialModel>(error, model_, context_);
        const auto level = [&](const std::vector<double>& widths) {
            units_.try_ranges(ranges(widths));
            const double error_level = context_.trial->level();
            const auto [least, most] = std::minmax_element(widths.begin(), widths.end());
            context_.observer.log(LogLevel::Debug, "correct",
                                  "ranges at width " + short_number(*least) +
                                      (*least < *most ? " to " + short_number(*most) : "") + ": error of the outputs " +
                                      short_number(error_level) + " dB");
            return error_level;
        };
        const auto tried_widths = try_widths(level);
        const Tried first = tried_widths[0], second = tried_widths[1];
        std::vector<double> widths(units_.size(), first.width);
        double best = first.level;
        std::size_t runs = 0;
        const bool has_runs = units_.size() >= 2 * kRuns && spread(tried_widths) > kNoDifference;
        for (std::size_t run = 0; run < kRuns && has_runs; ++run) {
            auto tried = widths;
            const auto at = [&](std::size_t r) { return static_cast<std::ptrdiff_t>(r * units_.size() / kRuns); };
            std::fill(tried.begin() + at(run), tried.begin() + at(run + 1), second.width);
            if (const double reached = level(tried); reached < best) {
                best = reached;
                widths = std::move(tried);
                ++runs;
            }
        }
        const auto chosen = ranges(widths);
        units_.try_ranges(chosen);  // for whoever goes on with this model
        units_.set(chosen);
        const std::string others = runs > 0 ? ", " + std::to_string(runs) + " of " + std::to_string(kRuns) +
                                                  " runs of tensors at " + short_number(second.width)
                                            : "";
        return "ranges at width " + short_number(first.width) + " between usual and widest" + others +
               ": error of the outputs " + short_number(best) + " dB";
    }

private:
    struct Tried {
        double level, width;
    };

    /// One width for all, from the best to the worst.
    template <class Level>
    std::vector<Tried> try_widths(const Level& level) const {
        std::vector<Tried> tried;
        for (const double width : kWidths) {  // from the widest
            const Tried now{level(std::vector<double>(units_.size(), width)), width};
            const auto place = std::find_if(tried.begin(), tried.end(),
                                            [&](const Tried& other) { return now.level < other.level - kMargin; });
            tried.insert(place, now);
        }
        return tried;
    }

    static double spread(const std::vector<Tried>& tried) {
        const auto [least, most] = std::minmax_element(
            tried.begin(), tried.end(), [](const Tried& a, const Tried& b) { return a.level < b.level; });
        return most->level - least->level;
    }

    /// The units' ranges at these widths.
    std::vector<Range> ranges(const std::vector<double>& widths) const {
        std::vector<double> all(context_.plan.quantizers.size(), 0);
        for (std::size_t u = 0; u < units_.size(); ++u) {
            for (const std::size_t q : units_[u]) {
                all[q] = widths[u];
            }
        }
        const auto made = activation_ranges(context_, all);
        std::vector<Range> of_units;
        for (std::size_t u = 0; u < units_.size(); ++u) {
            of_units.push_back(made[units_[u].front()].at(0));
        }
        return of_units;
    }

    ov::Model& model_;
    Context& context_;
    RangeUnits units_;
};

}  // namespace

void RangeSelection::request(const ov::Model&, const Context&, StatisticPlan&) const {}

std::vector<Change> RangeSelection::apply(ov::Model& model, Context& context) const {
    Selector selector(model, context);
    if (!selector.has_choice() || !model.get_variables().empty()) {
        return {};
    }
    return {{name(), "", selector.run()}};
}

}  // namespace octet
