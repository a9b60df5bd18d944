#include "graph/stored_weights.hpp"

#include <vector>

#include <openvino/op/convert.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/squeeze.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/op/transpose.hpp>
#include <openvino/op/unsqueeze.hpp>

#include "graph/operations.hpp"

namespace octet {
namespace {

bool is_small_integer(const ov::element::Type& type) {
    return type == ov::element::i8 || type == ov::element::u8 || type == ov::element::i4 || type == ov::element::u4;
}

bool keeps_values(const ov::Node& node) {
    return ov::is_type_any_of<ov::op::v0::Convert, ov::op::v1::Reshape, ov::op::v1::Transpose, ov::op::v0::Squeeze,
                              ov::op::v15::Squeeze, ov::op::v0::Unsqueeze>(&node);
}

std::shared_ptr<ov::op::v0::Constant> as_f32(const std::shared_ptr<ov::op::v0::Constant>& constant) {
    if (!constant || constant->get_element_type() == ov::element::f32) {
        return constant;
    }
    return std::make_shared<ov::op::v0::Constant>(ov::element::f32, constant->get_shape(),
                                                  constant->cast_vector<float>());
}

std::shared_ptr<ov::op::v0::Constant> value_in_own_type(const ov::Output<ov::Node>& output) {
    const auto node = output.get_node_shared_ptr();
    if (auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node)) {
        return constant;
    }
    if (!keeps_values(*node) || output.get_partial_shape().is_dynamic()) {
        return nullptr;
    }
    std::vector<std::shared_ptr<ov::op::v0::Constant>> values;  // the tensors below only look at these
    ov::TensorVector inputs;
    for (const auto& input : node->input_values()) {
        values.push_back(value_in_own_type(input));
        if (!values.back()) {
            return nullptr;
        }
        inputs.push_back(values.back()->get_tensor_view());
    }
    ov::TensorVector outputs{ov::Tensor(output.get_element_type(), output.get_shape())};
    if (!node->has_evaluate() || !node->evaluate(outputs, inputs)) {
        return nullptr;
    }
    return std::make_shared<ov::op::v0::Constant>(outputs[0]);
}

/// The integers behind one input of the Multiply, with its zero point.
std::optional<StoredWeights> match_integers(const ov::Output<ov::Node>& output) {
    StoredWeights stored;
    auto node = output.get_node_shared_ptr();
    if (ov::is_type<ov::op::v1::Subtract>(node)) {
        stored.zero_point = constant_value(node->input_value(1));
        if (!stored.zero_point) {
            return std::nullopt;
        }
        node = node->get_input_node_shared_ptr(0);
    }
    if (!ov::is_type<ov::op::v0::Convert>(node)) {
        return std::nullopt;
    }
    stored.integers = ov::as_type_ptr<ov::op::v0::Constant>(node->get_input_node_shared_ptr(0));
    if (!stored.integers || !is_small_integer(stored.integers->get_element_type())) {
        return std::nullopt;
    }
    return stored;
}

}  // namespace

std::optional<StoredWeights> match_stored_weights(const ov::Node& node) {
    if (!ov::is_type<ov::op::v1::Multiply>(&node)) {
        return std::nullopt;
    }
    for (const std::size_t port : {0, 1}) {
        auto stored = match_integers(node.input_value(port));
        if (!stored) {
            continue;
        }
        stored->scale = constant_value(node.input_value(1 - port));
        if (stored->scale) {
            return stored;
        }
    }
    return std::nullopt;
}

bool has_integer_weights(const ov::Node& node) {
    const auto stored = is_weighted(node) ? match_integers(node.input_value(1)) : std::nullopt;
    return stored && stored->zero_point;
}

std::shared_ptr<ov::op::v0::Constant> source_constant(const ov::Output<ov::Node>& output) {
    auto node = output.get_node_shared_ptr();
    while (keeps_values(*node)) {
        for (std::size_t port = 1; port < node->get_input_size(); ++port) {
            if (!ov::is_type<ov::op::v0::Constant>(node->get_input_node_ptr(port))) {
                return nullptr;
            }
        }
        node = node->get_input_node_shared_ptr(0);
    }
    return ov::as_type_ptr<ov::op::v0::Constant>(node);
}

std::shared_ptr<ov::op::v0::Constant> constant_value(const ov::Output<ov::Node>& output) {
    return source_constant(output) ? as_f32(value_in_own_type(output)) : nullptr;
}

}  // namespace octet
