#include <algorithm>
#include <cmath>

#include <openvino/op/ops.hpp>

#include "graph/fold_rules.hpp"

namespace octet::rewrite {

namespace {

using ov::op::v1::Add;
using ov::op::v1::Multiply;

double sum(double a, double b) {
    return a + b;
}
double product(double a, double b) {
    return a * b;
}

bool is_real(const Node& node) {
    return node->get_output_element_type(0).is_real();
}

// x - c    ==>    x + (-c)
bool subtract_to_add(const Node& node, Editor& editor) {
    const auto operands = with_constant(node);
    if (!operands || operands->constant_port != 1 || !is_real(node)) {
        return false;
    }
    auto array = read(operands->constant);
    for (auto& value : array.values) {
        value = -value;
    }
    const auto constant = make_constant(array, node->get_output_element_type(0), node->get_friendly_name() + "/shift",
                                        operands->constant);
    const auto add = std::make_shared<Add>(operands->data, constant);
    return editor.replace(node->output(0), add->output(0), "Subtract of a constant made an Add");
}

// x / c    ==>    x * (1/c), unless a value or its reciprocal is 0, infinite, NaN or denormal; in f16 and bf16 only
// by powers of 2, as their reciprocals would be rounded coarsely
bool divide_to_multiply(const Node& node, Editor& editor) {
    const auto operands = with_constant(node);
    if (!operands || operands->constant_port != 1 || !is_real(node)) {
        return false;
    }
    const bool is_wide = node->get_output_element_type(0).bitwidth() >= 32;
    auto array = read(operands->constant);
    for (auto& value : array.values) {
        const auto reciprocal = static_cast<float>(1 / value);
        int exponent = 0;
        if (!std::isnormal(static_cast<float>(value)) || !std::isnormal(reciprocal) ||
            (!is_wide && std::abs(std::frexp(value, &exponent)) != 0.5)) {
            return false;
        }
        value = 1 / value;
    }
    const auto constant = make_constant(array, node->get_output_element_type(0), node->get_friendly_name() + "/scale",
                                        operands->constant);
    const auto multiply = std::make_shared<Multiply>(operands->data, constant);
    return editor.replace(node->output(0), multiply->output(0), "Divide by a constant made a Multiply");
}

// c + x, c * x    ==>    x + c, x * c, in place
bool constant_second(const Node& node, Editor&) {
    const auto operands = with_constant(node);
    if (operands && operands->constant_port == 0) {
        node->input(0).replace_source_output(operands->data);
        node->input(1).replace_source_output(operands->constant);
    }
    return false;  // the same operation: nothing to look at again
}

// An Add or a Multiply of a constant, seen from its output.
struct Link {
    Value data;
    Value source;
};
template <class Operation>
std::optional<Link> find_link(const Value& value) {
    const auto node = value.get_node_shared_ptr();
    const auto operands = ov::is_type<Operation>(node) && is_real(node) ? with_constant(node) : std::nullopt;
    if (!operands) {
        return std::nullopt;
    }
    return Link{operands->data, operands->constant};
}

// The link before this one, if nobody else reads what is between them.
template <class Operation>
std::optional<Link> find_inner(const Editor& editor, const Value& value) {
    return editor.has_one_reader(value) ? find_link<Operation>(value) : std::nullopt;
}

template <class Operation>
Node make_link(const Value& data, const Array& constant, const Node& like, const std::string& suffix) {
    const auto value = make_constant(constant, like->get_output_element_type(0), like->get_friendly_name() + suffix);
    return std::make_shared<Operation>(data, value);
}

// x * a1 * a2    ==>    x * (a1 a2)
bool merge_multiplies(const Node& node, Editor& editor) {
    const auto outer = find_link<Multiply>(node->output(0));
    const auto inner = outer ? find_inner<Multiply>(editor, outer->data) : std::nullopt;
    if (!inner) {
        return false;
    }
    const auto first = read(inner->source);
    const auto second = read(outer->source);
    const auto merged = combine(first, second, product);
    if (!merged || !are_safe_factors(first.values) || !are_safe_factors(second.values) ||
        !are_safe_factors(merged->values)) {
        return false;
    }
    return editor.replace(node->output(0), make_link<Multiply>(inner->data, *merged, node, "/scale")->output(0),
                          "two Multiplies by constants merged");
}

// x + b1 + b2    ==>    x + (b1 + b2)
bool merge_adds(const Node& node, Editor& editor) {
    const auto outer = find_link<Add>(node->output(0));
    const auto inner = outer ? find_inner<Add>(editor, outer->data) : std::nullopt;
    if (!inner) {
        return false;
    }
    const auto first = read(inner->source);
    const auto second = read(outer->source);
    const auto merged = combine(first, second, sum);
    return merged && are_safe_shifts(first.values) && are_safe_shifts(second.values) &&
           editor.replace(node->output(0), make_link<Add>(inner->data, *merged, node, "/shift")->output(0),
                          "two Adds of constants merged");
}

// (x * a1 + b) * a2    ==>    x * (a1 a2) + b a2
bool merge_multiply_add_multiply(const Node& node, Editor& editor) {
    const auto outer = find_link<Multiply>(node->output(0));
    const auto middle = outer ? find_inner<Add>(editor, outer->data) : std::nullopt;
    const auto inner = middle ? find_inner<Multiply>(editor, middle->data) : std::nullopt;
    if (!inner) {
        return false;
    }
    const auto first = read(inner->source);
    const auto shift = read(middle->source);
    const auto second = read(outer->source);
    const auto scale = combine(first, second, product);
    const auto scaled = combine(shift, second, product);
    if (!scale || !scaled || !are_safe_factors(first.values) || !are_safe_factors(second.values) ||
        !are_safe_factors(scale->values) || !are_safe_shifts(shift.values) || !are_safe_shifts(scaled->values)) {
        return false;
    }
    const auto multiply = make_link<Multiply>(inner->data, *scale, node, "/scale");
    multiply->set_friendly_name(middle->data.get_node()->get_friendly_name());
    return editor.replace(node->output(0), make_link<Add>(multiply, *scaled, node, "/shift")->output(0),
                          "Multiply, Add, Multiply by constants merged");
}

// (x + b1) * a + b2    ==>    x * a + (b1 a + b2)
bool merge_add_multiply_add(const Node& node, Editor& editor) {
    const auto outer = find_link<Add>(node->output(0));
    const auto middle = outer ? find_inner<Multiply>(editor, outer->data) : std::nullopt;
    const auto inner = middle ? find_inner<Add>(editor, middle->data) : std::nullopt;
    if (!inner) {
        return false;
    }
    const auto first = read(inner->source);
    const auto scale = read(middle->source);
    const auto second = read(outer->source);
    const auto scaled = combine(first, scale, product);
    const auto shift = scaled ? combine(*scaled, second, sum) : std::nullopt;
    if (!shift || !are_safe_factors(scale.values) || !are_safe_shifts(first.values) ||
        !are_safe_shifts(second.values) || !are_safe_shifts(shift->values)) {
        return false;
    }
    const auto multiply = std::make_shared<Multiply>(inner->data, middle->source);
    multiply->set_friendly_name(outer->data.get_node()->get_friendly_name());
    return editor.replace(node->output(0), make_link<Add>(multiply, *shift, node, "/shift")->output(0),
                          "Add, Multiply, Add of constants merged");
}

}  // namespace

Rules canonical_rules() {
    return {
        on<ov::op::v1::Subtract>(subtract_to_add),
        on<ov::op::v1::Divide>(divide_to_multiply),
        on<Add>(constant_second),
        on<Multiply>(constant_second),
    };
}

Rules chain_rules() {
    return {
        on<Multiply>(merge_multiplies),
        on<Multiply>(merge_multiply_add_multiply),
        on<Add>(merge_adds),
        on<Add>(merge_add_multiply_add),
    };
}

}  // namespace octet::rewrite
