#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "support.hpp"

namespace octet::test {
namespace {

using ov::op::v1::Add;
using ov::op::v1::Divide;
using ov::op::v1::Maximum;
using ov::op::v1::Minimum;
using ov::op::v1::Multiply;
using ov::op::v1::Power;
using ov::op::v1::Subtract;

template <class Operation, class... Arguments>
Value make(Arguments... arguments) {
    return std::make_shared<Operation>(arguments...);
}

Value limited(const Value& x, float low, float high) {
    return make<Minimum>(make<Maximum>(x, scalar(low)), scalar(high));
}

Value shifted_relu6(const Value& x) {
    return limited(make<Add>(x, scalar(3)), 0, 6);
}

Value erf_gate(const Value& x, const Value& root) {
    return make<Add>(make<ov::op::v0::Erf>(make<Divide>(x, root)), scalar(1));
}

Value tanh_gate(const Value& inside) {
    return make<Add>(make<ov::op::v0::Tanh>(inside), scalar(1));
}

Value negated(const Value& x) {
    return make<ov::op::v0::Negative>(x);
}

constexpr float kSqrt2 = 1.41421356F;
constexpr float kSqrt2OverPi = 0.79788456F;

struct ActivationCase {
    std::string name;
    std::function<Value(const Value&)> build;
    std::vector<std::string> types;  ///< what is left
    double tolerance = 1e-6;
    std::function<void(const ov::Node&)> check = [](const ov::Node&) {};
};

void check(const ActivationCase& param) {
    SCOPED_TRACE(param.name);
    for (const auto& shape : {ov::PartialShape{2, 5, 64}, ov::PartialShape{-1, 5, -1}}) {
        const auto last = param.build(parameter(shape));
        last.get_node()->set_friendly_name("last");
        last.get_node()->get_rt_info()["mark"] = 1;
        const auto result = prepared(model_of({last}));
        EXPECT_EQ(result.types(), param.types) << shape;
        const auto producer = result.after->get_results()[0]->get_input_node_shared_ptr(0);
        EXPECT_EQ(producer->get_friendly_name(), "last");
        EXPECT_EQ(producer->get_rt_info().count("mark"), 1U);
        param.check(*producer);
        EXPECT_SAME_MODEL(result, param.tolerance);
    }
}

template <class Operation>
const Operation& as(const ov::Node& node) {
    return dynamic_cast<const Operation&>(node);
}

void is_clamp_0_6(const ov::Node& node) {
    EXPECT_EQ(as<ov::op::v0::Clamp>(node).get_min(), 0);
    EXPECT_EQ(as<ov::op::v0::Clamp>(node).get_max(), 6);
}
void is_clamp_1_2(const ov::Node& node) {
    EXPECT_EQ(as<ov::op::v0::Clamp>(node).get_min(), 1);
    EXPECT_EQ(as<ov::op::v0::Clamp>(node).get_max(), 2);
}
void has_slope_quarter(const ov::Node& node) {
    EXPECT_EQ(values_of(node.input_value(1)), (std::vector<float>{0.25F}));
}
void has_beta(const ov::Node& node) {
    EXPECT_EQ(values_of(node.input_value(1)), (std::vector<float>{1.702F}));
}

TEST(PrepareActivations, LimitsAreRecognized) {
    const ActivationCase cases[] = {
        ActivationCase{"Relu", [](const Value& x) { return make<Maximum>(x, scalar(0)); }, {"Relu"}},
        ActivationCase{"ReluFirstOperand", [](const Value& x) { return make<Maximum>(scalar(0), x); }, {"Relu"}},
        ActivationCase{"MaximumOfOther", [](const Value& x) { return make<Maximum>(x, scalar(-0.4F)); }, {"Maximum"}},
        ActivationCase{"Clamp", [](const Value& x) { return limited(x, 0, 6); }, {"Clamp"}, 0, is_clamp_0_6},
        ActivationCase{"ClampMinimumFirst",
                       [](const Value& x) { return make<Maximum>(make<Minimum>(x, scalar(6)), scalar(0)); },
                       {"Clamp"},
                       0,
                       is_clamp_0_6},
        ActivationCase{"ReluThenMinimum",
                       [](const Value& x) { return make<Minimum>(make<ov::op::v0::Relu>(x), scalar(6)); },
                       {"Clamp"},
                       0,
                       is_clamp_0_6},
        ActivationCase{"ManyLimits",
                       [](const Value& x) { return limited(make<Maximum>(limited(x, -1, 2), scalar(1)), -3, 3); },
                       {"Clamp"},
                       0,
                       is_clamp_1_2},
        ActivationCase{"LimitsThatCross", [](const Value& x) { return limited(x, 2, 1); }, {"Maximum", "Minimum"}, 0}};
    for (const auto& param : cases) {
        check(param);
    }
}

TEST(PrepareActivations, HardAreRecognized) {
    const ActivationCase cases[] = {
        ActivationCase{"HSwishDivided",
                       [](const Value& x) { return make<Divide>(make<Multiply>(x, shifted_relu6(x)), scalar(6)); },
                       {"HSwish"}},
        ActivationCase{"HSwishGateDivided",
                       [](const Value& x) { return make<Multiply>(make<Divide>(shifted_relu6(x), scalar(6)), x); },
                       {"HSwish"}},
        ActivationCase{
            "HSwishDataScaledFirst",
            [](const Value& x) { return make<Multiply>(make<Multiply>(x, scalar(1 / 6.0F)), shifted_relu6(x)); },
            {"HSwish"}},
        ActivationCase{"HSwishOfOtherScale",
                       [](const Value& x) { return make<Multiply>(make<Multiply>(x, shifted_relu6(x)), scalar(0.5F)); },
                       {"HSwish", "Multiply"}},
        ActivationCase{"HSwishOfOtherShift",
                       [](const Value& x) {
                           const auto gate = limited(make<Add>(x, scalar(2.5F)), 0, 6);
                           return make<Multiply>(make<Multiply>(x, gate), scalar(1 / 6.0F));
                       },
                       {"Add", "Clamp", "Multiply", "Multiply"}},
        ActivationCase{
            "HSigmoid", [](const Value& x) { return make<Divide>(shifted_relu6(x), scalar(6)); }, {"HSigmoid"}},
        ActivationCase{"HSigmoidClampedToOne",
                       [](const Value& x) {
                           const auto line = make<Add>(make<Multiply>(x, scalar(1 / 6.0F)), scalar(0.5F));
                           return limited(line, 0, 1);
                       },
                       {"HSigmoid"}},
        ActivationCase{"HardSigmoidOfOneSixth",
                       [](const Value& x) { return make<ov::op::v0::HardSigmoid>(x, scalar(1 / 6.0F), scalar(0.5F)); },
                       {"HSigmoid"}},
        ActivationCase{"HardSigmoidOfOneFifth",
                       [](const Value& x) { return make<ov::op::v0::HardSigmoid>(x, scalar(0.2F), scalar(0.5F)); },
                       {"HardSigmoid"}}};
    for (const auto& param : cases) {
        check(param);
    }
}

TEST(PrepareActivations, SmoothAreRecognized) {
    const ActivationCase cases[] = {
        ActivationCase{
            "Swish", [](const Value& x) { return make<Multiply>(make<ov::op::v0::Sigmoid>(x), x); }, {"Swish"}},
        ActivationCase{"SwishWithBeta",
                       [](const Value& x) {
                           const auto scaled = make<Multiply>(scalar(1.702F), x);
                           return make<Multiply>(x, make<ov::op::v0::Sigmoid>(scaled));
                       },
                       {"Swish"},
                       1e-6,
                       has_beta},
        ActivationCase{"GatedBySomethingElse",
                       [](const Value& x) {
                           const auto shifted = make<Add>(x, scalar(1));
                           return make<Multiply>(x, make<ov::op::v0::Sigmoid>(shifted));
                       },
                       {"Add", "Sigmoid", "Multiply"}},
        ActivationCase{"SigmoidByExp",
                       [](const Value& x) {
                           const auto exp = make<ov::op::v0::Exp>(negated(x));
                           return make<Divide>(scalar(1), make<Add>(exp, scalar(1)));
                       },
                       {"Sigmoid"}},
        ActivationCase{"SwishByExp",
                       [](const Value& x) {
                           const auto exp = make<ov::op::v0::Exp>(make<Multiply>(x, scalar(-1)));
                           return make<Divide>(x, make<Add>(scalar(1), exp));
                       },
                       {"Swish"}},
        ActivationCase{
            "SoftPlus",
            [](const Value& x) { return make<ov::op::v0::Log>(make<Add>(make<ov::op::v0::Exp>(x), scalar(1))); },
            {"SoftPlus"}},
        ActivationCase{"Mish",
                       [](const Value& x) {
                           const auto inside = make<ov::op::v0::Log>(make<Add>(make<ov::op::v0::Exp>(x), scalar(1)));
                           return make<Multiply>(x, make<ov::op::v0::Tanh>(inside));
                       },
                       {"Mish"},
                       1e-5},
        ActivationCase{"LeakyRelu",
                       [](const Value& x) { return make<Maximum>(x, make<Multiply>(x, scalar(0.25F))); },
                       {"PRelu"},
                       0,
                       has_slope_quarter},
        ActivationCase{"LeakyReluTooSteep",
                       [](const Value& x) { return make<Maximum>(x, make<Multiply>(x, scalar(1.5F))); },
                       {"Multiply", "Maximum"}},
        ActivationCase{"PReluOfNegatedRelu",
                       [](const Value& x) {
                           const auto negative = make<ov::op::v0::Relu>(negated(x));
                           return make<Add>(make<ov::op::v0::Relu>(x), make<Multiply>(negative, scalar(-0.25F)));
                       },
                       {"PRelu"},
                       1e-6,
                       has_slope_quarter},
        ActivationCase{"PReluOfMinimum",
                       [](const Value& x) {
                           const auto negative = make<Minimum>(x, scalar(0));
                           return make<Add>(make<Multiply>(scalar(0.25F), negative), make<ov::op::v0::Relu>(x));
                       },
                       {"PRelu"},
                       1e-6,
                       has_slope_quarter},
        ActivationCase{"PReluOfAbsByChannel",
                       [](const Value& x) {
                           const auto negative = make<Subtract>(x, make<ov::op::v0::Abs>(x));
                           const auto slope = constant({5, 1}, {0.1F, 0.2F, 0.3F, 0.4F, 0.5F});
                           return make<Add>(make<ov::op::v0::Relu>(x), make<Multiply>(negative, slope));
                       },
                       {"PRelu"}}};
    for (const auto& param : cases) {
        check(param);
    }
}

Value cube(const Value& x) {
    return make<Power>(x, scalar(3));
}

TEST(PrepareActivations, GeluAreRecognized) {
    const ActivationCase cases[] = {
        ActivationCase{
            "ErfHalfLast",
            [](const Value& x) { return make<Multiply>(make<Multiply>(x, erf_gate(x, scalar(kSqrt2))), scalar(0.5F)); },
            {"Gelu"}},
        ActivationCase{
            "ErfHalfFirst",
            [](const Value& x) { return make<Multiply>(make<Multiply>(x, scalar(0.5F)), erf_gate(x, scalar(kSqrt2))); },
            {"Gelu"}},
        ActivationCase{
            "ErfHalfOfGate",
            [](const Value& x) { return make<Multiply>(x, make<Multiply>(scalar(0.5F), erf_gate(x, scalar(kSqrt2)))); },
            {"Gelu"}},
        ActivationCase{"ErfHalfDistributed",
                       [](const Value& x) {
                           const auto erf = make<ov::op::v0::Erf>(make<Multiply>(x, scalar(1 / kSqrt2)));
                           return make<Multiply>(x, make<Add>(make<Multiply>(erf, scalar(0.5F)), scalar(0.5F)));
                       },
                       {"Gelu"}},
        ActivationCase{
            "ErfDataHalvedByDivision",
            [](const Value& x) { return make<Multiply>(make<Divide>(x, scalar(2)), erf_gate(x, scalar(kSqrt2))); },
            {"Gelu"}},
        ActivationCase{"ErfRootStoredAsHalf",
                       [](const Value& x) {
                           const auto gate = erf_gate(x, compressed(scalar(kSqrt2)));
                           return make<Multiply>(make<Multiply>(x, gate), compressed(scalar(0.5F)));
                       },
                       {"Gelu"},
                       1e-4},
        ActivationCase{
            "ErfOfOtherRoot",
            [](const Value& x) { return make<Multiply>(make<Multiply>(x, erf_gate(x, scalar(1.5F))), scalar(0.5F)); },
            {"Multiply", "Erf", "Add", "Multiply", "Multiply"}},
        ActivationCase{"TanhPower",
                       [](const Value& x) {
                           const auto sum = make<Add>(x, make<Multiply>(cube(x), scalar(0.044715F)));
                           const auto gate = tanh_gate(make<Multiply>(sum, scalar(kSqrt2OverPi)));
                           return make<Multiply>(make<Multiply>(x, scalar(0.5F)), gate);
                       },
                       {"Gelu"}},
        ActivationCase{"TanhProducts",
                       [](const Value& x) {
                           const auto squared = make<Multiply>(x, make<Multiply>(x, scalar(0.044715F)));
                           const auto sum = make<Add>(x, make<Multiply>(x, squared));
                           const auto gate = tanh_gate(make<Multiply>(scalar(kSqrt2OverPi), sum));
                           return make<Multiply>(x, make<Multiply>(scalar(0.5F), gate));
                       },
                       {"Gelu"}},
        ActivationCase{"TanhFactoredOut",
                       [](const Value& x) {
                           const auto squared = make<Multiply>(make<Multiply>(x, x), scalar(0.044715F));
                           const auto line = make<Multiply>(x, scalar(kSqrt2OverPi));
                           const auto gate = tanh_gate(make<Multiply>(line, make<Add>(squared, scalar(1))));
                           return make<Multiply>(make<Multiply>(x, gate), scalar(0.5F));
                       },
                       {"Gelu"}}};
    for (const auto& param : cases) {
        check(param);
    }
}

TEST(PrepareActivation, ALimitThatAlsoOthersReadStays) {
    const auto relu = named("relu", std::make_shared<ov::op::v0::Relu>(parameter({2, 3})));
    const auto six = named("six", std::make_shared<Minimum>(relu, scalar(6)));
    const auto result = prepared(model_of({relu, six}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Relu", "Minimum"}));
    EXPECT_SAME_MODEL(result, 0);
}

}  // namespace
}  // namespace octet::test
