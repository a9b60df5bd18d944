#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include <openvino/op/ops.hpp>
#include <openvino/op/util/pad_base.hpp>

#include "graph/axis_symbols.hpp"
#include "graph/fold_rules.hpp"

namespace octet::rewrite {

namespace {

bool drop(const Node& node, Editor& editor) {
    return editor.bypass(node->output(0), node->input_value(0),
                         std::string(node->get_type_name()) + " dropped: no effect");
}

bool has_shape_of_input(const Node& node) {
    return are_same_shape(node->get_input_partial_shape(0), node->get_output_partial_shape(0));
}

bool drop_always(const Node& node, Editor& editor) {
    return drop(node, editor);
}

// Convert, ConvertLike
bool drop_same_type(const Node& node, Editor& editor) {
    return node->get_input_element_type(0) == node->get_output_element_type(0) &&
           node->get_output_element_type(0).is_static() && drop(node, editor);
}

// Reshape, Squeeze, Unsqueeze, Broadcast, Tile: the elements stay in order, so an equal shape says all.
bool drop_same_shape(const Node& node, Editor& editor) {
    return has_shape_of_input(node) && drop(node, editor);
}

bool are_all(const Value& constant, const std::function<bool(int64_t)>& condition) {
    const auto values = integers(constant);
    return values && std::all_of(values->begin(), values->end(), condition);
}

// A slice of everything; a negative step would turn it round.
bool drop_slice(const Node& node, Editor& editor) {
    const auto is_positive = [](int64_t step) { return step > 0; };
    const bool forward = node->get_input_size() < 4 || are_all(node->input_value(3), is_positive);
    return forward && has_shape_of_input(node) && drop(node, editor);
}

// From 0 by 1 to the end of axes whose size nobody need know
bool drop_open_slice(const Node& node, Editor& editor) {
    const auto& shape = node->get_input_partial_shape(0);
    const auto stops = integers(node->input_value(2));
    auto axes = node->get_input_size() > 4 ? integers(node->input_value(4)) : std::nullopt;
    if (shape.rank().is_dynamic() || !stops || (node->get_input_size() > 4 && !axes) ||
        !are_all(node->input_value(1), [](int64_t start) { return start == 0; }) ||
        !are_all(node->input_value(3), [](int64_t step) { return step == 1; })) {
        return false;
    }
    for (std::size_t i = 0; i < stops->size(); ++i) {
        const auto axis = axes ? axes->at(i) : static_cast<int64_t>(i);
        const auto& size = shape[static_cast<std::size_t>(axis < 0 ? axis + shape.rank().get_length() : axis)];
        const bool is_end = (*stops)[i] >= kFarEnd || (size.is_static() && (*stops)[i] >= size.get_length());
        if (!is_end) {
            return false;
        }
    }
    return drop(node, editor);
}

bool drop_single_concat(const Node& node, Editor& editor) {
    return node->get_input_size() == 1 && drop(node, editor);
}

bool drop_single_split(const Node& node, Editor& editor) {
    return node->get_output_size() == 1 && drop(node, editor);
}

bool drop_empty_pad(const Node& node, Editor& editor) {
    for (const std::size_t port : {1, 2}) {
        const auto pads = integers(node->input_value(port));
        if (!pads || std::any_of(pads->begin(), pads->end(), [](int64_t pad) { return pad != 0; })) {
            return false;
        }
    }
    return drop(node, editor);
}

bool drop_neutral(const Node& node, Editor& editor, double neutral, bool any_port) {
    if (node->get_autob().m_type != ov::op::AutoBroadcastType::NUMPY) {
        return false;
    }
    for (const std::size_t port : {1, 0}) {
        const auto constant = uniform_value(node->input_value(port));
        if (constant && *constant == neutral && (port == 1 || any_port)) {
            return editor.bypass(node->output(0), node->input_value(1 - port),
                                 std::string(node->get_type_name()) + " dropped: no effect");
        }
    }
    return false;
}

bool drop_add_zero(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, 0, true);
}
bool drop_subtract_zero(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, 0, false);
}
bool drop_multiply_one(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, 1, true);
}
// Divide by one and Power one
bool drop_second_one(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, 1, false);
}
bool drop_maximum(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, -INFINITY, true);
}
bool drop_minimum(const Node& node, Editor& editor) {
    return drop_neutral(node, editor, INFINITY, true);
}

// Transpose(a) -> Transpose(b)    ==>    Transpose(a[b]), or nothing where that moves no axis
bool merge_transposes(const Node& node, Editor& editor) {
    auto order = integers(node->input_value(1));
    if (!order || order->empty()) {
        return false;
    }
    auto data = node->input_value(0);
    const auto inner = data.get_node_shared_ptr();
    if (ov::is_type<ov::op::v1::Transpose>(inner)) {
        const auto inner_order = integers(inner->input_value(1));
        if (inner_order && inner_order->size() == order->size()) {
            for (auto& axis : *order) {
                axis = inner_order->at(static_cast<std::size_t>(axis));
            }
            data = inner->input_value(0);
        }
    }
    if (std::is_sorted(order->begin(), order->end())) {
        return editor.bypass(node->output(0), data, "Transpose dropped: no axis moves");
    }
    if (data == node->input_value(0) || !editor.has_one_reader(node->input_value(0))) {
        return false;
    }
    const auto constant = ov::op::v0::Constant::create(ov::element::i64, {order->size()}, *order);
    constant->set_friendly_name(node->get_friendly_name() + "/order");
    const auto merged = std::make_shared<ov::op::v1::Transpose>(data, constant);
    return editor.replace(node->output(0), merged, "two Transposes merged");
}

