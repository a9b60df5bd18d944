#include "algorithms/range_selection.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <openvino/op/ops.hpp>

#include "algorithms/measured_ranges.hpp"
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
    Selector(ov::Model& model, Context& context) : model_(model), context_(context) {
        collect_units();
    }

    bool has_choice() const {
        return !units_.empty() && context_.samples > 0;
    }

    /// Leaves the best ranges in the model. Returns what was found.
    std::string run() {
        const auto& error = output_error(context_);
        if (!error.tells_anything()) {
            return "ranges left: the outputs tell no error";
        }
        context_.trial = std::make_shared<TrialModel>(error, model_, context_);
        const auto level = [&](const std::vector<double>& widths) {
            try_ranges(widths);
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
        try_ranges(widths);  // for whoever goes on with this model
        set(widths);
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

    /// Quantizers whose width is chosen together: one, or a group.
    void collect_units() {
        std::map<std::size_t, std::size_t> of_group;
        const auto& quantizers = context_.plan.quantizers;
        for (std::size_t q = 0; q < quantizers.size(); ++q) {
            if (!has_free_width(quantizers[q], context_.options) || !quantizers[q].prefix.empty() ||
                !is_inserted(quantizers[q]) || !is_adjustable(*inserted(quantizers[q]))) {
                continue;
            }
            if (quantizers[q].group) {
                const auto [known, is_new] = of_group.emplace(*quantizers[q].group, units_.size());
                if (!is_new) {
                    units_[known->second].push_back(q);
                    continue;
                }
            }
            units_.push_back({q});
        }
    }

    /// The ranges of all quantizers at the units' widths.
    std::vector<std::vector<Range>> ranges(const std::vector<double>& widths) const {
        std::vector<double> all(context_.plan.quantizers.size(), 0);
        for (std::size_t u = 0; u < units_.size(); ++u) {
            for (const std::size_t q : units_[u]) {
                all[q] = widths[u];
            }
        }
        return activation_ranges(context_, all);
    }

    void try_ranges(const std::vector<double>& widths) const {
        const auto all = ranges(widths);
        for (const auto& unit : units_) {
            for (const std::size_t q : unit) {
                const auto& quantizer = context_.plan.quantizers[q];
                const auto& range = all[q].at(0);
                context_.trial->set_grid(*inserted(quantizer),
                                         Grid::over(range.low, range.high, quantizer.scheme.levels()));
            }
        }
    }

    void set(const std::vector<double>& widths) const {
        const auto all = ranges(widths);
        for (const auto& unit : units_) {
            for (const std::size_t q : unit) {
                set_range(context_.plan.quantizers[q], all[q].at(0));
            }
        }
    }

    static std::shared_ptr<ov::Node> inserted(const Quantizer& quantizer) {
        const auto& reader = quantizer.inputs.front();
        return reader.node->get_input_node_shared_ptr(reader.port);
    }

    static void set_range(const Quantizer& quantizer, const Range& range) {
        const auto fake_quantize = inserted(quantizer);
        for (const std::size_t port : {1, 2, 3, 4}) {
            const auto old = fake_quantize->get_input_node_shared_ptr(port);
            const auto value = static_cast<float>(port % 2 == 1 ? range.low : range.high);
            const auto limit =
                ov::op::v0::Constant::create(old->get_output_element_type(0), old->get_output_shape(0), {value});
            limit->set_friendly_name(old->get_friendly_name());
            fake_quantize->input(port).replace_source_output(limit);
        }
    }

    ov::Model& model_;
    Context& context_;
    std::vector<std::vector<std::size_t>> units_;
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
