#include <gtest/gtest.h>

#include "graph/constants.hpp"
#include "support.hpp"

namespace octet::test {
namespace {

// The bias of an ONNX convolution: [C] reshaped to [1,C,1,..] by the rank of the convolution's output.
Value onnx_bias(const Value& bias, const Value& conv) {
    const auto shape_of = [](const Value& value) {
        return std::make_shared<ov::op::v3::ShapeOf>(value, ov::element::i64);
    };
    const auto rest = std::make_shared<ov::op::v1::Subtract>(shape_of(shape_of(conv)), indices({2}));
    const auto ones = std::make_shared<ov::op::v3::Broadcast>(indices({1}), rest);
    const auto shape = std::make_shared<ov::op::v0::Concat>(ov::OutputVector{indices({1}), shape_of(bias), ones}, 0);
    return std::make_shared<ov::op::v1::Reshape>(bias, shape, false);
}

TEST(PrepareConstants, OnnxBiasIsFoundBehindTheConvolution) {
    for (const auto& shape : {ov::PartialShape{1, 3, 8, 8}, ov::PartialShape{-1, 3, -1, -1}}) {
        const auto conv = convolution(parameter(shape), numbers({4, 3, 1, 1}, 1));
        const auto add = named("add", std::make_shared<ov::op::v1::Add>(conv, onnx_bias(numbers({4}, 2), conv)));
        const auto result = prepared(model_of({add}));
        EXPECT_EQ(result.types(), (std::vector<std::string>{"Convolution", "Add"}));
        const auto bias = find_constant(result.only("Add")->input_value(1));
        ASSERT_TRUE(bias);
        EXPECT_EQ(bias->get_shape(), (ov::Shape{1, 4, 1, 1}));
        EXPECT_SAME_MODEL(result, 0);
    }
}

TEST(PrepareConstants, HalfWeightsStayHalfWhereOnlyTheirShapeChanges) {
    const auto weights = compressed(numbers({1, 1, 3, 4}, 1));  // as TFLite has them
    const auto turned = std::make_shared<ov::op::v1::Transpose>(weights, indices({3, 2, 0, 1}));
    const auto shaped = named("shaped", std::make_shared<ov::op::v1::Reshape>(turned, indices({4, 3, 1, 1}), false));
    const auto bias = std::make_shared<ov::op::v0::Unsqueeze>(compressed(numbers({4}, 2)), indices({0, 2, 3}));
    const auto conv = convolution(parameter({1, 3, 5, 5}), shaped);
    const auto result = prepared(model_of({std::make_shared<ov::op::v1::Add>(conv, bias)}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Convert", "Convolution", "Convert", "Add"}));
    for (const auto* type : {"Convolution", "Add"}) {
        const auto convert = result.only(type)->get_input_node_shared_ptr(1);
        EXPECT_EQ(find_constant(convert)->get_element_type(), ov::element::f16) << type;
        EXPECT_EQ(convert->get_rt_info().count("decompression_0"), 1U) << type;
    }
    EXPECT_EQ(result.only("Convolution")->get_input_node_ptr(1)->get_friendly_name(), "shaped");
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareConstants, HalfWeightsBecomeFloatWhereTheirValuesChange) {
    const auto weights = std::make_shared<ov::op::v1::Multiply>(compressed(numbers({4, 3}, 1)), scalar(0.3F));
    const auto matmul = std::make_shared<ov::op::v0::MatMul>(parameter({2, 3}), weights, false, true);
    const auto result = prepared(model_of({matmul}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"MatMul"}));
    EXPECT_SAME_MODEL(result, 1e-6);
}

TEST(PrepareConstants, UnchangedHalfWeightsAreNotTouched) {
    const auto weights = compressed(numbers({4, 3}, 1));
    const auto* before = weights.get_node();
    const auto matmul = std::make_shared<ov::op::v0::MatMul>(parameter({2, 3}), weights, false, true);
    const auto result = prepared(model_of({matmul}));
    EXPECT_EQ(result.only("MatMul")->get_input_node_ptr(1), before);
    EXPECT_TRUE(result.changes.empty());
}

TEST(PrepareConstants, WeightsStoredAsIntegersStaySo) {
    const auto integers =
        Constant::create(ov::element::i8, {4, 3}, std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3});
    const auto convert = std::make_shared<ov::op::v0::Convert>(integers, ov::element::f32);
    const auto weights = std::make_shared<ov::op::v1::Multiply>(convert, numbers({4, 1}, 1, 0.1F, 0.2F));
    const auto matmul = std::make_shared<ov::op::v0::MatMul>(parameter({2, 3}), weights, false, true);
    const auto result = prepared(model_of({matmul}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Convert", "Multiply", "MatMul"}));
    EXPECT_EQ(result.count("Constant"), 2U);
}

TEST(PrepareConstants, ShapesThatDependOnDynamicAxesStay) {
    const auto x = parameter({-1, 4, -1});
    const auto shape = std::make_shared<ov::op::v3::ShapeOf>(x, ov::element::i64);
    const auto batch =
        std::make_shared<ov::op::v8::Gather>(shape, indices({0}), Constant::create(ov::element::i64, {}, {0}));
    const auto target = std::make_shared<ov::op::v0::Concat>(ov::OutputVector{batch, indices({-1})}, 0);
    const auto result = prepared(model_of({std::make_shared<ov::op::v1::Reshape>(x, target, false)}));
    EXPECT_EQ(result.count("Reshape"), 1U);
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareConstants, InfinitiesAndNearlyInfiniteMasksSurvive) {
    const float lowest = std::numeric_limits<float>::lowest();
    for (const float mask : {-std::numeric_limits<float>::infinity(), lowest, -1e9F}) {
        const auto x = parameter({2, 4});
        const auto half = std::make_shared<ov::op::v1::Multiply>(x, scalar(0.5F));
        const auto masked = std::make_shared<ov::op::v1::Add>(half, constant({1, 4}, {0, mask, 0, 0}));
        const auto shifted = std::make_shared<ov::op::v1::Add>(masked, constant({1, 4}, {1, 2, 3, 4}));
        const auto scaled = std::make_shared<ov::op::v1::Multiply>(shifted, scalar(0.25F));
        const auto result = prepared(model_of({scaled, std::make_shared<ov::op::v8::Softmax>(scaled, 1)}));
        EXPECT_SAME_MODEL(result, 1e-6);
    }
}

}  // namespace
}  // namespace octet::test
