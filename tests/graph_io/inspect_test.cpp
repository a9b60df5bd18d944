#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "octet/model_io.hpp"

#include "graph/inspect.hpp"
#include "graph/write.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

TEST(Inspect, FindsNothingInAFloatModel) {
    EXPECT_TRUE(inspect(*float_model()).empty());
    EXPECT_EQ(find_quantized_operation(*float_model()), "");
}

TEST(Inspect, DescribesFakeQuantize) {
    const auto found = inspect(*conv_model());
    ASSERT_EQ(found.size(), 2U);
    const auto& activations = found[0];
    EXPECT_EQ(activations.name, "conv/fq_input");
    EXPECT_EQ(activations.kind, "activations");
    EXPECT_EQ(activations.tensor, "in");
    EXPECT_EQ(activations.consumers, std::vector<std::string>{"conv:0"});
    EXPECT_EQ(activations.bits, 8);
    EXPECT_EQ(activations.levels, 256U);
    EXPECT_EQ(activations.mode, "symmetric");
    EXPECT_EQ(activations.granularity, "pertensor");
    EXPECT_EQ(activations.low, std::vector<float>{-1.F});
    EXPECT_EQ(activations.high, std::vector<float>{127.F / 128});
    EXPECT_EQ(activations.samples, 0U);

    const auto& weights = found[1];
    EXPECT_EQ(weights.name, "conv/fq_weights");
    EXPECT_EQ(weights.kind, "weights");
    EXPECT_EQ(weights.tensor, "conv/weights");
    EXPECT_EQ(weights.consumers, std::vector<std::string>{"conv:1"});
    EXPECT_EQ(weights.levels, 255U);
    EXPECT_EQ(weights.mode, "symmetric");
    EXPECT_EQ(weights.granularity, "perchannel");
    EXPECT_EQ(weights.high, symmetric({8, 1, 1, 1}).high);
}

TEST(Inspect, SaysTheSameOfStoredWeights) {
    for (const float out_factor : {1.F, 2.F}) {
        Range range = symmetric({8, 1, 1, 1});
        range.out_factor = out_factor;
        const auto model = conv_model(range);
        const auto before = inspect(*model);
        compress_weights(*model);
        const auto after = inspect(*model);
        ASSERT_EQ(after.size(), before.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
            EXPECT_EQ(after[i].name, before[i].name);
            EXPECT_EQ(after[i].kind, before[i].kind);
            EXPECT_EQ(after[i].tensor, before[i].tensor);
            EXPECT_EQ(after[i].consumers, before[i].consumers);
            EXPECT_EQ(after[i].bits, before[i].bits);
            EXPECT_EQ(after[i].mode, before[i].mode);
            EXPECT_EQ(after[i].granularity, before[i].granularity);
            EXPECT_EQ(after[i].levels, before[i].levels);
            EXPECT_LT(largest_difference(after[i].low, before[i].low), 1e-6F);
            EXPECT_LT(largest_difference(after[i].high, before[i].high), 1e-6F);
        }
    }
}

struct ModeCase {
    const char* name;
    float low, high;
    std::size_t levels;
    const char* mode;
};

TEST(Inspect, TellsSymmetricFromAsymmetric) {
    const ModeCase cases[] = {
        {"narrow", -1, 1, 255, "symmetric"},      {"one more below", -128.F / 127, 1, 256, "symmetric"},
        {"unsigned", 0, 3, 256, "symmetric"},     {"off centre", -0.5F, 1, 256, "asymmetric"},
        {"below zero", -2, 0, 256, "asymmetric"}, {"away from zero", 1, 2, 256, "asymmetric"},
        {"nothing", 0, 0, 256, "symmetric"},
    };
    for (const auto& c : cases) {
        const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{4});
        const auto fq =
            fake_quantize("fq", parameter, {.shape = {}, .low = {c.low}, .high = {c.high}, .levels = c.levels});
        const ov::Model model(ov::OutputVector{fq}, ov::ParameterVector{parameter});
        ASSERT_EQ(inspect(model).size(), 1U);
        EXPECT_EQ(inspect(model)[0].mode, c.mode) << c.name;
    }
}

