#include "algorithms/min_max.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/ranges.hpp"
#include "numeric/reduce.hpp"

namespace octet {
namespace {

constexpr std::size_t kActivationChannelAxis = 1;

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// What a range is made from: aggregated over samples, one number or one for each channel.
struct Measured {
    std::vector<double> low;  // least values, or their mean where the scheme is asymmetric
    std::vector<double> high;
    std::vector<double> magnitude;  // of |x|
};

double largest_magnitude(double low, double high) {
    return std::max(std::fabs(low), std::fabs(high));
}

Measured aggregate(const Quantizer& quantizer, const Statistics& statistics) {
    Measured measured;
    if (quantizer.scheme.granularity == Granularity::PerChannel) {
        const auto* found = statistics.find_channels(quantizer.tensor, kActivationChannelAxis);
        measured.low = found->channel_low;
        measured.high = found->channel_high;
        for (std::size_t c = 0; c < measured.low.size(); ++c) {
            measured.magnitude.push_back(largest_magnitude(measured.low[c], measured.high[c]));
        }
        return measured;
    }
    const auto* found = statistics.find_range(quantizer.tensor);
    std::vector<double> magnitudes;
    for (std::size_t i = 0; i < found->low.size(); ++i) {
        magnitudes.push_back(largest_magnitude(found->low[i], found->high[i]));
    }
    const bool is_symmetric = quantizer.scheme.mode == Mode::Symmetric;
    measured.low = {is_symmetric && !found->low.empty() ? *std::min_element(found->low.begin(), found->low.end())
                                                        : mean(found->low)};
    measured.high = {mean(found->high)};
    measured.magnitude = {mean(magnitudes)};
    return measured;
}

void widen(Measured& total, const Measured& other) {
    total.low[0] = std::min(total.low[0], other.low[0]);
    total.high[0] = std::max(total.high[0], other.high[0]);
    total.magnitude[0] = std::max(total.magnitude[0], other.magnitude[0]);
}

std::vector<Range> activation_ranges(const Measured& measured, const Scheme& scheme) {
    if (scheme.mode == Mode::Symmetric) {
        return symmetric_activations(measured.low, measured.magnitude, scheme.levels());
    }
    std::vector<Range> ranges;
    for (std::size_t c = 0; c < measured.low.size(); ++c) {
        ranges.push_back(asymmetric({measured.low[c], measured.high[c]}, scheme.bits));
    }
    return ranges;
}

/// The axes along which a quantizer's constant has a range of its own.
ov::AxisSet weight_axes(const Quantizer& quantizer) {
    if (quantizer.scheme.granularity == Granularity::PerTensor) {
        return {};
    }
    const auto& reader = quantizer.inputs[0];
    return output_channel_axes(*reader.node, reader.port);
}

ov::Shape range_shape(const ov::Shape& shape, const ov::AxisSet& axes) {
    ov::Shape limits(axes.empty() ? 0 : shape.size(), 1);
    for (const std::size_t axis : axes) {
        limits[axis] = shape[axis];
    }
    return limits;
}

std::vector<Range> weight_ranges(const std::vector<float>& values, const ov::Shape& shape, const ov::AxisSet& axes,
                                 const Scheme& scheme) {
    const ov::Shape limits = range_shape(shape, axes);
    std::vector<Range> measured(ov::shape_size(limits),
                                {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()});
    for_each_broadcast(shape, limits, [&](std::size_t element, std::size_t channel) {
        measured[channel].low = std::min<double>(measured[channel].low, values[element]);
        measured[channel].high = std::max<double>(measured[channel].high, values[element]);
    });
    if (scheme.mode == Mode::Asymmetric) {
        for (auto& range : measured) {
            range = asymmetric(range, scheme.bits);
        }
        return measured;
    }
    std::vector<double> magnitudes;
    for (const auto& range : measured) {
        magnitudes.push_back(largest_magnitude(range.low, range.high));
    }
    return symmetric_weights(magnitudes);
}

std::shared_ptr<ov::Node> make_limit(const std::vector<Range>& ranges, double Range::*border, double factor,
                                     const ov::Shape& shape, const ov::element::Type& type, const std::string& name) {
    std::vector<float> values;
    for (const auto& range : ranges) {
        values.push_back(static_cast<float>(range.*border * factor));
    }
    auto constant = ov::op::v0::Constant::create(type, shape, values);
    constant->set_friendly_name(name);
    return constant;
}

/// Puts a FakeQuantize between `tensor` and the inputs that the plan names.
void insert_fake_quantize(const Quantizer& quantizer, const ov::Output<ov::Node>& tensor,
                          const std::vector<Range>& ranges, const ov::Shape& shape, double out_factor) {
    const auto limit = [&](double Range::*border, double factor, const char* suffix) {
        return make_limit(ranges, border, factor, shape, tensor.get_element_type(), quantizer.name + suffix);
    };
    auto fake_quantize = std::make_shared<ov::op::v0::FakeQuantize>(
        tensor, limit(&Range::low, 1, "/input_low"), limit(&Range::high, 1, "/input_high"),
        limit(&Range::low, out_factor, "/output_low"), limit(&Range::high, out_factor, "/output_high"),
        quantizer.scheme.levels());
    fake_quantize->set_friendly_name(quantizer.name);
    for (const auto& reader : quantizer.inputs) {
        reader.node->input(reader.port).replace_source_output(fake_quantize->output(0));
    }
}

/// The convolutions that the model's inputs reach without passing another convolution.
std::set<const ov::Node*> first_convolutions(const ov::Model& model) {
    const GraphIndex graph(model);
    std::set<const ov::Node*> found;
    std::set<std::size_t> seen;
    std::vector<std::size_t> open;
    for (const auto& parameter : model.get_parameters()) {
        open.push_back(graph.number(parameter.get()));
    }
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        for (const std::size_t next : graph.successors(number)) {
            const std::string type = graph[next].get_type_name();
            if (type == "ShapeOf" || type == "NonZero") {
                continue;  // what is computed from shapes is no picture
            }
            if (type == "Convolution" || type == "GroupConvolution") {
                found.insert(&graph[next]);
            } else if (seen.insert(next).second) {
                open.push_back(next);
            }
        }
    }
    return found;
}

bool needs_half_grid(const Quantizer& quantizer, const std::set<const ov::Node*>& first) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(),
                       [&](const QuantizedInput& reader) { return reader.port == 1 && first.count(reader.node) != 0; });
}

