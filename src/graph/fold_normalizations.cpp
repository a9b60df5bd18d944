#include <algorithm>
#include <cmath>

#include <openvino/op/ops.hpp>
#include <openvino/op/util/arithmetic_reductions_keep_dims.hpp>
#include <openvino/op/util/broadcast_base.hpp>

#include "graph/constants.hpp"
#include "graph/fold_rules.hpp"

namespace octet::rewrite {

namespace {

using ov::op::v1::Add;
using ov::op::v1::Divide;
using ov::op::v1::Multiply;
using ov::op::v1::Power;
using ov::op::v1::Subtract;

// `value` before it was broadcast to the shape of what it is combined with.
Value before_broadcast(Value value) {
    while (ov::is_type<ov::op::util::BroadcastBase>(value.get_node())) {
        value = value.get_node()->input_value(0);
    }
    return value;
}

// `value` before changes of shape alone, which leave the elements in order.
Value before_reshape(Value value) {
    while (ov::is_type_any_of<ov::op::v1::Reshape, ov::op::v0::Squeeze, ov::op::v15::Squeeze, ov::op::v0::Unsqueeze>(
        value.get_node_shared_ptr())) {
        value = value.get_node()->input_value(0);
    }
    return value;
}

template <class Operation>
bool is(const Value& value) {
    return ov::is_type<Operation>(value.get_node_shared_ptr());
}

Value input(const Value& value, std::size_t port) {
    return value.get_node()->input_value(port);
}

// Something reduced over axes of x.
struct Reduced {
    Value x;
    std::vector<int64_t> axes;  // ascending, not negative

