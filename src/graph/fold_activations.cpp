#include <algorithm>
#include <cmath>
#include <limits>

#include <openvino/op/ops.hpp>

#include "graph/expression.hpp"
#include "graph/fold_rules.hpp"

namespace octet::rewrite {

namespace {

using ov::op::v0::Clamp;
using ov::op::v0::Relu;
using ov::op::v1::Add;
using ov::op::v1::Maximum;
using ov::op::v1::Minimum;
using ov::op::v1::Multiply;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What Relu, Clamp, Maximum and Minimum with one constant do: data limited to [low, high].
struct Limits {
    Value data;
    double low = -kInfinity;
    double high = kInfinity;
};

std::optional<Limits> find_limits(const Value& value) {
    const auto node = value.get_node_shared_ptr();
    if (!value.get_element_type().is_real()) {
        return std::nullopt;
    }
    if (ov::is_type<Relu>(node)) {
        return Limits{node->input_value(0), 0, kInfinity};
    }
    if (const auto clamp = ov::as_type_ptr<Clamp>(node)) {
        return Limits{node->input_value(0), clamp->get_min(), clamp->get_max()};
    }
    const bool is_maximum = ov::is_type<Maximum>(node);
    if (!is_maximum && !ov::is_type<Minimum>(node)) {
        return std::nullopt;
    }
    const auto operands = with_constant(node);
    const auto limit = operands ? uniform_value(operands->constant) : std::nullopt;
    if (!limit || !std::isfinite(*limit)) {
        return std::nullopt;
    }
    return is_maximum ? Limits{operands->data, *limit, kInfinity} : Limits{operands->data, -kInfinity, *limit};
}

// Maximum 0 ==> Relu;  Maximum a -> Minimum b ==> Clamp [a, b], also of several in a row and with Relu and Clamp
bool fuse_limits(const Node& node, Editor& editor) {
    const auto outer = find_limits(node->output(0));
    if (!outer) {
        return false;
    }
    Limits limits = *outer;
    const auto inner = editor.has_one_reader(outer->data) ? find_limits(outer->data) : std::nullopt;
    if (inner) {
        limits.data = inner->data;
        limits.low = std::clamp(inner->low, outer->low, outer->high);
        limits.high = std::clamp(inner->high, outer->low, outer->high);
    }
    Node fused;
    if (limits.low == 0 && limits.high == kInfinity) {
        if (ov::is_type<Relu>(node) && !inner) {
            return false;
        }
        fused = std::make_shared<Relu>(limits.data);
    } else if (inner && std::isfinite(limits.low) && std::isfinite(limits.high) && limits.low < limits.high) {
        fused = std::make_shared<Clamp>(limits.data, limits.low, limits.high);
    } else {
        return false;
    }
    return editor.replace(node->output(0), fused->output(0), std::string(fused->get_type_name()) + " recognized");
}

// x + 3 limited to [0, 6], seen from the Clamp's output
std::optional<Value> find_relu6_of_3(const Value& value) {
    const auto clamp = ov::as_type_ptr<Clamp>(value.get_node_shared_ptr());
    if (!clamp || clamp->get_min() != 0 || clamp->get_max() != 6) {
        return std::nullopt;
    }
    const auto add = clamp->get_input_node_shared_ptr(0);
    const auto operands = ov::is_type<Add>(add) ? with_constant(add) : std::nullopt;
    if (!operands || uniform_value(operands->constant) != 3.0) {
        return std::nullopt;
    }
    return operands->data;
}

// Clamp(x + 3, 0, 6) * 1/6    ==>    HSigmoid(x)
bool fuse_hsigmoid(const Node& node, Editor& editor) {
    const auto operands = with_constant(node);
    const auto x = operands ? find_relu6_of_3(operands->data) : std::nullopt;
    const auto factor = x ? uniform_value(operands->constant) : std::nullopt;
    return factor && is_literal(*factor, {1.0 / 6, as_half(1.0 / 6)}) &&
           editor.replace(node->output(0), std::make_shared<ov::op::v5::HSigmoid>(*x)->output(0),
                          "HSigmoid recognized");
}

// Clamp(x * 1/6 + 1/2, 0, 1)    ==>    HSigmoid(x)
bool fuse_clamped_hsigmoid(const Node& node, Editor& editor) {
    const auto clamp = ov::as_type_ptr<Clamp>(node);
    const auto add = node->get_input_node_shared_ptr(0);
    const auto sum = ov::is_type<Add>(add) ? with_constant(add) : std::nullopt;
    const auto inner = sum ? sum->data.get_node_shared_ptr() : nullptr;
    const auto product = ov::is_type<Multiply>(inner) ? with_constant(inner) : std::nullopt;
    if (clamp->get_min() != 0 || clamp->get_max() != 1 || !product || uniform_value(sum->constant) != 0.5) {
        return false;
    }
    const auto slope = uniform_value(product->constant);
    return slope && is_literal(*slope, {1.0 / 6, as_half(1.0 / 6)}) &&
           editor.replace(node->output(0), std::make_shared<ov::op::v5::HSigmoid>(product->data)->output(0),
                          "HSigmoid recognized");
}

// HardSigmoid(x, 1/6, 1/2)    ==>    HSigmoid(x)
bool rename_hard_sigmoid(const Node& node, Editor& editor) {
    const auto slope = uniform_value(node->input_value(1));
    return slope && is_literal(*slope, {1.0 / 6, as_half(1.0 / 6)}) && uniform_value(node->input_value(2)) == 0.5 &&
           editor.replace(node->output(0), std::make_shared<ov::op::v5::HSigmoid>(node->input_value(0))->output(0),
                          "HSigmoid recognized");
}

// `fused` times what a product's constants have too much.
Value rescale(const Node& fused, double factor, const Node& like) {
    if (is_literal(factor, {1, 6 * as_half(1.0 / 6)})) {
        return fused;
    }
    const auto name = like->get_friendly_name();
    fused->set_friendly_name(name + "/activation");
    return std::make_shared<Multiply>(fused,
                                      make_constant({{}, {factor}}, like->get_output_element_type(0), name + "/scale"));
}

// x * Clamp(x + 3, 0, 6) * c, multiplied in any order    ==>    HSwish(x) [* 6c]
bool fuse_hswish(const Node& node, Editor& editor) {
    const auto product = flatten_product(node, editor);
    if (product.factors.size() != 2 || product.constant == 1) {
        return false;
    }
    for (const std::size_t i : {0, 1}) {
        const auto x = find_relu6_of_3(product.factors[i]);
        if (x && *x == product.factors[1 - i]) {
            const auto fused = rescale(std::make_shared<ov::op::v4::HSwish>(*x), 6 * product.constant, node);
            return editor.replace(node->output(0), fused, "HSwish recognized");
        }
    }
    return false;
}

// The operation that makes one factor of `multiply`, and the other factor.
template <class Operation>
std::optional<std::pair<Node, Value>> find_gate(const Node& multiply) {
    for (const std::size_t port : {1, 0}) {
        const auto gate = multiply->get_input_node_shared_ptr(port);
        if (ov::is_type<Operation>(gate)) {
            return std::pair{gate, multiply->input_value(1 - port)};
        }
    }
    return std::nullopt;
}

// x * HSigmoid(x)    ==>    HSwish(x)
bool fuse_gated_hswish(const Node& node, Editor& editor) {
    const auto gate = find_gate<ov::op::v5::HSigmoid>(node);
    return gate && gate->first->input_value(0) == gate->second &&
           editor.replace(node->output(0), std::make_shared<ov::op::v4::HSwish>(gate->second)->output(0),
                          "HSwish recognized");
}

// x * Sigmoid(x), x * Sigmoid(beta x)    ==>    Swish(x, beta)
bool fuse_swish(const Node& node, Editor& editor) {
    const auto gate = find_gate<ov::op::v0::Sigmoid>(node);
    const auto inside = gate ? polynomial(gate->first->input_value(0), gate->second, 3) : std::nullopt;
    if (!inside || (*inside)[0] != 0 || (*inside)[2] != 0 || (*inside)[3] != 0 || !std::isnormal((*inside)[1])) {
        return false;
    }
    const double beta = (*inside)[1];
    if (beta == 1) {
        return editor.replace(node->output(0), std::make_shared<ov::op::v4::Swish>(gate->second)->output(0),
                              "Swish recognized");
    }
    const auto constant =
        make_constant({{}, {beta}}, node->get_output_element_type(0), node->get_friendly_name() + "/beta");
    return editor.replace(node->output(0), std::make_shared<ov::op::v4::Swish>(gate->second, constant)->output(0),
                          "Swish recognized");
}

// x * Tanh(SoftPlus(x))    ==>    Mish(x)
bool fuse_mish(const Node& node, Editor& editor) {
    const auto gate = find_gate<ov::op::v0::Tanh>(node);
    const auto inside = gate ? gate->first->get_input_node_shared_ptr(0) : nullptr;
    return ov::is_type<ov::op::v4::SoftPlus>(inside) && inside->input_value(0) == gate->second &&
           editor.replace(node->output(0), std::make_shared<ov::op::v4::Mish>(gate->second)->output(0),
                          "Mish recognized");
}

// 1 + Exp(y), seen from the Add's output
std::optional<Value> find_one_plus_exp(const Value& value) {
    const auto add = value.get_node_shared_ptr();
    const auto operands = ov::is_type<Add>(add) ? with_constant(add) : std::nullopt;
    const auto exp = operands ? operands->data.get_node_shared_ptr() : nullptr;
    if (!ov::is_type<ov::op::v0::Exp>(exp) || uniform_value(operands->constant) != 1.0) {
        return std::nullopt;
    }
    return exp->input_value(0);
}

// Log(1 + Exp(x))    ==>    SoftPlus(x)
bool fuse_softplus(const Node& node, Editor& editor) {
    const auto x = find_one_plus_exp(node->input_value(0));
    return x && editor.replace(node->output(0), std::make_shared<ov::op::v4::SoftPlus>(*x)->output(0),
                               "SoftPlus recognized");
}

// -y where `value` is Negative(y) or y * -1
std::optional<Value> find_negated(const Value& value) {
    const auto node = value.get_node_shared_ptr();
    if (ov::is_type<ov::op::v0::Negative>(node)) {
        return node->input_value(0);
    }
    const auto operands = ov::is_type<Multiply>(node) ? with_constant(node) : std::nullopt;
    if (operands && uniform_value(operands->constant) == -1.0) {
        return operands->data;
    }
    return std::nullopt;
}

// 1 / (1 + Exp(-x)) ==> Sigmoid(x);  x / (1 + Exp(-x)) ==> Swish(x)
bool fuse_sigmoid(const Node& node, Editor& editor) {
    const auto inside = find_one_plus_exp(node->input_value(1));
    const auto x = inside ? find_negated(*inside) : std::nullopt;
    if (!x) {
        return false;
    }
    if (uniform_value(node->input_value(0)) == 1.0) {
        return editor.replace(node->output(0), std::make_shared<ov::op::v0::Sigmoid>(*x)->output(0),
                              "Sigmoid recognized");
    }
    return *x == node->input_value(0) &&
           editor.replace(node->output(0), std::make_shared<ov::op::v4::Swish>(*x)->output(0), "Swish recognized");
}

bool put_prelu(const Node& node, const Value& x, const std::vector<double>& slopes, Editor& editor) {
    const auto slope = make_constant({{slopes.size()}, slopes}, node->get_output_element_type(0),
                                     node->get_friendly_name() + "/slope");
    return editor.replace(node->output(0), std::make_shared<ov::op::v0::PRelu>(x, slope)->output(0),
                          "PRelu recognized");
}

// Maximum(x, x * a), 0 <= a <= 1    ==>    PRelu(x, a)
bool fuse_leaky_relu(const Node& node, Editor& editor) {
    for (const std::size_t port : {1, 0}) {
        const auto multiply = node->get_input_node_shared_ptr(port);
        const auto scaled = ov::is_type<Multiply>(multiply) ? with_constant(multiply) : std::nullopt;
        const auto slope = scaled ? uniform_value(scaled->constant) : std::nullopt;
        if (slope && *slope >= 0 && *slope <= 1 && scaled->data == node->input_value(1 - port)) {
            return put_prelu(node, scaled->data, {*slope}, editor);
        }
    }
    return false;
}

// Of x: Relu(-x) is -1 times, Minimum(x, 0) is 1 times, x - |x| is 2 times its negative part.
std::optional<double> negative_part(const Value& value, const Value& x) {
    const auto node = value.get_node_shared_ptr();
    if (ov::is_type<Relu>(node)) {
        return find_negated(node->input_value(0)) == x ? std::optional(-1.0) : std::nullopt;
    }
    if (ov::is_type<Minimum>(node)) {
        const auto limits = find_limits(value);
        return limits && limits->high == 0 && limits->data == x ? std::optional(1.0) : std::nullopt;
    }
    if (ov::is_type<ov::op::v1::Subtract>(node) && node->input_value(0) == x) {
        const auto abs = node->get_input_node_shared_ptr(1);
        return ov::is_type<ov::op::v0::Abs>(abs) && abs->input_value(0) == x ? std::optional(2.0) : std::nullopt;
    }
    return std::nullopt;
}

// Relu(x) + a * negative part of x    ==>    PRelu(x, a), a a scalar or by channel
bool fuse_prelu(const Node& node, Editor& editor) {
    for (const std::size_t port : {0, 1}) {
        const auto relu = node->get_input_node_shared_ptr(port);
        const auto other = node->get_input_node_shared_ptr(1 - port);
        const auto scaled = ov::is_type<Multiply>(other) ? with_constant(other) : std::nullopt;
        if (!ov::is_type<Relu>(relu) || !scaled) {
            continue;
        }
        const auto x = relu->input_value(0);
        const auto share = negative_part(scaled->data, x);
        const auto& shape = x.get_partial_shape();
        if (!share || shape.rank().is_dynamic() || shape.size() < 2 || shape[1].is_dynamic()) {
            continue;
        }
        const auto array = read(scaled->constant);
        auto slopes = array.values.size() == 1
                          ? std::optional(array.values)
                          : per_channel(array, shape.size(), 1, static_cast<std::size_t>(shape[1].get_length()));
        if (slopes) {
            std::for_each(slopes->begin(), slopes->end(), [&](double& slope) { slope *= *share; });
            return put_prelu(node, x, *slopes, editor);
        }
    }
    return false;
}

}  // namespace

Rules activation_rules() {
    return {
        on<Maximum>(fuse_leaky_relu),
        on<Maximum>(fuse_limits),
        on<Minimum>(fuse_limits),
        on<Relu>(fuse_limits),
        on<Clamp>(fuse_limits),
        on<Clamp>(fuse_clamped_hsigmoid),
        on<ov::op::v0::HardSigmoid>(rename_hard_sigmoid),
        on<Multiply>(fuse_hsigmoid),
        on<Multiply>(fuse_gated_hswish),
        on<Multiply>(fuse_hswish),
        on<ov::op::v0::Log>(fuse_softplus),
        on<ov::op::v1::Divide>(fuse_sigmoid),
        on<Multiply>(fuse_swish),
        on<Multiply>(fuse_mish),
        on<Add>(fuse_prelu),
    };
}

}  // namespace octet::rewrite
