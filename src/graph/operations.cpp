#include "graph/operations.hpp"

#include <openvino/op/ops.hpp>

#include "graph/constants.hpp"

namespace octet {

std::string rule_type(const ov::Node& node) {
    if (ov::is_type<ov::op::v1::GroupConvolution>(&node)) {
        const auto& weights = node.get_input_partial_shape(1);  // [G,O/G,I/G,..]
        if (weights.rank().is_static() && weights.size() > 2 && weights[1] == 1 && weights[2] == 1) {
            return "DepthWiseConvolution";
        }
    }
    return node.get_type_name();
}

bool is_weighted(const ov::Node& node) {
    return ov::is_type<ov::op::v1::Convolution>(&node) || ov::is_type<ov::op::v1::GroupConvolution>(&node) ||
           ov::is_type<ov::op::v1::ConvolutionBackpropData>(&node) ||
           ov::is_type<ov::op::v1::GroupConvolutionBackpropData>(&node) || ov::is_type<ov::op::v0::MatMul>(&node);
}

bool is_integer(const ov::element::Type& type) {
    return !type.is_real();
}

ov::AxisSet output_channel_axes(const ov::Node& node, std::size_t port) {
    const auto& shape = node.get_input_shape(port);
    if (shape.empty()) {
        return {};
    }
    if (ov::is_type<ov::op::v1::GroupConvolution>(&node)) {
        return {0, 1};
    }
    if (ov::is_type<ov::op::v1::ConvolutionBackpropData>(&node)) {
        return {1};
    }
    if (ov::is_type<ov::op::v1::GroupConvolutionBackpropData>(&node)) {
        return {0, 2};
    }
    if (const auto* matmul = ov::as_type<const ov::op::v0::MatMul>(&node)) {
        if (shape.size() < 2) {
            return {};
        }
        const bool last = port == 1 ? !matmul->get_transpose_b() : matmul->get_transpose_a();
        return {last ? shape.size() - 1 : shape.size() - 2};
    }
    if (ov::is_type<ov::op::v1::Transpose>(&node)) {
        return {};  // which axis counts output channels further down is not known here
    }
    return {0};
}

std::size_t input_channel_axis(const ov::Node& node) {
    if (const auto* matmul = ov::as_type<const ov::op::v0::MatMul>(&node)) {
        const auto rank = static_cast<std::size_t>(node.get_input_partial_shape(0).rank().get_length());
        return matmul->get_transpose_a() && rank > 1 ? rank - 2 : rank - 1;
    }
    return 1;
}

std::size_t output_channel_axis(const ov::Node& node) {
    if (ov::is_type<ov::op::v0::MatMul>(&node)) {
        return static_cast<std::size_t>(node.get_output_partial_shape(0).rank().get_length()) - 1;
    }
    return 1;
}

std::optional<Bias> find_bias(const ov::Node& node) {
    const auto consumers = node.output(0).get_target_inputs();
    if (consumers.size() != 1) {
        return std::nullopt;
    }
    const auto add = consumers.begin()->get_node()->shared_from_this();
    if (!ov::is_type<ov::op::v1::Add>(add)) {
        return std::nullopt;
    }
    const std::size_t other = 1 - consumers.begin()->get_index();
    if (!find_constant(add->input_value(other))) {
        return std::nullopt;
    }
    return Bias{add, other};
}

std::string tensor_name(const ov::Output<ov::Node>& output) {
    const auto* node = output.get_node();
    const std::string& name = node->get_friendly_name();
    return node->get_output_size() > 1 ? name + "." + std::to_string(output.get_index()) : name;
}

std::string input_name(const ov::Input<ov::Node>& input) {
    return input.get_node()->get_friendly_name() + ":" + std::to_string(input.get_index());
}

}  // namespace octet