    bool same_as(const Reduced& other) const {
        return x == other.x && axes == other.axes;
    }
};

// Has `value` the shape of x with 1 on the reduced axes? (then x - value and x / value mean what they should)
bool has_kept_axes(const Value& value, const Reduced& reduced) {
    auto shape = reduced.x.get_partial_shape();
    for (const auto axis : reduced.axes) {
        shape[static_cast<std::size_t>(axis)] = 1;
    }
    const auto& actual = before_broadcast(value).get_partial_shape();
    return actual.rank() == shape.rank() && actual.compatible(shape) &&
           (actual == shape || ov::is_type<ov::op::util::ArithmeticReductionKeepDims>(value.get_node()) ||
            actual.refines(shape));
}

template <class Reduction>
std::optional<Reduced> find_reduction(const Value& value) {
    const auto node = value.get_node_shared_ptr();
    if (!ov::is_type<Reduction>(node) || node->get_input_partial_shape(0).rank().is_dynamic()) {
        return std::nullopt;
    }
    auto axes = integers(node->input_value(1));
    if (!axes || axes->empty()) {
        return std::nullopt;
    }
    const auto rank = node->get_input_partial_shape(0).rank().get_length();
    for (auto& axis : *axes) {
        axis += axis < 0 ? rank : 0;
    }
    std::sort(axes->begin(), axes->end());
    return Reduced{node->input_value(0), *axes};
}

// ReduceMean(x), or ReduceSum(x) * 1/n
std::optional<Reduced> find_mean(const Value& shaped) {
    const auto value = before_reshape(shaped);
    if (const auto mean = find_reduction<ov::op::v1::ReduceMean>(value)) {
        return mean;
    }
    const auto operands = is<Multiply>(value) ? with_constant(value.get_node_shared_ptr()) : std::nullopt;
    const auto factor = operands ? uniform_value(operands->constant) : std::nullopt;
    const auto sum = factor ? find_reduction<ov::op::v1::ReduceSum>(before_reshape(operands->data)) : std::nullopt;
    if (!sum) {
        return std::nullopt;
    }
    double count = 1;
    for (const auto axis : sum->axes) {
        const auto& size = sum->x.get_partial_shape()[static_cast<std::size_t>(axis)];
        if (size.is_dynamic()) {
            return std::nullopt;
        }
        count *= static_cast<double>(size.get_length());
    }
    return std::abs(*factor * count - 1) <= 1e-6 ? sum : std::nullopt;
}

// x - mean(x)
std::optional<Reduced> find_centered(const Value& value) {
    if (!is<Subtract>(value)) {
        return std::nullopt;
    }
    const auto mean = find_mean(before_broadcast(input(value, 1)));
    if (!mean || mean->x != input(value, 0) || !has_kept_axes(input(value, 1), *mean)) {
        return std::nullopt;
    }
    return mean;
}

// y where `value` is y^2
std::optional<Value> find_squared(const Value& value) {
    if (is<Multiply>(value) && input(value, 0) == input(value, 1)) {
        return input(value, 0);
    }
    if (is<Power>(value) && uniform_value(input(value, 1)) == 2.0) {
        return input(value, 0);
    }
    return std::nullopt;
}

// mean((x - mean(x))^2), or mean(x^2) - mean(x)^2 [limited to 0]
std::optional<Reduced> find_variance(const Value& shaped) {
    auto value = before_reshape(shaped);
    if (const auto outer = find_mean(value)) {
        const auto squared = find_squared(outer->x);
        auto inner = squared ? find_centered(*squared) : std::nullopt;
        if (is<ov::op::v0::SquaredDifference>(outer->x)) {
            inner = find_mean(before_broadcast(input(outer->x, 1)));
            if (!inner || inner->x != input(outer->x, 0) || !has_kept_axes(input(outer->x, 1), *inner)) {
                return std::nullopt;
            }
        }
        return inner && inner->axes == outer->axes ? inner : std::nullopt;
    }
    if (is<ov::op::v0::Relu>(value)) {
        value = before_reshape(input(value, 0));
    }
    if (!is<Subtract>(value)) {
        return std::nullopt;
    }
    const auto of_squares = find_mean(input(value, 0));
    const auto x = of_squares ? find_squared(of_squares->x) : std::nullopt;
    const auto root = x ? find_squared(before_reshape(input(value, 1))) : std::nullopt;
    const auto mean = root ? find_mean(*root) : std::nullopt;
    return mean && mean->same_as({*x, of_squares->axes}) ? mean : std::nullopt;
}

// Standard deviation, or its reciprocal, of x over axes
struct Deviation {
    Reduced of;
    double epsilon = 0;
    ov::op::MVNEpsMode mode = ov::op::MVNEpsMode::INSIDE_SQRT;
};

// y where `value` is y^exponent, also spelled Sqrt or 1 / y
std::optional<Value> find_power(const Value& value, double exponent) {
    if (is<Power>(value) && uniform_value(input(value, 1)) == exponent) {
        return input(value, 0);
    }
    if (exponent == 0.5 && is<ov::op::v0::Sqrt>(value)) {
        return input(value, 0);
    }
    if (exponent == -1 && is<Divide>(value) && uniform_value(input(value, 0)) == 1.0) {
        return input(value, 1);
    }
    return std::nullopt;
}

struct Sum {
    Value data;
    double constant = 0;
};
std::optional<Sum> find_sum(const Value& value) {
    const auto operands = is<Add>(value) ? with_constant(value.get_node_shared_ptr()) : std::nullopt;
    const auto constant = operands ? uniform_value(operands->constant) : std::nullopt;
    return constant ? std::optional(Sum{operands->data, *constant}) : std::nullopt;
}

std::optional<Deviation> from_variance(const Value& value) {
    const auto sum = find_sum(before_reshape(value));
    const auto variance = sum && sum->constant > 0 ? find_variance(sum->data) : std::nullopt;
    return variance ? std::optional(Deviation{*variance, sum->constant}) : std::nullopt;
}

std::optional<Deviation> find_deviation(const Value& shaped) {
    const auto value = before_reshape(before_broadcast(shaped));
    if (const auto inside = find_power(value, 0.5)) {
        return from_variance(*inside);
    }
    const auto sum = find_sum(value);
    const auto inside = sum && sum->constant > 0 ? find_power(before_reshape(sum->data), 0.5) : std::nullopt;
    const auto variance = inside ? find_variance(*inside) : std::nullopt;
    if (!variance) {
        return std::nullopt;
    }
    return Deviation{*variance, sum->constant, ov::op::MVNEpsMode::OUTSIDE_SQRT};
}

std::optional<Deviation> find_inverse_deviation(const Value& shaped) {
    const auto value = before_reshape(before_broadcast(shaped));
    if (const auto inside = find_power(value, -0.5)) {
        return from_variance(*inside);
    }
    const auto inside = find_power(value, -1);
    return inside ? find_deviation(*inside) : std::nullopt;
}

Node make_mvn(const Deviation& deviation, const std::string& name) {
    const auto axes = ov::op::v0::Constant::create(ov::element::i64, {deviation.of.axes.size()}, deviation.of.axes);
    axes->set_friendly_name(name + "/axes");
    return std::make_shared<ov::op::v6::MVN>(deviation.of.x, axes, true, static_cast<float>(deviation.epsilon),
                                             deviation.mode);
}

bool put_mvn(const Node& node, const Deviation& deviation, Editor& editor) {
    return editor.replace(node->output(0), make_mvn(deviation, node->get_friendly_name())->output(0), "MVN recognized");
}

// (x - mean(x)) / sqrt(variance(x) + eps)    ==>    MVN(x)
bool fuse_divided_mvn(const Node& node, Editor& editor) {
    const auto centered = find_centered(node->input_value(0));
    const auto deviation = centered ? find_deviation(node->input_value(1)) : std::nullopt;
    return deviation && deviation->of.same_as(*centered) && has_kept_axes(node->input_value(1), *centered) &&
           put_mvn(node, *deviation, editor);
}

// (x - mean(x)) * 1 / sqrt(variance(x) + eps) [* gamma]    ==>    MVN(x) [* gamma]
bool fuse_multiplied_mvn(const Node& node, Editor& editor) {
    for (const std::size_t port : {0, 1}) {
        const auto centered = find_centered(node->input_value(port));
        if (!centered) {
            continue;
        }
        const auto other = node->input_value(1 - port);
        if (const auto deviation = find_inverse_deviation(other)) {
            return deviation->of.same_as(*centered) && has_kept_axes(other, *centered) &&
                   put_mvn(node, *deviation, editor);
        }
        const auto gamma = is<Multiply>(other) ? with_constant(other.get_node_shared_ptr()) : std::nullopt;
        const auto deviation = gamma ? find_inverse_deviation(gamma->data) : std::nullopt;
        if (deviation && deviation->of.same_as(*centered) && has_kept_axes(gamma->data, *centered)) {
            const auto mvn = make_mvn(*deviation, node->get_friendly_name());
            mvn->set_friendly_name(node->get_friendly_name() + "/normalized");
            const auto scaled = std::make_shared<Multiply>(mvn, gamma->constant);
            return editor.replace(node->output(0), scaled->output(0), "MVN recognized");
        }
    }
    return false;
}

// x * s + (beta - mean(x) * s), s = gamma / sqrt(variance(x) + eps)    ==>    MVN(x) * gamma + beta
bool fuse_distributed_mvn(const Node& node, Editor& editor) {
    for (const std::size_t port : {0, 1}) {
        const auto scaled = node->input_value(port);
        const auto shift = node->input_value(1 - port);
        if (!is<Multiply>(scaled) || !is<Subtract>(shift) || !find_constant(input(shift, 0)) ||
            !is<Multiply>(input(shift, 1))) {
            continue;
        }
        for (const std::size_t at : {0, 1}) {
            const auto x = input(scaled, at);
            const auto factor = input(scaled, 1 - at);
            const auto back = input(shift, 1);
            const auto mean_value = input(back, 0) == factor ? input(back, 1) : input(back, 0);
            if (input(back, 0) != factor && input(back, 1) != factor) {
                continue;
            }
            const auto gamma = is<Multiply>(factor) ? with_constant(factor.get_node_shared_ptr()) : std::nullopt;
            const auto root = gamma ? gamma->data : factor;
            const auto deviation = find_inverse_deviation(root);
            const auto mean = deviation ? find_mean(mean_value) : std::nullopt;
            if (!mean || mean->x != x || !mean->same_as(deviation->of) || !has_kept_axes(mean_value, *mean) ||
                !has_kept_axes(root, *mean)) {
                continue;
            }
            const auto& name = node->get_friendly_name();
            Node result = make_mvn(*deviation, name);
            result->set_friendly_name(name + "/normalized");
            if (gamma) {
                result = std::make_shared<Multiply>(result, gamma->constant);
                result->set_friendly_name(name + "/scaled");
            }
            return editor.replace(node->output(0), std::make_shared<Add>(result, input(shift, 0))->output(0),
                                  "MVN recognized");
        }
    }
    return false;
}

// Exp(x - max(x)) / sum(Exp(x - max(x))), or without max    ==>    Softmax(x)
bool fuse_softmax(const Node& node, Editor& editor) {
    const auto exp = node->input_value(0);
    const auto sum = is<ov::op::v0::Exp>(exp)
                         ? find_reduction<ov::op::v1::ReduceSum>(before_reshape(before_broadcast(node->input_value(1))))
                         : std::nullopt;
    if (!sum || sum->x != exp || sum->axes.size() != 1 || !has_kept_axes(node->input_value(1), *sum)) {
        return false;
    }
    auto x = input(exp, 0);
    if (is<Subtract>(x)) {
        const auto largest = find_reduction<ov::op::v1::ReduceMax>(before_reshape(before_broadcast(input(x, 1))));
        if (largest && largest->x == input(x, 0) && largest->axes == sum->axes &&
            has_kept_axes(input(x, 1), *largest)) {
            x = input(x, 0);
        }
    }
    return editor.replace(node->output(0), std::make_shared<ov::op::v8::Softmax>(x, sum->axes[0])->output(0),
                          "Softmax recognized");
}

// The length of x over axes with its epsilon
struct Length {
    Reduced of;
    double epsilon = 0;
    ov::op::EpsMode mode = ov::op::EpsMode::MAX;
};

std::optional<Reduced> find_sum_of_squares(const Value& value) {
    const auto sum = find_reduction<ov::op::v1::ReduceSum>(before_reshape(value));
    const auto x = sum ? find_squared(sum->x) : std::nullopt;
    return x ? std::optional(Reduced{*x, sum->axes}) : std::nullopt;
}

std::optional<Sum> find_maximum(const Value& value) {
    const auto operands = is<ov::op::v1::Maximum>(value) ? with_constant(value.get_node_shared_ptr()) : std::nullopt;
    const auto constant = operands ? uniform_value(operands->constant) : std::nullopt;
    return constant && *constant > 0 ? std::optional(Sum{operands->data, *constant}) : std::nullopt;
}

// sqrt(sum(x^2) + eps), sqrt(max(sum(x^2), eps)), max(sqrt(sum(x^2)), e), max(ReduceL2(x), e)
std::optional<Length> find_length(const Value& shaped) {
    const auto value = before_reshape(before_broadcast(shaped));
    if (const auto inside = find_power(value, 0.5)) {
        const auto within = before_reshape(*inside);
        const auto sum = find_sum(within);
        const auto limited = find_maximum(within);
        const auto squares = sum && sum->constant > 0 ? find_sum_of_squares(sum->data)
                             : limited                ? find_sum_of_squares(limited->data)
                                                      : std::nullopt;
        if (!squares) {
            return std::nullopt;
        }
        return Length{*squares, sum ? sum->constant : limited->constant,
                      sum ? ov::op::EpsMode::ADD : ov::op::EpsMode::MAX};
    }
    const auto limited = find_maximum(value);
    if (!limited || limited->constant < 1e-15) {  // its square must be a normal f32
        return std::nullopt;
    }
    const auto root = before_reshape(limited->data);
    const auto inside = find_power(root, 0.5);
    const auto of = inside ? find_sum_of_squares(*inside) : find_reduction<ov::op::v4::ReduceL2>(root);
    return of ? std::optional(Length{*of, limited->constant * limited->constant}) : std::nullopt;
}

// x / length of x    ==>    NormalizeL2(x)
bool fuse_normalize_l2(const Node& node, Editor& editor) {
    const auto length = find_length(node->input_value(1));
    if (!length || length->of.x != node->input_value(0) || !has_kept_axes(node->input_value(1), length->of)) {
        return false;
    }
    const auto& axes = length->of.axes;
    const auto constant = ov::op::v0::Constant::create(ov::element::i64, {axes.size()}, axes);
    constant->set_friendly_name(node->get_friendly_name() + "/axes");
    const auto fused = std::make_shared<ov::op::v0::NormalizeL2>(length->of.x, constant,
                                                                 static_cast<float>(length->epsilon), length->mode);
    return editor.replace(node->output(0), fused->output(0), "NormalizeL2 recognized");
}

}  // namespace

Rules normalization_rules() {
    return {
        on<Divide>(fuse_divided_mvn), on<Multiply>(fuse_multiplied_mvn), on<Add>(fuse_distributed_mvn),
        on<Divide>(fuse_softmax),     on<Divide>(fuse_normalize_l2),
    };
}

}  // namespace octet::rewrite