/// Sets a constant's ranges and inserts its quantizer.
void quantize_weights(const Quantizer& quantizer, bool half_grid) {
    const auto constant = find_constant(quantizer.tensor);
    const auto& shape = constant->get_shape();
    auto values = float_values(*constant);
    const auto axes = weight_axes(quantizer);
    const auto ranges = weight_ranges(values, shape, axes, quantizer.scheme);
    ov::Output<ov::Node> tensor = quantizer.tensor;
    if (half_grid) {
        for (float& value : values) {
            value /= 2;
        }
        auto halved = ov::op::v0::Constant::create(quantizer.tensor.get_element_type(), shape, values);
        halved->set_friendly_name(constant->get_friendly_name());
        ov::copy_runtime_info(constant, halved);
        tensor = halved;
    }
    insert_fake_quantize(quantizer, tensor, ranges, range_shape(shape, axes), half_grid ? 2 : 1);
}

ov::Shape activation_range_shape(const Quantizer& quantizer, std::size_t channels) {
    if (quantizer.scheme.granularity == Granularity::PerTensor) {
        return {};
    }
    ov::Shape shape(static_cast<std::size_t>(quantizer.tensor.get_partial_shape().rank().get_length()), 1);
    shape[kActivationChannelAxis] = channels;
    return shape;
}

/// Takes quantizers off tensors that hold masks or worse.
void remove_unbounded(QuantizerPlan& plan, const Statistics& statistics) {
    for (std::size_t q = 0; q < plan.quantizers.size();) {
        const auto& quantizer = plan.quantizers[q];
        const auto* found =
            quantizer.kind == TensorKind::Activations ? statistics.find_range(quantizer.tensor) : nullptr;
        if (found && !found->is_bounded) {
            remove_quantizer(plan, q, "NaN, infinity or a value beyond 1e30 in " + tensor_name(quantizer.tensor));
            q = 0;
        } else {
            ++q;
        }
    }
}

}  // namespace

void MinMaxQuantization::request(const ov::Model&, const Context& context, StatisticPlan& statistics) const {
    for (const auto& quantizer : context.plan.quantizers) {
        if (quantizer.kind == TensorKind::Activations) {
            statistics.request_range(quantizer.tensor);
            if (quantizer.scheme.granularity == Granularity::PerChannel) {
                statistics.request_channel_range(quantizer.tensor, kActivationChannelAxis);
            }
        }
    }
}

std::vector<Change> MinMaxQuantization::apply(ov::Model& model, Context& context, const Statistics& statistics) const {
    std::vector<Change> changes;
    auto& plan = context.plan;
    remove_unbounded(plan, statistics);

    std::map<std::size_t, Measured> groups;
    for (const auto& quantizer : plan.quantizers) {
        if (quantizer.group) {
            const auto measured = aggregate(quantizer, statistics);
            const auto [known, is_new] = groups.emplace(*quantizer.group, measured);
            if (!is_new) {
                widen(known->second, measured);
            }
        }
    }
    const auto first = plan.saturation_fix ? first_convolutions(model) : std::set<const ov::Node*>{};
    for (const auto& quantizer : plan.quantizers) {
        if (quantizer.kind == TensorKind::Weights) {
            const bool half_grid = needs_half_grid(quantizer, first);
            quantize_weights(quantizer, half_grid);
            if (half_grid) {
                changes.push_back({name(), quantizer.inputs[0].node->get_friendly_name(), "7-bit weights"});
            }
            continue;
        }
        const auto measured = quantizer.group ? groups.at(*quantizer.group) : aggregate(quantizer, statistics);
        const auto ranges = activation_ranges(measured, quantizer.scheme);
        insert_fake_quantize(quantizer, quantizer.tensor, ranges, activation_range_shape(quantizer, ranges.size()), 1);
    }
    return changes;
}

}  // namespace octet
