#include "graph/channels_last.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

#include <openvino/op/ops.hpp>

#include "graph/operations.hpp"

namespace octet {
namespace {

constexpr std::size_t kFewestAxes = 4;  // the plugin keeps tensors of three as they are

bool is_convolution(const ov::Node& node) {
    return is_weighted(node) && !ov::is_type<ov::op::v0::MatMul>(&node);
}

/// Does this operation leave channels where they were in its inputs?
bool keeps_axes(const ov::Node& node) {
    return !ov::is_type<ov::op::v1::Transpose>(&node) && !ov::is_type<ov::op::v1::Reshape>(&node) &&
           !ov::is_type<ov::op::v0::MatMul>(&node) && !ov::is_type<ov::op::v0::ShapeOf>(&node) &&
           !ov::is_type<ov::op::v3::ShapeOf>(&node) && !ov::is_type<ov::op::util::MultiSubGraphOp>(&node);
}

ov::Output<ov::Node> transposed(const ov::Output<ov::Node>& tensor,
                                const std::function<void(std::vector<std::size_t>&)>& turn) {
    std::vector<std::size_t> order(tensor.get_partial_shape().size());
    std::iota(order.begin(), order.end(), 0);
    turn(order);
    return std::make_shared<ov::op::v1::Transpose>(
        tensor, ov::op::v0::Constant::create(ov::element::i64, ov::Shape{order.size()}, order));
}

}  // namespace

ChannelsLast::ChannelsLast(const ov::Model& model) {
    walk(model);
}

void ChannelsLast::walk(const ov::Model& graph) {
    for (const auto& node : graph.get_ordered_ops()) {
        if (const auto* parent = ov::as_type<const ov::op::util::MultiSubGraphOp>(node.get())) {
            for (const auto& body : parent->get_functions()) {
                walk(*body);
            }
        }
        const auto inputs = node->input_values();
        const bool carries = is_convolution(*node) ||
                             (keeps_axes(*node) && std::any_of(inputs.begin(), inputs.end(),
                                                               [&](const auto& input) { return contains(input); }));
        for (const auto& output : node->outputs()) {
            const auto rank = output.get_partial_shape().rank();
            if (carries && rank.is_static() && static_cast<std::size_t>(rank.get_length()) >= kFewestAxes) {
                tensors_.insert(output);
            }
        }
    }
}

ov::Output<ov::Node> to_channels_last(const ov::Output<ov::Node>& tensor) {
    return transposed(tensor, [](auto& order) { std::rotate(order.begin() + 1, order.begin() + 2, order.end()); });
}

ov::Output<ov::Node> from_channels_last(const ov::Output<ov::Node>& tensor) {
    return transposed(tensor, [](auto& order) { std::rotate(order.begin() + 1, order.end() - 1, order.end()); });
}

std::size_t axis_in_channels_last(std::size_t axis, std::size_t rank) {
    return axis == 0 ? 0 : axis == 1 ? rank - 1 : axis - 1;
}

}  // namespace octet
