// Biases, scales and shifts: alone, and fused into a weighted operation.

#include "placement/pattern_cases.hpp"

namespace octet::testing {
namespace {

using namespace ov::op;

Output bias(const Output& x) {
    return plus("bias", x);
}

Output deconvolution(const Output& x) {
    return make<v1::ConvolutionBackpropData>("deconv", x, random_constant({4, 4, 1, 1}, 1), ov::Strides{1, 1},
                                             ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
}

Output group_deconvolution(const Output& x) {
    return make<v1::GroupConvolutionBackpropData>("deconv", x, random_constant({4, 1, 1, 1, 1}, 1), ov::Strides{1, 1},
                                                  ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0},
                                                  ov::Strides{1, 1});
}

Output mvn() {
    return make<v6::MVN>("mvn", inner(), integers({2, 3}), true, 1e-5F, MVNEpsMode::INSIDE_SQRT);
}

Output norm() {
    return make<v0::NormalizeL2>("norm", inner(), integers({1}), 1e-5F, EpsMode::ADD);
}

Output hswish(const Output& x) {
    return make<v4::HSwish>("hswish", x);
}

Output scale(const Output& x) {
    return times("scale", x);
}

Output variable_bias() {
    return plus("bias", unbiased(), variable());
}

PatternCase activation(const std::string& variant, const Output& x) {
    return takes("fused_activation_scale_shift", variant, scale_shift(x),
                 {x.get_node()->get_friendly_name(), "scale", "shift"}, {"conv"});
}

template <class Operation>
PatternCase elementwise(const std::string& type) {
    return takes("fused_op_const", type, make<Operation>("op", act(linear()), number(2)), {"act", "op"}, {"matmul"});
}

}  // namespace

std::vector<PatternCase> scale_patterns() {
    return {
        takes("operation_with_bias", "", biased(), {"conv/add"}, {"conv"}),
        takes("operation_with_bias", "of_depthwise", bias(depthwise(inner(), "conv", 1)), {"bias"}, {"conv"}),
        takes("operation_with_bias", "of_deconvolution", bias(deconvolution(inner())), {"bias"}, {"deconv"}),
        takes("operation_with_bias", "of_group_deconvolution", bias(group_deconvolution(inner())), {"bias"},
              {"deconv"}),
        takes("operation_with_bias", "of_matmul", beside_another_reader(linear(), bias), {"bias"}, {"matmul"}),
        takes("operation_with_bias", "of_two_activations",
              bias(make<v0::MatMul>("matmul", inner(), variable(), false, false)), {"bias"}, {"matmul"}),
        leaves("operation_with_bias", "beside_another_reader", beside_another_reader(unbiased(), bias), {"bias"}),
        leaves("operation_with_bias", "variable", variable_bias(), {"bias"}),

        takes("scale_shift_add", "", plus("shift", times("scale", inner(), variable())), {"shift"}, {"scale"}),
        leaves("scale_shift_add", "variable", scale_shift_by(inner(), number(2), variable()), {"shift"}),

        takes("add_scale_shift", "", scale_shift(sum()), {"scale", "shift", "result"}, {"sum"}),
        takes("add_scale_shift", "without_bias", scale_shift(unbiased()), {"scale", "shift", "result"}, {"conv"}),
        leaves("add_scale_shift", "variable_scale", scale_shift_by(sum(), variable(), number(3)), {"scale"}),
        leaves("add_scale_shift", "variable_shift", scale_shift_by(sum(), number(2), variable()), {"scale", "shift"}),
        leaves("add_scale_shift", "inside_the_model", act(scale_shift(sum())), {"sum", "scale"}),

        takes("mvn_scale_shift", "", scale_shift(mvn()), {"scale", "shift"}, {"mvn"}),
        leaves("mvn_scale_shift", "variable_scale", scale_shift_by(mvn(), variable(), number(3)), {"scale"}),
        leaves("mvn_scale_shift", "variable_shift", scale_shift_by(mvn(), number(2), variable()), {"scale", "shift"}),

        takes("normalize_l2", "", times("scale", norm(), variable()), {"scale"}, {"norm"}),
        leaves("normalize_l2", "add", plus("shift", norm()), {"shift"}),

        takes("fused_scale_shift", "", scale_shift(act(biased())), {"conv/add", "act", "scale", "shift"}, {"conv"}),
        takes("fused_scale_shift", "without_bias", scale_shift(act(unbiased())), {"act", "scale", "shift"}, {"conv"}),
        takes("fused_scale_shift", "without_activation", scale_shift(linear()), {"scale", "shift"}, {"matmul"}),
        leaves("fused_scale_shift", "beside_another_reader", beside_another_reader(act(biased()), scale_shift),
               {"scale"}),
        leaves("fused_scale_shift", "variable_bias", scale_shift(act(variable_bias())), {"act", "scale"}),
        leaves("fused_scale_shift", "variable_scale", scale_shift_by(act(biased()), variable(), number(3)), {"scale"}),
        leaves("fused_scale_shift", "variable_shift", scale_shift_by(act(biased()), number(2), variable()), {"shift"}),

        takes("fused_op_const", "", scale(act(biased())), {"conv/add", "act", "scale"}, {"conv"}),
        takes("fused_op_const", "without_activation", scale(biased()), {"conv/add", "scale"}, {"conv"}),
        takes("fused_op_const", "of_sigmoid", scale(make<v0::Sigmoid>("act", unbiased())), {"act", "scale"}),
        takes("fused_op_const", "of_prelu", scale(make<v0::PRelu>("act", unbiased(), number(1))), {"act", "scale"}),
        elementwise<v1::Add>("add"),
        elementwise<v1::Subtract>("subtract"),
        elementwise<v1::Divide>("divide"),
        elementwise<v1::Maximum>("maximum"),
        elementwise<v1::Minimum>("minimum"),
        elementwise<v1::FloorMod>("floor_mod"),
        elementwise<v1::Less>("less"),
        elementwise<v1::LessEqual>("less_equal"),
        elementwise<v1::Greater>("greater"),
        elementwise<v1::GreaterEqual>("greater_equal"),
        elementwise<v1::Equal>("equal"),
        elementwise<v1::NotEqual>("unequal"),
        leaves("fused_op_const", "power", make<v1::Power>("op", act(linear()), number(2)), {"act", "op"}),
        leaves("fused_op_const", "beside_another_reader", beside_another_reader(act(unbiased()), scale),
               {"act", "scale"}),
        leaves("fused_op_const", "variable_bias", scale(act(variable_bias())), {"act", "scale"}),
        leaves("fused_op_const", "variable", times("scale", act(unbiased()), variable()), {"act", "scale"}),
        leaves("fused_op_const", "of_hswish", scale(hswish(unbiased())), {"hswish", "scale"}),

        takes("fused_activation_scale_shift", "", scale_shift(hswish(biased())),
              {"conv/add", "hswish", "scale", "shift"}, {"conv"}),
        activation("without_bias", hswish(unbiased())),
        activation("of_elu", make<v0::Elu>("elu", unbiased(), 1)),
        activation("of_gelu", make<v7::Gelu>("gelu", unbiased())),
        activation("of_hsigmoid", make<v5::HSigmoid>("hsigmoid", unbiased())),
        activation("of_mish", make<v4::Mish>("mish", unbiased())),
        activation("of_softplus", make<v4::SoftPlus>("softplus", unbiased())),
        activation("of_swish", swish(unbiased())),
        activation("of_tanh", make<v0::Tanh>("tanh", unbiased())),
        leaves("fused_activation_scale_shift", "of_exp", scale_shift(make<v0::Exp>("exp", unbiased())), {"scale"}),
        leaves("fused_activation_scale_shift", "beside_another_reader",
               beside_another_reader(hswish(biased()), scale_shift), {"scale"}),
        leaves("fused_activation_scale_shift", "variable_bias", scale_shift(hswish(variable_bias())), {"scale"}),
        leaves("fused_activation_scale_shift", "variable_scale",
               scale_shift_by(hswish(biased()), variable(), number(3)), {"scale"}),
        leaves("fused_activation_scale_shift", "variable_shift",
               scale_shift_by(hswish(biased()), number(2), variable()), {"scale", "shift"}),
    };
}

}  // namespace octet::testing
