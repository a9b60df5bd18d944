#include "graph/weighted.hpp"

#include <cmath>

#include <openvino/op/matmul.hpp>

#include "graph/constants.hpp"
#include "graph/operations.hpp"

namespace octet::rewrite {

namespace {

// Calls action(first, input channel, output channel) for each run of taps, which starts at `first`, nearest in memory
// innermost.
template <class Action>
void for_each_run(const WeightLayout& layout, const Action& action) {
    const bool outputs_outside = layout.output_stride >= layout.input_stride;
    const std::size_t outer = outputs_outside ? layout.outputs : layout.inputs;
    const std::size_t inner = outputs_outside ? layout.inputs : layout.outputs;
    for (std::size_t g = 0; g < layout.groups; ++g) {
        for (std::size_t a = 0; a < outer; ++a) {
            for (std::size_t b = 0; b < inner; ++b) {
                const std::size_t o = outputs_outside ? a : b;
                const std::size_t i = outputs_outside ? b : a;
                action(layout.place(g, o, i), g * layout.inputs + i, g * layout.outputs + o);
            }
        }
    }
}

}  // namespace

std::optional<Weighted> find_weighted(const std::shared_ptr<ov::Node>& node) {
    if (!is_weighted(*node) || !node->get_output_element_type(0).is_real() ||
        node->get_input_partial_shape(0).rank().is_dynamic() || node->get_output_partial_shape(0).rank().is_dynamic()) {
        return std::nullopt;
    }
    const auto weights = find_constant(node->input_value(1));
    const auto layout = weights && weights->get_element_type().is_real() ? weight_layout(*node) : std::nullopt;
    if (!layout || ov::shape_size(weights->get_shape()) == 0) {
        return std::nullopt;
    }
    Weighted op{node, weights, *layout};
    op.in_rank = static_cast<std::size_t>(node->get_input_partial_shape(0).rank().get_length());
    op.out_rank = static_cast<std::size_t>(node->get_output_partial_shape(0).rank().get_length());
    if (const auto matmul = ov::as_type_ptr<ov::op::v0::MatMul>(node)) {
        if (matmul->get_transpose_a() || op.in_rank < 2) {
            return std::nullopt;
        }
    } else {
        op.is_convolution = true;
    }
    op.in_axis = input_channel_axis(*node);
    op.out_axis = output_channel_axis(*node);
    return op;
}

std::shared_ptr<ov::op::v0::Constant> scaled_weights(const Weighted& op, Side side, const std::vector<double>& factors,
                                                     const std::string& name) {
    auto weights = float_values(*op.weights);
    const std::size_t taps = ov::shape_size(op.layout.kernel);
    const auto& type = op.node->get_input_element_type(1);
    const float limit = type == ov::element::f16 ? 65504.0F : 1e30F;
    bool fits = true;
    for_each_run(op.layout, [&](std::size_t first, std::size_t in, std::size_t out) {
        const double factor = factors[side == Side::Input ? in : out];
        for (std::size_t at = first; at < first + taps; ++at) {
            weights[at] = static_cast<float>(weights[at] * factor);
            fits = fits && std::abs(weights[at]) <= limit;
        }
    });
    if (!fits) {
        return nullptr;
    }
    auto constant = std::make_shared<ov::op::v0::Constant>(type, op.weights->get_shape(), weights);
    constant->set_friendly_name(name);
    return constant;
}

std::vector<double> weights_times(const Weighted& op, const std::vector<double>& shifts) {
    const auto weights = float_values(*op.weights);
    const std::size_t taps = ov::shape_size(op.layout.kernel);
    std::vector<double> sums(op.out_channels(), 0.0);
    for_each_run(op.layout, [&](std::size_t first, std::size_t in, std::size_t out) {
        for (std::size_t at = first; at < first + taps; ++at) {
            sums[out] += weights[at] * shifts[in];
        }
    });
    return sums;
}

}  // namespace octet::rewrite
