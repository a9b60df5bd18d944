#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "support.hpp"

namespace octet::test {
namespace {

using ov::op::v0::MatMul;
using ov::op::v1::Add;
using ov::op::v1::Divide;
using ov::op::v1::Multiply;
using ov::op::v1::Subtract;
using Types = std::vector<std::string>;

std::shared_ptr<ov::Node> batch_norm(const Value& data, std::size_t channels) {
    auto node = std::make_shared<ov::op::v5::BatchNormInference>(data, numbers({channels}, 11, 0.5F, 2),
                                                                 numbers({channels}, 12), numbers({channels}, 13),
                                                                 numbers({channels}, 14, 0.1F, 3), 1e-3);
    node->set_friendly_name("norm");
    return node;
}

struct WeightedCase {
    std::string name;
    ov::PartialShape shape;
    std::function<std::shared_ptr<ov::Node>(const Value&)> build;
    std::size_t out_channels = 0, in_channels = 0;
    bool is_padded = false;  ///< or otherwise uneven at the borders
};

const ov::CoordinateDiff kNoPads{0, 0};
const ov::Strides kOnes{1, 1};

const WeightedCase kWeighted[] = {
    {"Convolution",
     {1, 3, 6, 6},
     [](const Value& x) {
         return convolution(x, numbers({4, 3, 3, 3}, 1));
     },
     4,
     3},
    {"ConvolutionOfHalf",
     {1, 3, 6, 6},
     [](const Value& x) {
         return convolution(x, compressed(numbers({4, 3, 3, 3}, 1)));
     },
     4,
     3},
    {"ConvolutionOfDynamic",
     {-1, 3, -1, -1},
     [](const Value& x) {
         return convolution(x, numbers({4, 3, 1, 1}, 1));
     },
     4,
     3},
    {"PaddedConvolution",
     {1, 3, 6, 6},
     [](const Value& x) {
         return convolution(x, numbers({4, 3, 3, 3}, 1), 1);
     },
     4,
     3,
     true},
    {"SameConvolutionOfDynamic",
     {-1, 3, -1, -1},
     [](const Value& x) {
         return std::make_shared<ov::op::v1::Convolution>(x, numbers({4, 3, 3, 3}, 1), kOnes, kNoPads, kNoPads, kOnes,
                                                          ov::op::PadType::SAME_UPPER);
     },
     4,
     3,
     true},
    {"Convolution1D",
     {1, 3, 6},
     [](const Value& x) {
         return convolution(x, numbers({4, 3, 2}, 1));
     },
     4,
     3},
    {"GroupConvolution",
     {1, 4, 6, 6},
     [](const Value& x) {
         return std::make_shared<ov::op::v1::GroupConvolution>(x, numbers({2, 3, 2, 3, 3}, 1), kOnes, kNoPads, kNoPads,
                                                               kOnes);
     },
     6,
     4},
    {"ConvolutionBackpropData",
     {1, 3, 5, 5},
     [](const Value& x) {
         return std::make_shared<ov::op::v1::ConvolutionBackpropData>(x, numbers({3, 4, 2, 2}, 1), ov::Strides{2, 2},
                                                                      kNoPads, kNoPads, kOnes);
     },
     4,
     3,
     true},
    {"GroupConvolutionBackpropData",
     {1, 4, 5, 5},
     [](const Value& x) {
         return std::make_shared<ov::op::v1::GroupConvolutionBackpropData>(x, numbers({2, 2, 3, 2, 2}, 1),
                                                                           ov::Strides{2, 2}, kNoPads, kNoPads, kOnes);
     },
     6,
     4,
     true},
    {"MatMul",
     {2, 5, 3},
     [](const Value& x) {
         return std::make_shared<MatMul>(x, numbers({3, 4}, 1));
     },
     4,
     3},
    {"MatMulTransposed",
     {-1, -1, 3},
     [](const Value& x) {
         return std::make_shared<MatMul>(x, numbers({4, 3}, 1), false, true);
     },
     4,
     3},
};

// One number per channel, in the shape that broadcasts onto axis 1 of a convolution's tensor or the last of a MatMul's.
std::shared_ptr<Constant> by_channel(const ov::Node& op, std::size_t channels, unsigned seed) {
    if (ov::is_type<MatMul>(&op)) {
        return numbers({channels}, seed, 0.2F, 2);
    }
    ov::Shape shape(op.get_output_partial_shape(0).size() - 1, 1);
    shape[0] = channels;
    return numbers(shape, seed, 0.2F, 2);
}

std::shared_ptr<ov::Node> build(const WeightedCase& param, const Value& data) {
    return named("op", param.build(data));
}

void expect_bias(const WeightedCase& param, const Prepared& result) {
    const auto op = result.only(param.build(parameter(param.shape))->get_type_name());
    ASSERT_TRUE(op);
    EXPECT_EQ(op->get_friendly_name(), "op");
    const auto bias = find_bias(*op);
    ASSERT_TRUE(bias);
    EXPECT_EQ(bias->port, 1U);
    const auto constant = find_constant(bias->add->input_value(1));
    EXPECT_EQ(ov::shape_size(constant->get_shape()), param.out_channels);
    if (!ov::is_type<MatMul>(op)) {
        EXPECT_EQ(constant->get_shape().size(), op->get_output_partial_shape(0).size());
        EXPECT_EQ(constant->get_shape()[1], param.out_channels);
    }
}

Types without_convert(Types types) {
    types.erase(std::remove(types.begin(), types.end(), "Convert"), types.end());
    return types;
}

TEST(PrepareWeighted, TakesScaleAndShiftBehind) {
    for (const auto& param : kWeighted) {
        SCOPED_TRACE(param.name);
        const auto op = build(param, parameter(param.shape));
        const auto channels = param.out_channels;
        const auto bias = std::make_shared<Add>(by_channel(*op, channels, 2), op);
        const auto scaled = std::make_shared<Multiply>(bias, by_channel(*op, channels, 3));
        const auto shifted = std::make_shared<Subtract>(scaled, by_channel(*op, channels, 4));
        const auto halved = named("last", std::make_shared<Divide>(shifted, scalar(2)));
        const auto result = prepared(model_of({halved}));
        EXPECT_EQ(result.types(), (Types{op->get_type_name(), "Add"}));
        expect_bias(param, result);
        EXPECT_SAME_MODEL(result, 2e-6);
    }
}

TEST(PrepareWeighted, TakesAScaleInFront) {
    for (const auto& param : kWeighted) {
        SCOPED_TRACE(param.name);
        const auto x = parameter(param.shape);
        const auto like = param.build(x);
        const auto scaled = std::make_shared<Multiply>(x, by_channel(*like, param.in_channels, 2));
        const auto result = prepared(model_of({build(param, scaled)}));
        EXPECT_EQ(result.types(), (Types{like->get_type_name()}));
        EXPECT_SAME_MODEL(result, 2e-6);
    }
}

TEST(PrepareWeighted, TakesAShiftInFrontUnlessPadded) {
    for (const auto& param : kWeighted) {
        SCOPED_TRACE(param.name);
        const auto x = parameter(param.shape);
        const auto like = param.build(x);
        const auto shifted = std::make_shared<Add>(x, by_channel(*like, param.in_channels, 2));
        const auto op = build(param, shifted);
        const auto last = named("last", std::make_shared<ov::op::v0::Relu>(op));
        const auto result = prepared(model_of({last}));
        if (param.is_padded) {
            EXPECT_EQ(result.types(), (Types{"Add", like->get_type_name(), "Relu"}));
        } else {
            EXPECT_EQ(without_convert(result.types()), (Types{like->get_type_name(), "Add", "Relu"}));
            expect_bias(param, result);
        }
        EXPECT_SAME_MODEL(result, 2e-6);
    }
}

TEST(PrepareWeighted, StaysWhereOthersReadItsOutput) {
    for (const auto& param : kWeighted) {
        SCOPED_TRACE(param.name);
        const auto op = build(param, parameter(param.shape));
        const auto scaled = named("scaled", std::make_shared<Multiply>(op, by_channel(*op, param.out_channels, 2)));
        const auto result = prepared(model_of({op, scaled}));
        EXPECT_EQ(without_convert(result.types()), (Types{op->get_type_name(), "Multiply"}));
        EXPECT_SAME_MODEL(result, 0);
    }
}

TEST(PrepareWeighted, TakesABatchNorm) {
    for (const auto& param : kWeighted) {
        SCOPED_TRACE(param.name);
        const auto op = build(param, parameter(param.shape));
        if (ov::is_type<MatMul>(op)) {
            continue;  // BatchNormInference counts channels on axis 1
        }
        const auto result = prepared(model_of({named("last", batch_norm(op, param.out_channels))}));
        EXPECT_EQ(result.types(), (Types{op->get_type_name(), "Add"}));
        expect_bias(param, result);
        EXPECT_SAME_MODEL(result, 2e-6);
    }
}

TEST(PrepareScaleShift, MatMulOfTwoAxesTakesABatchNorm) {
    const auto op = std::make_shared<MatMul>(parameter({5, 3}), numbers({3, 4}, 1));
    const auto result = prepared(model_of({batch_norm(op, 4)}));
    EXPECT_EQ(result.types(), (Types{"MatMul", "Add"}));
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, NumbersAreWhatTheFormulaSays) {
    const auto conv = convolution(parameter({1, 1, 2, 2}), constant({2, 1, 1, 1}, {3, 5}));
    const auto norm =
        std::make_shared<ov::op::v5::BatchNormInference>(conv, constant({2}, {2, 4}), constant({2}, {1, -1}),
                                                         constant({2}, {10, 20}), constant({2}, {3.75F, 15.75F}), 0.25);
    const auto result = prepared(model_of({norm}));
    EXPECT_EQ(values_of(result.only("Convolution")->input_value(1)), (std::vector<float>{3, 5}));
    EXPECT_EQ(values_of(result.only("Add")->input_value(1)), (std::vector<float>{1 - 10, -1 - 20}));
}

TEST(PrepareScaleShift, BatchNormOfTheFirstOperationSetTakesItsInputsInItsOwnOrder) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1));
    const auto norm = std::make_shared<ov::op::v0::BatchNormInference>(conv, numbers({4}, 2, 0.5F, 2), numbers({4}, 3),
                                                                       numbers({4}, 4), numbers({4}, 5, 0.1F, 1), 1e-3);
    const auto result = prepared(model_of({norm}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Add"}));
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, BatchNormBehindAnActivationBecomesMultiplyAndAdd) {
    const auto relu = std::make_shared<ov::op::v0::Relu>(parameter({2, 3, 4, 4}));
    const auto norm = batch_norm(relu, 3);
    const auto halved = named("last", std::make_shared<Multiply>(norm, scalar(0.5F)));
    const auto result = prepared(model_of({halved}));
    EXPECT_EQ(result.types(), (Types{"Relu", "Multiply", "Add"}));
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, ABatchNormThatIsAnOutputKeepsItsNames) {
    const auto norm = batch_norm(convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1)), 4);
    norm->get_rt_info()["mark"] = 1;
    norm->output(0).set_names({"tensor"});
    const auto result = prepared(model_of({norm}));
    EXPECT_EQ(result.only("Add")->get_friendly_name(), "norm");
    EXPECT_EQ(result.only("Add")->get_rt_info().count("mark"), 1U);
    EXPECT_EQ(result.only("Convolution")->get_friendly_name(), "conv");
    EXPECT_TRUE(result.only("Convolution")->output(0).get_names().empty());
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, AScaledOutputTakesTheScalesNames) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1));
    conv->output(0).set_names({"unscaled"});
    const auto result = prepared(model_of({named("last", std::make_shared<Multiply>(conv, scalar(0.5F)))}));
    EXPECT_EQ(result.types(), (Types{"Convolution"}));
    EXPECT_EQ(result.only("Convolution")->get_friendly_name(), "last");
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, TheBiasOfOneOperationIsNotMovedIntoTheNext) {
    const auto first = named("first", convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1)));
    const auto bias = std::make_shared<Add>(first, numbers({1, 4, 1, 1}, 2));
    const auto second = named("second", convolution(bias, numbers({2, 4, 1, 1}, 3)));
    const auto result = prepared(model_of({second}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Add", "Convolution"}));
}

TEST(PrepareScaleShift, AShiftInFrontJoinsTheBias) {
    const auto x = std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 5, 3}));
    const auto scaled = std::make_shared<Multiply>(x, numbers({3}, 1));
    const auto shifted = std::make_shared<Add>(scaled, numbers({3}, 2));
    const auto matmul = std::make_shared<MatMul>(shifted, numbers({3, 4}, 3));
    const auto result = prepared(model_of({named("last", std::make_shared<Add>(matmul, numbers({4}, 4)))}));
    EXPECT_EQ(result.types(), (Types{"Sigmoid", "MatMul", "Add"}));
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareScaleShift, AScalarBiasGetsOneValuePerChannel) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1));
    const auto result = prepared(model_of({std::make_shared<Add>(conv, scalar(0.5F))}));
    EXPECT_EQ(find_constant(result.only("Add")->input_value(1))->get_shape(), (ov::Shape{1, 4, 1, 1}));
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareScaleShift, ABiasBehindASqueezeComesBeforeIt) {
    for (const auto& shape : {ov::PartialShape{1, 3, 6, 1}, ov::PartialShape{-1, 3, -1, 1}}) {
        const auto conv = convolution(parameter(shape), numbers({4, 3, 2, 1}, 1));
        const auto squeeze = named("squeeze", std::make_shared<ov::op::v0::Squeeze>(conv, indices({3})));
        const auto bias = named("bias", std::make_shared<Add>(squeeze, numbers({1, 4, 1}, 2)));
        const auto last = named("last", std::make_shared<ov::op::v0::Relu>(bias));
        const auto result = prepared(model_of({last}));
        EXPECT_EQ(result.types(), (Types{"Convolution", "Add", "Squeeze", "Relu"}));
        EXPECT_EQ(result.only("Add")->get_friendly_name(), "bias");
        EXPECT_EQ(result.only("Squeeze")->get_friendly_name(), "squeeze");
        EXPECT_SAME_MODEL(result, 1e-6);
    }
}

