#include "algorithms/fitted_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "algorithms/correctable.hpp"
#include "algorithms/edit.hpp"
#include "graph/adjustable_ranges.hpp"
#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"

namespace octet {
namespace {

using FakeQuantize = ov::op::v0::FakeQuantize;

constexpr double kOnGrid = 1e-3;  // of a step

/// Limits of the FakeQuantize, one for each output channel of the operation.
struct ChannelLimits {
    std::vector<double> in_low, in_high, out_low, out_high;

    /// Real weight over stored weight: half of the grid doubles it.
    double ratio(std::size_t channel) const {
        return (out_high[channel] - out_low[channel]) / (in_high[channel] - in_low[channel]);
    }
};

/// Is there one limit for all, or one for each output channel in order?
bool is_by_channel(const ov::Node& node, const FakeQuantize& quantizer, std::size_t channels) {
    const auto& shape = quantizer.get_input_shape(1);
    for (const std::size_t port : {2, 3, 4}) {
        if (quantizer.get_input_shape(port) != shape) {
            return false;
        }
    }
    if (ov::shape_size(shape) == 1) {
        return true;
    }
    const auto axes = output_channel_axes(node, 1);
    const auto& weights = quantizer.get_input_shape(0);
    if (shape.size() != weights.size() || ov::shape_size(shape) != channels) {
        return false;
    }
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] != (axes.count(axis) ? weights[axis] : 1)) {
            return false;
        }
    }
    return true;
}

std::optional<ChannelLimits> find_limits(const FakeQuantize& quantizer, std::size_t channels) {
    std::vector<double> limits[4];
    for (std::size_t port = 1; port <= 4; ++port) {
        const auto constant = find_constant(quantizer.input_value(port));
        if (!constant) {
            return std::nullopt;
        }
        const auto values = float_values(*constant);
        for (std::size_t c = 0; c < channels; ++c) {
            limits[port - 1].push_back(values[values.size() == 1 ? 0 : c]);
        }
    }
    return ChannelLimits{std::move(limits[0]), std::move(limits[1]), std::move(limits[2]), std::move(limits[3])};
}

/// The lowest step, if zero is on the grid.
std::optional<double> lowest_place(double low, double step) {
    const double place = std::nearbyint(low / step);
    return step > 0 && std::fabs(low / step - place) < kOnGrid ? std::optional(place) : std::nullopt;
}

std::shared_ptr<FakeQuantize> input_fake_quantize(const ov::Node& node) {
    return ov::as_type_ptr<FakeQuantize>(node.get_input_node_shared_ptr(0));
}

std::shared_ptr<ov::op::v0::Constant> scaled_limit(const FakeQuantize& quantizer, std::size_t port,
                                                   const std::vector<double>& shares) {
    const auto old = find_constant(quantizer.input_value(port));
    auto values = float_values(*old);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(values[i] * shares[i]);
    }
    const auto fresh = ov::op::v0::Constant::create(quantizer.get_input_element_type(port), old->get_shape(), values);
    fresh->set_friendly_name(old->get_friendly_name());
    return fresh;
}

/// Between which values it makes a difference to what comes behind, where that is a single activation.
std::pair<double, double> limits_behind(ov::Output<ov::Node> output) {
    double least = -std::numeric_limits<double>::infinity(), most = -least;
    while (output.get_target_inputs().size() == 1) {
        auto* reader = output.get_target_inputs().begin()->get_node();
        if (ov::is_type<ov::op::v0::Relu>(reader)) {
            least = std::max(least, 0.0);
        } else if (const auto* clamp = ov::as_type<const ov::op::v0::Clamp>(reader)) {
            least = std::max(least, clamp->get_min());
            most = std::min(most, clamp->get_max());
        } else {
            break;
        }
        output = reader->output(0);
    }
    return {least, most};
}

}  // namespace