bool is_reshaping(const Node& node) {
    return ov::is_type_any_of<ov::op::v1::Reshape, ov::op::v0::Squeeze, ov::op::v15::Squeeze, ov::op::v0::Unsqueeze>(
        node);
}

// Squeeze(a) after Unsqueeze(a), or the other way round
bool are_inverse(const Node& inner, const Node& outer) {
    if (ov::is_type<ov::op::v0::Unsqueeze>(inner) == ov::is_type<ov::op::v0::Unsqueeze>(outer) ||
        ov::is_type_any_of<ov::op::v1::Reshape>(inner) || ov::is_type_any_of<ov::op::v1::Reshape>(outer) ||
        inner->get_input_size() < 2 || outer->get_input_size() < 2 ||
        inner->get_output_partial_shape(0).rank().is_dynamic()) {
        return false;
    }
    const auto first = integers(inner->input_value(1));
    const auto second = integers(outer->input_value(1));
    const auto from_front = [](const std::vector<int64_t>& axes) {
        return std::all_of(axes.begin(), axes.end(), [](int64_t axis) { return axis >= 0; });
    };
    return first && second && *first == *second && from_front(*first);
}

Node make_reshape(const Value& data, const ov::Shape& shape, const Node& like) {
    const auto pattern = ov::op::v0::Constant::create(ov::element::i64, {shape.size()}, shape);
    pattern->set_friendly_name(like->get_friendly_name() + "/shape");
    return std::make_shared<ov::op::v1::Reshape>(data, pattern, false);
}

// Reshape | Squeeze | Unsqueeze twice    ==>    nothing, where that is the first shape again, else one Reshape
bool merge_reshapes(const Node& node, Editor& editor) {
    const auto inner = node->get_input_node_shared_ptr(0);
    if (!is_reshaping(inner)) {
        return false;
    }
    const auto source = inner->input_value(0);
    const auto& shape = node->get_output_partial_shape(0);
    if (are_same_shape(source.get_partial_shape(), shape) || are_inverse(inner, node)) {
        return editor.bypass(node->output(0), source, "a pair of shape changes dropped: they cancel out");
    }
    const bool is_known = shape.is_static() && ov::shape_size(shape.to_shape()) > 0;
    return is_known && editor.has_one_reader(node->input_value(0)) &&
           editor.replace(node->output(0), make_reshape(source, shape.to_shape(), node)->output(0),
                          "two shape changes merged");
}

// Reshape | Squeeze | Unsqueeze next to a Transpose that only moves axes of size 1: a Reshape, too
bool transpose_to_reshape(const Node& node, Editor& editor) {
    const auto& shape = node->get_input_partial_shape(0);
    const auto order = integers(node->input_value(1));
    if (!order || order->empty() || shape.is_dynamic() || ov::shape_size(shape.to_shape()) == 0) {
        return false;
    }
    std::vector<int64_t> moved;
    std::copy_if(order->begin(), order->end(), std::back_inserter(moved),
                 [&](int64_t axis) { return shape[static_cast<std::size_t>(axis)] != 1; });
    const auto readers = node->output(0).get_target_inputs();
    const bool is_neighbour = is_reshaping(node->get_input_node_shared_ptr(0)) ||
                              (readers.size() == 1 && is_reshaping(readers.begin()->get_node()->shared_from_this()));
    return is_neighbour && std::is_sorted(moved.begin(), moved.end()) &&
           editor.replace(node->output(0),
                          make_reshape(node->input_value(0), node->get_output_shape(0), node)->output(0),
                          "Transpose of axes of size 1 made a Reshape");
}

}  // namespace

Rules identity_rules() {
    return {
        on<ov::op::v16::Identity>(drop_always),
        on<ov::op::v0::Convert>(drop_same_type),
        on<ov::op::v1::ConvertLike>(drop_same_type),
        on<ov::op::v1::Transpose>(merge_transposes),
        on<ov::op::v1::Transpose>(transpose_to_reshape),
        on<ov::op::v1::Reshape>(drop_same_shape),
        on<ov::op::v0::Squeeze>(drop_same_shape),
        on<ov::op::v15::Squeeze>(drop_same_shape),
        on<ov::op::v0::Unsqueeze>(drop_same_shape),
        on<ov::op::v1::Reshape>(merge_reshapes),
        on<ov::op::v0::Squeeze>(merge_reshapes),
        on<ov::op::v15::Squeeze>(merge_reshapes),
        on<ov::op::v0::Unsqueeze>(merge_reshapes),
        on<ov::op::v1::Broadcast>(drop_same_shape),
        on<ov::op::v3::Broadcast>(drop_same_shape),
        on<ov::op::v0::Tile>(drop_same_shape),
        on<ov::op::v8::Slice>(drop_slice),
        on<ov::op::v8::Slice>(drop_open_slice),
        on<ov::op::v1::StridedSlice>(drop_slice),
        on<ov::op::v0::Concat>(drop_single_concat),
        on<ov::op::v1::Split>(drop_single_split),
        on<ov::op::v1::VariadicSplit>(drop_single_split),
        on<ov::op::v1::Pad>(drop_empty_pad),
        on<ov::op::v12::Pad>(drop_empty_pad),
        on<ov::op::v1::Add>(drop_add_zero),
        on<ov::op::v1::Subtract>(drop_subtract_zero),
        on<ov::op::v1::Multiply>(drop_multiply_one),
        on<ov::op::v1::Divide>(drop_second_one),
        on<ov::op::v1::Power>(drop_second_one),
        on<ov::op::v1::Maximum>(drop_maximum),
        on<ov::op::v1::Minimum>(drop_minimum),
    };
}

}  // namespace octet::rewrite