TEST(PrepareScaleShift, AShiftBehindASqueezeOfTheBatchStays) {
    const auto conv = convolution(parameter({1, 3, 6, 4}), numbers({4, 3, 1, 1}, 1));
    const auto squeeze = std::make_shared<ov::op::v0::Squeeze>(conv, indices({0}));
    const auto result = prepared(model_of({std::make_shared<Add>(squeeze, numbers({1, 6, 1}, 2))}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Squeeze", "Add"}));
    EXPECT_SAME_MODEL(result, 0);
}

struct FactorCase {
    std::string name;
    std::vector<float> factors;
    bool is_folded = false;
};

TEST(PrepareFactors, AreFoldedOnlyWhereNoDigitsAreLost) {
    const FactorCase cases[] = {{"Ordinary", {1, -2, 3}, true},
                                {"ADeadChannel", {1, 0, 3}, true},
                                {"ANearlyDeadChannel", {1, 1e-38F, 3}, true},
                                {"Zero", {0}},
                                {"Tiny", {1e-20F}},
                                {"Huge", {1e20F}},
                                {"Infinite", {1, std::numeric_limits<float>::infinity(), 1}},
                                {"NotANumber", {1, std::numeric_limits<float>::quiet_NaN(), 1}}};
    for (const auto& param : cases) {
        SCOPED_TRACE(param.name);
        const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({3, 3, 1, 1}, 1));
        const auto scaled = std::make_shared<Multiply>(conv, constant({1, param.factors.size(), 1, 1}, param.factors));
        const auto result = prepared(model_of({scaled}));
        EXPECT_EQ(result.count("Multiply"), param.is_folded ? 0U : 1U);
        EXPECT_SAME_MODEL(result, 2e-6);
    }
}

TEST(PrepareScaleShift, AFactorPerPositionStays) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1));
    const auto result = prepared(model_of({std::make_shared<Multiply>(conv, numbers({1, 1, 1, 4}, 2, 0.5F, 1))}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Multiply"}));
}

TEST(PrepareScaleShift, WeightsThatAreNotConstantStay) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), parameter({4, 3, 1, 1}, "weights"));
    const auto result = prepared(model_of({std::make_shared<Multiply>(conv, scalar(0.5F))}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Multiply"}));
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareScaleShift, SharedWeightsAreScaledForOneReaderOnly) {
    const auto weights = numbers({3, 3, 1, 1}, 1);
    const auto first = named("first", convolution(parameter({1, 3, 4, 4}), weights));
    const auto scaled = std::make_shared<ov::op::v0::Relu>(std::make_shared<Multiply>(first, scalar(0.5F)));
    const auto second = named("second", convolution(scaled, weights));
    const auto result = prepared(model_of({second}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Relu", "Convolution"}));
    EXPECT_SAME_MODEL(result, 2e-6);
}

TEST(PrepareChains, AreMergedIntoOneMultiplyAndOneAdd) {
    Value value = std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 3, 4}));
    value = std::make_shared<Subtract>(value, numbers({3, 1}, 1));
    value = std::make_shared<Divide>(value, numbers({3, 1}, 2, 0.5F, 2));
    value = std::make_shared<Multiply>(scalar(3), value);
    value = std::make_shared<Add>(scalar(3), value);
    value = std::make_shared<Add>(value, numbers({3, 1}, 3));
    value = named("last", std::make_shared<Multiply>(value, numbers({1, 3, 1}, 4, 0.5F, 2)));
    const auto result = prepared(model_of({value}));
    EXPECT_EQ(result.types(), (Types{"Sigmoid", "Multiply", "Add"}));
    EXPECT_SAME_MODEL(result, 1e-6);
}

