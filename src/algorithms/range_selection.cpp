#include "algorithms/range_selection.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <openvino/op/ops.hpp>

#include "algorithms/measured_ranges.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "statistics/run_samples.hpp"

namespace octet {
namespace {

constexpr std::size_t kSamples = 32;
constexpr double kWidths[] = {0, 0.5, 1};
constexpr std::size_t kRuns = 4;  // of neighbouring tensors that are tried on their own

/// The outputs of each sample.
using Outputs = std::vector<std::vector<ov::Tensor>>;

/// Sums of squares over the samples, by output.
struct Error {
    std::vector<double> noise, signal;

    /// Mean of the outputs' noise-to-signal ratios in dB; a large number where one is not finite.
    double level() const {
        constexpr double kSmallest = 1e-20, kNotFinite = 1e9;
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < noise.size(); ++i) {
            if (signal[i] > 0) {
                sum += 10 * std::log10(std::max(noise[i] / signal[i], kSmallest));
                ++count;
            }
        }
        return count == 0 || !std::isfinite(sum) ? kNotFinite : sum / static_cast<double>(count);
    }
};

bool is_comparable(const ov::Tensor& a, const ov::Tensor& b) {
    return a.get_element_type() == ov::element::f32 && a.get_shape() == b.get_shape();
}

void add(Error& error, const std::vector<ov::Tensor>& wanted, const std::vector<ov::Tensor>& made) {
    error.noise.resize(wanted.size(), 0);
    error.signal.resize(wanted.size(), 0);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!is_comparable(wanted[i], made[i])) {
            continue;
        }
        const auto *a = wanted[i].data<const float>(), *b = made[i].data<const float>();
        for (std::size_t k = 0; k < wanted[i].get_size(); ++k) {
            error.noise[i] += std::pow(static_cast<double>(a[k]) - static_cast<double>(b[k]), 2);
            error.signal[i] += std::pow(static_cast<double>(a[k]), 2);
        }
    }
}

class Selector {
public:
    Selector(ov::Model& model, Context& context) : model_(model), context_(context) {
        const std::size_t count = std::min(kSamples, context.samples);
        for (std::size_t i = 0; i < count; ++i) {
            samples_.push_back(i * context.samples / count);
        }
        collect_units();
    }

    bool has_choice() const {
        return !units_.empty() && !samples_.empty();
    }

    /// Leaves the best ranges in the model. Returns the gain in dB over width 0.
    double run() {
        run_samples(
            context_.original, samples_.size(), context_.threads, [&](std::size_t i) { return inputs(i); },
            [&](std::size_t, std::vector<ov::Tensor>&& outputs) { wanted_.push_back(std::move(outputs)); },
            [&] { return context_.observer.cancelled(); }, "RangeSelection");
        std::vector<double> widths(units_.size(), 0);
        std::vector<std::pair<double, double>> levels;  // level, width
        for (const double width : kWidths) {
            levels.emplace_back(level(std::vector<double>(units_.size(), width)), width);
        }
        const double usual = levels.front().first;
        std::sort(levels.begin(), levels.end());
        double best = levels[0].first;
        widths.assign(units_.size(), levels[0].second);
        for (std::size_t run = 0; run < kRuns && units_.size() >= 2 * kRuns; ++run) {
            auto tried = widths;
            const std::size_t begin = run * units_.size() / kRuns, end = (run + 1) * units_.size() / kRuns;
            std::fill(tried.begin() + static_cast<std::ptrdiff_t>(begin),
                      tried.begin() + static_cast<std::ptrdiff_t>(end), levels[1].second);
            if (const double reached = level(tried); reached < best) {
                best = reached;
                widths = std::move(tried);
            }
        }
        set(widths);
        return usual - best;
    }

private:
    /// Quantizers whose width is chosen together: one, or a group.
    void collect_units() {
        std::map<std::size_t, std::size_t> of_group;
        const auto& quantizers = context_.plan.quantizers;
        for (std::size_t q = 0; q < quantizers.size(); ++q) {
            if (!has_free_width(quantizers[q], context_.options)) {
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

    std::vector<ov::Tensor> inputs(std::size_t index) const {
        return context_.sample(samples_[index]);
    }

    void set(const std::vector<double>& widths) {
        const auto& quantizers = context_.plan.quantizers;
        std::vector<double> all(quantizers.size(), 0);
        for (std::size_t u = 0; u < units_.size(); ++u) {
            for (const std::size_t q : units_[u]) {
                all[q] = widths[u];
            }
        }
        const auto ranges = activation_ranges(context_, all);
        for (const auto& unit : units_) {
            for (const std::size_t q : unit) {
                set_range(quantizers[q], ranges[q].at(0));
            }
        }
    }

    static void set_range(const Quantizer& quantizer, const Range& range) {
        const auto& reader = quantizer.inputs.front();
        const auto fake_quantize = reader.node->get_input_node_shared_ptr(reader.port);
        for (const std::size_t port : {1, 2, 3, 4}) {
            const auto old = fake_quantize->get_input_node_shared_ptr(port);
            const auto value = static_cast<float>(port % 2 == 1 ? range.low : range.high);
            const auto limit =
                ov::op::v0::Constant::create(old->get_output_element_type(0), old->get_output_shape(0), {value});
            limit->set_friendly_name(old->get_friendly_name());
            fake_quantize->input(port).replace_source_output(limit);
        }
    }

    double level(const std::vector<double>& widths) {
        set(widths);
        Error error;
        const std::shared_ptr<const ov::Model> borrowed(&model_, [](const ov::Model*) {});
        run_samples(
            runnable_copy(borrowed), samples_.size(), context_.threads, [&](std::size_t i) { return inputs(i); },
            [&](std::size_t index, std::vector<ov::Tensor>&& outputs) { add(error, wanted_[index], outputs); },
            [&] { return context_.observer.cancelled(); }, "RangeSelection");
        return error.level();
    }

    ov::Model& model_;
    Context& context_;
    std::vector<std::size_t> samples_;
    std::vector<std::vector<std::size_t>> units_;
    Outputs wanted_;
};

}  // namespace

void RangeSelection::request(const ov::Model&, const Context&, StatisticPlan&) const {}

std::vector<Change> RangeSelection::apply(ov::Model& model, Context& context) const {
    Selector selector(model, context);
    if (!selector.has_choice() || !model.get_variables().empty()) {
        return {};
    }
    const double gain = selector.run();
    return {{name(), "", "outputs nearer by " + std::to_string(gain) + " dB"}};
}

}  // namespace octet