TEST(Inspect, KeepsTheRangeOfAsymmetricStoredWeights) {
    const auto model = conv_model({.shape = {8, 1, 1, 1},
                                   .low = std::vector<float>(8, -0.3F),
                                   .high = std::vector<float>(8, 0.9F),
                                   .levels = 256});
    compress_weights(*model);
    const auto weights = inspect(*model)[1];
    EXPECT_EQ(weights.mode, "asymmetric");
    EXPECT_EQ(weights.levels, 256U);
    EXPECT_LT(largest_difference(weights.low, std::vector<float>(8, -0.3F)), 1e-6F);
    EXPECT_LT(largest_difference(weights.high, std::vector<float>(8, 0.9F)), 1e-6F);
}

TEST(FindQuantizedOperation, NamesTheFirst) {
    EXPECT_EQ(find_quantized_operation(*conv_model()), "conv/fq_input");

    const auto weights = fake_quantize("fq", f32_noise("w", {4, 4}, 1), symmetric({}));
    ov::Model stored(ov::OutputVector{weights}, ov::ParameterVector{});
    compress_weights(stored);
    EXPECT_EQ(find_quantized_operation(stored), "fq");
}

TEST(FindQuantizedOperation, NamesAProductOfIntegersWhoseScaleComesBehind) {
    const auto x = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{2, 4});
    const auto integers = ov::op::v0::Constant::create(ov::element::u8, {4, 3}, std::vector<int>(12, 130));
    const auto zero_point = ov::op::v0::Constant::create(ov::element::f32, {}, {128});
    const auto centred = std::make_shared<ov::op::v1::Subtract>(
        std::make_shared<ov::op::v0::Convert>(integers, ov::element::f32), zero_point);
    const auto product = std::make_shared<ov::op::v0::MatMul>(x, centred, false, false);
    product->set_friendly_name("product");
    const auto scale = ov::op::v0::Constant::create(ov::element::f32, {}, {0.1});
    const auto scaled = std::make_shared<ov::op::v1::Multiply>(product, scale);
    const ov::Model model(ov::OutputVector{scaled}, ov::ParameterVector{x});
    EXPECT_EQ(find_quantized_operation(model), "product");
}

TEST(FindQuantizedOperation, PassesAWideFakeQuantize) {
    Range wide = symmetric({});
    wide.levels = 65536;
    const auto fq = fake_quantize("fq", f32_noise("w", {4, 4}, 1), wide);
    EXPECT_EQ(find_quantized_operation(ov::Model(ov::OutputVector{fq}, ov::ParameterVector{})), "");
}

/// An If named "if" whose branches hold a FakeQuantize "fq" and a Relu.
std::shared_ptr<ov::Model> model_with_body() {
    const auto condition = std::make_shared<ov::op::v0::Parameter>(ov::element::boolean, ov::Shape{});
    const auto data = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{4});
    const auto x = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{4});
    const auto y = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{4});
    const auto then_result = std::make_shared<ov::op::v0::Result>(fake_quantize("fq", x, symmetric({})));
    const auto else_result = std::make_shared<ov::op::v0::Result>(std::make_shared<ov::op::v0::Relu>(y));
    const auto node = std::make_shared<ov::op::v8::If>(condition);
    node->set_friendly_name("if");
    node->set_then_body(std::make_shared<ov::Model>(ov::ResultVector{then_result}, ov::ParameterVector{x}));
    node->set_else_body(std::make_shared<ov::Model>(ov::ResultVector{else_result}, ov::ParameterVector{y}));
    node->set_input(data, x, y);
    const auto out = node->set_output(then_result, else_result);
    return std::make_shared<ov::Model>(ov::OutputVector{out}, ov::ParameterVector{condition, data});
}

TEST(FindQuantizedOperation, LooksIntoBodies) {
    EXPECT_EQ(find_quantized_operation(*model_with_body()), "if|fq");
    ASSERT_EQ(inspect(*model_with_body()).size(), 1U);
    EXPECT_EQ(inspect(*model_with_body())[0].name, "if|fq");
}

}  // namespace
}  // namespace octet::test