TEST(PrepareChains, ConstantsThatWouldGrowStayApart) {
    Value value = std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 30, 40}));
    value = std::make_shared<Multiply>(value, numbers({30, 1}, 1, 0.5F, 1));
    value = std::make_shared<Multiply>(value, numbers({40}, 2, 0.5F, 1));
    const auto result = prepared(model_of({value}));
    EXPECT_EQ(result.types(), (Types{"Sigmoid", "Multiply", "Multiply"}));
}

TEST(PrepareChains, RoundingByALargeNumberStays) {
    Value value = parameter({2, 3});
    value = std::make_shared<Add>(value, scalar(8388608));
    value = std::make_shared<Subtract>(value, scalar(8388608));
    const auto result = prepared(model_of({value}));
    EXPECT_EQ(result.count("Add"), 2U);
}

TEST(PrepareChains, DivisionWithoutAReciprocalStays) {
    for (const float divisor : {0.0F, 1e-39F, 3e38F, std::numeric_limits<float>::infinity()}) {
        const auto result = prepared(model_of({std::make_shared<Divide>(parameter({2, 3}), scalar(divisor))}));
        EXPECT_EQ(result.types(), (Types{"Divide"})) << divisor;
    }
}

TEST(PrepareChains, IntegerArithmeticStays) {
    const auto x = parameter({2, 3}, "x", ov::element::i64);
    const auto less = std::make_shared<Subtract>(x, indices({5}));
    const auto result = prepared(model_of({std::make_shared<Divide>(less, indices({2}))}));
    EXPECT_EQ(result.types(), (Types{"Subtract", "Divide"}));
    EXPECT_SAME_MODEL(result, 0);
}

}  // namespace
}  // namespace octet::test
