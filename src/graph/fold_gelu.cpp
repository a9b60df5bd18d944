#include <openvino/op/ops.hpp>

#include "graph/expression.hpp"
#include "graph/fold_rules.hpp"

namespace octet::rewrite {

namespace {

constexpr double kSqrt2 = 1.41421356237309505;
constexpr double kSqrt2OverPi = 0.79788456080286536;
constexpr double kCubic = 0.044715;

// The Erf or Tanh that `gate` is a sum or product of with constants.
Node find_saturation(const Value& gate) {
    auto node = gate.get_node_shared_ptr();
    for (int depth = 0; depth < 4; ++depth) {
        if (ov::is_type_any_of<ov::op::v0::Erf, ov::op::v0::Tanh>(node)) {
            return node;
        }
        const auto operands =
            ov::is_type_any_of<ov::op::v1::Add, ov::op::v1::Multiply>(node) ? with_constant(node) : std::nullopt;
        if (!operands) {
            return nullptr;
        }
        node = operands->data.get_node_shared_ptr();
    }
    return nullptr;
}

std::optional<ov::op::GeluApproximationMode> find_mode(const Node& saturation, const Value& x) {
    const auto inside = polynomial(saturation->input_value(0), x);
    if (!inside || (*inside)[0] != 0 || (*inside)[2] != 0) {
        return std::nullopt;
    }
    const double linear = (*inside)[1];
    const double cubic = (*inside)[3];
    if (ov::is_type<ov::op::v0::Erf>(saturation)) {
        return cubic == 0 && is_literal(linear, {1 / kSqrt2, as_half(1 / kSqrt2), 1 / as_half(kSqrt2)})
                   ? std::optional(ov::op::GeluApproximationMode::ERF)
                   : std::nullopt;
    }
    return is_literal(linear, {kSqrt2OverPi, as_half(kSqrt2OverPi)}) &&
                   is_literal(cubic / linear, {kCubic, as_half(kCubic)})
               ? std::optional(ov::op::GeluApproximationMode::TANH)
               : std::nullopt;
}

// x * (1 + Erf(x / sqrt(2))) * 0.5,
// x * (1 + Tanh(sqrt(2/pi) * (x + 0.044715 x^3))) * 0.5, multiplied and distributed in any order    ==>    Gelu(x)
bool fuse_gelu(const Node& node, Editor& editor) {
    const auto product = flatten_product(node, editor);
    if (product.factors.size() != 2) {
        return false;
    }
    for (const std::size_t i : {0, 1}) {
        const auto& x = product.factors[i];
        const auto saturation = find_saturation(product.factors[1 - i]);
        const auto mode = saturation ? find_mode(saturation, x) : std::nullopt;
        const auto gate = mode ? polynomial(product.factors[1 - i], saturation->output(0)) : std::nullopt;
        if (!gate || (*gate)[0] != (*gate)[1] || !is_literal(product.constant * (*gate)[0], {0.5})) {
            continue;
        }
        return editor.replace(node->output(0), std::make_shared<ov::op::v7::Gelu>(x, *mode)->output(0),
                              "Gelu recognized");
    }
    return false;
}

}  // namespace

Rules gelu_rules() {
    return {on<ov::op::v1::Multiply>(fuse_gelu)};
}

}  // namespace octet::rewrite
