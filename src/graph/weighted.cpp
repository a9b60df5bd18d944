#include "graph/weighted.hpp"

#include <numeric>

#include <openvino/op/ops.hpp>

#include "graph/constants.hpp"

namespace octet::rewrite {

namespace {

std::size_t product(const ov::Shape& shape, std::size_t from, std::size_t to) {
    return std::accumulate(shape.begin() + from, shape.begin() + to, std::size_t{1}, std::multiplies<>());
}

// [O,I,k..], [G,O,I,k..], [I,O,k..], [G,I,O,k..]
bool lay_out_convolution(const ov::Node& node, const ov::Shape& shape, Weighted& op) {
    const bool forward = ov::is_type<ov::op::v1::Convolution>(&node);
    const bool group_forward = ov::is_type<ov::op::v1::GroupConvolution>(&node);
    const bool backward = ov::is_type<ov::op::v1::ConvolutionBackpropData>(&node);
    const bool group_backward = ov::is_type<ov::op::v1::GroupConvolutionBackpropData>(&node);
    if (!(forward || group_forward || backward || group_backward)) {
        return false;
    }
    const std::size_t first = group_forward || group_backward ? 1 : 0;
    const std::size_t groups = first == 1 ? shape[0] : 1;
    const std::size_t taps = product(shape, first + 2, shape.size());
    const ChannelLayout outer{groups, 1, shape[first], shape[first + 1] * taps};
    const ChannelLayout inner{groups, shape[first], shape[first + 1], taps};
    op.out = forward || group_forward ? outer : inner;
    op.in = forward || group_forward ? inner : outer;
    op.is_convolution = true;
    return true;
}

// [..,K,N] or, transposed, [..,N,K]
bool lay_out_matmul(const ov::Node& node, const ov::Shape& shape, Weighted& op) {
    const auto* matmul = ov::as_type<const ov::op::v0::MatMul>(&node);
    if (!matmul || matmul->get_transpose_a() || shape.size() < 2 || op.in_rank < 2) {
        return false;
    }
    const std::size_t rank = shape.size();
    const std::size_t batch = product(shape, 0, rank - 2);
    const ChannelLayout outer{1, batch, shape[rank - 2], shape[rank - 1]};
    const ChannelLayout inner{1, batch * shape[rank - 2], shape[rank - 1], 1};
    op.out = matmul->get_transpose_b() ? outer : inner;
    op.in = matmul->get_transpose_b() ? inner : outer;
    op.in_axis = op.in_rank - 1;
    op.out_axis = op.out_rank - 1;
    return true;
}

}  // namespace

std::optional<Weighted> find_weighted(const std::shared_ptr<ov::Node>& node) {
    if (node->get_input_size() < 2 || !node->get_output_element_type(0).is_real() ||
        node->get_input_partial_shape(0).rank().is_dynamic() || node->get_output_partial_shape(0).rank().is_dynamic()) {
        return std::nullopt;
    }
    Weighted op;
    op.node = node;
    op.in_rank = static_cast<std::size_t>(node->get_input_partial_shape(0).rank().get_length());
    op.out_rank = static_cast<std::size_t>(node->get_output_partial_shape(0).rank().get_length());
    op.weights = find_constant(node->input_value(1));
    if (!op.weights || !op.weights->get_element_type().is_real() || ov::shape_size(op.weights->get_shape()) == 0) {
        return std::nullopt;
    }
    const auto& shape = op.weights->get_shape();
    if (!lay_out_convolution(*node, shape, op) && !lay_out_matmul(*node, shape, op)) {
        return std::nullopt;
    }
    return op;
}

std::shared_ptr<ov::op::v0::Constant> scaled_weights(const Weighted& op, const ChannelLayout& layout,
                                                     const std::vector<double>& factors) {
    auto weights = float_values(*op.weights);
    for (std::size_t run = 0; run * layout.after < weights.size(); ++run) {
        const double factor = factors[layout.channel_of_run(run)];
        for (std::size_t i = run * layout.after; i < (run + 1) * layout.after; ++i) {
            weights[i] = static_cast<float>(weights[i] * factor);
        }
    }
    auto constant = std::make_shared<ov::op::v0::Constant>(op.node->get_input_element_type(1), op.weights->get_shape(),
                                                           weights);
    const auto source = op.node->input_value(1);
    const bool shared = source.get_target_inputs().size() > 1;
    constant->set_friendly_name(shared ? op.node->get_friendly_name() + "/weights"
                                       : source.get_node()->get_friendly_name());
    return constant;
}

std::vector<double> weights_times(const Weighted& op, const std::vector<double>& shifts) {
    const auto weights = float_values(*op.weights);
    const std::size_t taps = op.in.after < op.out.after ? op.in.after : op.out.after;
    std::vector<double> sums(op.out.channels(), 0.0);
    for (std::size_t first = 0; first < weights.size(); first += taps) {
        const double shift = shifts[op.in.channel_of_run(first / op.in.after)];
        double& sum = sums[op.out.channel_of_run(first / op.out.after)];
        for (std::size_t i = first; i < first + taps; ++i) {
            sum += weights[i] * shift;
        }
    }
    return sums;
}

}  // namespace octet::rewrite