std::optional<LayerWeights> read_weights(const ov::Node& node) {
    const auto layout = weight_layout(node);
    const auto quantizer = weights_quantizer(node);
    const auto bias = bias_values(node);
    if (!layout || !quantizer || !bias || quantizer->output(0).get_target_inputs().size() != 1) {
        return std::nullopt;
    }
    const std::size_t channels = layout->groups * layout->outputs;
    const auto limits = find_limits(*quantizer, channels);
    if (!limits || bias->size() != channels || !is_by_channel(node, *quantizer, channels)) {
        return std::nullopt;
    }
    LayerWeights weights{.groups = layout->groups,
                         .outputs = layout->outputs,
                         .width = layout->inputs * ov::shape_size(layout->kernel),
                         .bias = *bias,
                         .has_bias = find_bias(node).has_value()};
    weights.may_change_steps = ov::shape_size(quantizer->get_input_shape(1)) == channels;
    const auto levels = static_cast<double>(quantizer->get_levels() - 1);
    for (std::size_t c = 0; c < channels; ++c) {
        weights.steps.push_back((limits->out_high[c] - limits->out_low[c]) / levels);
        const auto place = lowest_place(limits->out_low[c], weights.steps[c]);
        if (!place || (c > 0 && *place != weights.low)) {
            return std::nullopt;
        }
        weights.low = *place;
    }
    weights.high = weights.low + levels;
    const auto stored = float_values(*find_constant(quantizer->input_value(0)));
    weights.values.resize(stored.size());
    double furthest = 0;
    std::size_t number = 0;
    for_each_weight(*layout, [&](std::size_t channel, std::size_t, std::size_t place) {
        const double weight = stored[place] * limits->ratio(channel);
        weights.values[number++] = static_cast<float>(weight);
        furthest = std::max(furthest, std::fabs(std::nearbyint(weight / weights.steps[channel])));
    });
    std::tie(weights.least, weights.most) = limits_behind(biased_output(node));
    weights.low = std::max(weights.low, -furthest);  // no more of the grid than was used: half, against saturation
    weights.high = std::min(weights.high, furthest);
    return weights;
}

std::optional<InputQuantizer> read_input(const ov::Node& node) {
    const auto quantizer = input_fake_quantize(node);
    if (!quantizer || !is_adjustable(*quantizer) || quantizer->output(0).get_target_inputs().size() != 1) {
        return std::nullopt;
    }
    const auto limits = find_limits(*quantizer, 1);
    if (!limits || limits->in_low != limits->out_low || limits->in_high != limits->out_high) {
        return std::nullopt;
    }
    return InputQuantizer{{limits->in_low[0], limits->in_high[0]}, quantizer->get_levels()};
}

void write_weights(Context& context, ov::Node& node, const LayerFit& fit) {
    const auto layout = *weight_layout(node);
    const auto quantizer = weights_quantizer(node);
    const auto limits = *find_limits(*quantizer, layout.groups * layout.outputs);
    std::vector<double> shares;
    const auto levels = static_cast<double>(quantizer->get_levels() - 1);
    for (std::size_t c = 0; c < fit.steps.size(); ++c) {
        shares.push_back(fit.steps[c] * levels / (limits.out_high[c] - limits.out_low[c]));
    }
    const auto source = quantizer->input_value(0);
    const auto old = find_constant(source);
    std::vector<float> stored(fit.values.size());
    std::size_t number = 0;
    for_each_weight(layout, [&](std::size_t channel, std::size_t, std::size_t place) {
        stored[place] = static_cast<float>(fit.values[number++] / limits.ratio(channel));
    });
    for (const std::size_t port : {1, 2, 3, 4}) {
        quantizer->input(port).replace_source_output(scaled_limit(*quantizer, port, shares));
    }
    if (fit.input_share != 1) {
        const auto input = input_fake_quantize(node);
        for (const std::size_t port : {1, 2, 3, 4}) {
            input->input(port).replace_source_output(scaled_limit(*input, port, {fit.input_share}));
        }
    }
    const auto fresh = ov::op::v0::Constant::create(source.get_element_type(), old->get_shape(), stored);
    fresh->set_friendly_name(old->get_friendly_name());
    ov::copy_runtime_info(old, fresh);
    quantizer->input(0).replace_source_output(fresh);
    if (find_bias(node)) {
        change_bias(context, node, fit.bias);
    }
}

EarlierWeights::EarlierWeights(const std::vector<ov::Node*>& nodes) {
    for (auto* node : nodes) {
        const auto input = input_fake_quantize(*node);
        all_.push_back({node, weights_quantizer(*node)->input_values(),
                        input ? input->input_values() : ov::OutputVector{}, *bias_values(*node)});
    }
}

void EarlierWeights::restore(Context& context) const {
    const auto lead = [](ov::Node& quantizer, const ov::OutputVector& inputs) {
        for (std::size_t port = 0; port < inputs.size(); ++port) {
            quantizer.input(port).replace_source_output(inputs[port]);
        }
    };
    for (const auto& [node, weights, input, bias] : all_) {
        lead(*weights_quantizer(*node), weights);
        if (!input.empty()) {
            lead(*input_fake_quantize(*node), {input.begin(), input.end()});
        }
        if (find_bias(*node)) {
            change_bias(context, *node, bias);
        }
    }
}

}  // namespace octet
