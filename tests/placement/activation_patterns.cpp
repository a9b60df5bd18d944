// Activations, squeeze and excite, softmax.

#include "placement/pattern_cases.hpp"

namespace octet::testing {
namespace {

using namespace ov::op;

template <class Layer, class Activation, class Gate>
Output squeeze_and_excite(const Layer& layer, const Activation& activation, const Gate& gate) {
    const auto x = inner();
    const auto pool = make<v1::ReduceMean>("pool", x, integers({2}), true);
    return times("product", x, gate(layer(activation(layer(pool, "down")), "up")));
}

Output biased_swish(const Output& x) {
    return swish(plus("bias", x));
}

Output variable_bias(const Output& x = inner(), const std::string& name = "conv") {
    return plus(name + "/add", unbiased(x, name), inner(name + "/variable"));
}

Output prelu(const Output& x) {
    return make<v0::PRelu>("prelu", x, number(0.5));
}

Output sigmoid(const Output& x) {
    return make<v0::Sigmoid>("gate", x);
}

/// x * clamp(x + 3)
Output hard_swish(const Output& x, const Output& offset = number(3)) {
    return times("product", clamp(plus("plus", x, offset)), x);
}

/// x * (clamp(x + 3) * factor)
Output hard_swish_v2(const Output& x, const Output& offset = number(3), const Output& factor = number(1.0F / 6)) {
    return times("product", times("sixth", clamp(plus("plus", x, offset)), factor), x);
}

Output biased_hard_swish(const Output& x) {
    return hard_swish(plus("bias", x));
}

Output sixth(const Output& x) {
    return times("sixth", x, number(1.0F / 6));
}

Output exponent() {
    return make<v0::Exp>("exp", inner());
}

Output total(const Output& x, const Output& axis = integers({1})) {
    return make<v1::ReduceSum>("total", x, axis, true);
}

Output softmax(const Output& x, const Output& divisor, const Output& power = number(-1)) {
    return times("product", x, make<v1::Power>("inverse", divisor, power));
}

Output softmax_div(const Output& x, const Output& divisor) {
    return make<v1::Divide>("quotient", x, divisor);
}

Output unsqueeze(const Output& axis = integers({0})) {
    return make<v0::Unsqueeze>("unsqueeze", inner(), axis);
}

Output squeeze(const Output& x) {
    return make<v0::Squeeze>("squeeze", x, integers({0}));
}

}  // namespace

std::vector<PatternCase> activation_patterns() {
    const auto e = exponent();
    return {
        takes("swish_activation", "", swish(biased()), {"conv/add", "swish"}, {"conv"}),
        takes("swish_activation", "without_bias", swish(unbiased()), {"swish"}, {"conv"}),
        takes("swish_activation", "of_depthwise", swish(depthwise(inner(), "conv", 1)), {"swish"}, {"conv"}),
        leaves("swish_activation", "of_matmul_without_bias", swish(linear()), {"swish"}),
        leaves("swish_activation", "beside_another_reader", beside_another_reader(unbiased(), biased_swish),
               {"bias", "swish"}),

        takes("se_block", "", squeeze_and_excite(biased, act, sigmoid),
              {"down", "down/add", "act", "up", "up/add", "gate"}, {"pool", "product"}),
        takes("se_block", "with_swish", squeeze_and_excite(biased, swish, sigmoid),
              {"down", "down/add", "swish", "up", "up/add", "gate"}, {"pool", "product"}),
        takes("se_block", "without_biases", squeeze_and_excite(unbiased, act, sigmoid), {"down", "act", "up", "gate"},
              {"pool", "product"}),
        takes("se_block", "with_prelu", squeeze_and_excite(unbiased, prelu, sigmoid), {"down", "prelu", "up", "gate"}),
        leaves("se_block", "variable_biases", squeeze_and_excite(variable_bias, act, sigmoid), {"down", "up", "gate"}),
        leaves("se_block", "of_matmul_without_bias", squeeze_and_excite(linear, act, sigmoid), {"down", "up", "gate"}),
        leaves("se_block", "with_another_gate", squeeze_and_excite(biased, act, clamp), {"down", "up", "clamp"}),

        takes("hswish_activation", "", sixth(hard_swish(biased())), {"conv/add", "plus", "clamp", "product", "sixth"},
              {"conv"}),
        takes("hswish_activation", "without_bias", sixth(hard_swish(unbiased())), {"plus", "clamp", "product", "sixth"},
              {"conv"}),
        leaves("hswish_activation", "of_matmul_without_bias", sixth(hard_swish(linear())), {"product", "sixth"}),
        leaves("hswish_activation", "variable_bias", sixth(hard_swish(variable_bias())), {"product", "sixth"}),
        leaves("hswish_activation", "variable_shift", sixth(hard_swish(biased(), variable())), {"plus", "product"}),
        leaves("hswish_activation", "variable_scale", times("sixth", hard_swish(biased()), variable()), {"sixth"}),
        leaves("hswish_activation", "beside_another_reader",
               beside_another_reader(unbiased(), [](const Output& x) { return sixth(biased_hard_swish(x)); }),
               {"product", "sixth"}),

        takes("hswish_activation_without_denominator", "", hard_swish(biased()),
              {"conv/add", "plus", "clamp", "product"}, {"conv"}),
        takes("hswish_activation_without_denominator", "without_bias", hard_swish(unbiased()),
              {"plus", "clamp", "product"}, {"conv"}),
        leaves("hswish_activation_without_denominator", "of_matmul_without_bias", hard_swish(linear()), {"product"}),
        leaves("hswish_activation_without_denominator", "variable_bias", hard_swish(variable_bias()), {"product"}),
        leaves("hswish_activation_without_denominator", "variable_shift", hard_swish(biased(), variable()),
               {"product"}),
        leaves("hswish_activation_without_denominator", "beside_another_reader",
               beside_another_reader(unbiased(), biased_hard_swish), {"product"}),
        leaves("hswish_activation_without_denominator", "of_two_tensors",
               times("product", clamp(plus("plus", biased())), variable()), {"clamp", "product"}),

        takes("hswish_activation_v2", "", hard_swish_v2(sum()), {"plus", "clamp", "sixth", "product"}, {"sum"}),
        takes("hswish_activation_v2", "of_multiply", hard_swish_v2(times("y", inner(), variable())),
              {"plus", "clamp", "sixth", "product"}, {"y"}),
        takes("hswish_activation_v2", "of_reduce_mean",
              hard_swish_v2(make<v1::ReduceMean>("y", inner(), integers({2}), true)),
              {"plus", "clamp", "sixth", "product"}, {"y"}),
        takes("hswish_activation_v2", "of_squeeze", hard_swish_v2(make<v0::Squeeze>("y", inner(), integers({0}))),
              {"plus", "clamp", "sixth", "product"}, {"y"}),
        takes("hswish_activation_v2", "without_bias", hard_swish_v2(unbiased()), {"plus", "clamp", "sixth", "product"},
              {"conv"}),
        leaves("hswish_activation_v2", "of_relu", hard_swish_v2(inner()), {"plus", "product"}),
        leaves("hswish_activation_v2", "variable_shift", hard_swish_v2(sum(), inner("offset")), {"product"}),
        leaves("hswish_activation_v2", "variable_scale", hard_swish_v2(sum(), number(3), inner("factor")),
               {"clamp", "product"}),

        takes("hswish_activation_clamp_multiply", "", sixth(clamp(inner())), {"clamp", "sixth"}),
        leaves("hswish_activation_clamp_multiply", "variable", times("product", clamp(inner()), variable()),
               {"clamp", "product"}),

        takes("fc_bn_hswish_activation", "", squeeze(scale_shift(unsqueeze())),
              {"unsqueeze", "scale", "shift", "squeeze"}),
        leaves("fc_bn_hswish_activation", "without_axes", make<v0::Squeeze>("squeeze", scale_shift(unsqueeze())),
               {"unsqueeze", "scale", "squeeze"}),
        leaves("fc_bn_hswish_activation", "variable_axis", squeeze(scale_shift(unsqueeze(any_numbers(1)))),
               {"unsqueeze", "scale", "squeeze"}),
        leaves("fc_bn_hswish_activation", "variable_scale", squeeze(scale_shift_by(unsqueeze(), variable(), number(3))),
               {"unsqueeze", "scale", "squeeze"}),
        leaves("fc_bn_hswish_activation", "variable_shift", squeeze(scale_shift_by(unsqueeze(), number(2), variable())),
               {"unsqueeze", "scale", "shift", "squeeze"}),

        takes("softmax", "", softmax(e, total(e)), {"exp", "total", "inverse", "product"}),
        leaves("softmax", "of_two_tensors", softmax(variable(), total(e)), {"exp", "total", "product"}),
        leaves("softmax", "variable_axis", softmax(e, total(e, any_numbers(1))), {"exp", "total", "product"}),
        leaves("softmax", "variable_power", softmax(e, total(e), variable()), {"exp", "total", "product"}),

        takes("softmax_div", "", softmax_div(e, total(e)), {"exp", "total", "quotient"}),
        leaves("softmax_div", "of_two_tensors", softmax_div(variable(), total(e)), {"exp", "total", "quotient"}),
        leaves("softmax_div", "variable_axis", softmax_div(e, total(e, any_numbers(1))), {"exp", "total", "quotient"}),
    };
}

}  // namespace octet::testing
