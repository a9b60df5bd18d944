#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <openvino/op/convert.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/ops.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/runtime/core.hpp>

#include "octet/error.hpp"

#include "graph/stored_weights.hpp"
#include "graph/write.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

using ov::op::v0::Constant;
using ov::op::v0::FakeQuantize;

/// Constant -> FakeQuantize -> Result: what a weights FakeQuantize yields, and what is stored for it.
std::shared_ptr<ov::Model> weights_model(const ov::Output<ov::Node>& weights, const Range& range) {
    const auto fq = fake_quantize("fq", weights, range);
    return std::make_shared<ov::Model>(ov::OutputVector{fq}, ov::ParameterVector{});
}

/// The value of the model's only output by OpenVINO's reference implementations.
std::vector<float> reference_value(const std::shared_ptr<ov::Model>& model) {
    ov::TensorVector out(1);
    EXPECT_TRUE(model->evaluate(out, {}));
    return {out[0].data<float>(), out[0].data<float>() + out[0].get_size()};
}

std::size_t count(const ov::Model& model, const std::string& type) {
    std::size_t found = 0;
    for (const auto& node : model.get_ops()) {
        found += node->get_type_name() == type;
    }
    return found;
}

struct RangeCase {
    std::string name;
    ov::Shape weights;
    Range range;
    std::size_t subtracts;
};

void PrintTo(const RangeCase& c, std::ostream* out) {
    *out << c.name;
}

Range channels(const ov::Shape& shape, float low, float high, std::size_t levels) {
    Range range{.shape = shape, .low = {}, .high = {}, .levels = levels};
    for (std::size_t i = 0; i < ov::shape_size(shape); ++i) {
        const float factor = 0.3F + 0.17F * static_cast<float>(i);
        range.low.push_back(low * factor);
        range.high.push_back(high * factor);
    }
    return range;
}

Range saturated(Range range) {
    range.out_factor = 2;
    return range;
}

class CompressWeights : public testing::TestWithParam<RangeCase> {};

TEST_P(CompressWeights, KeepsWhatFakeQuantizeYields) {
    const auto& c = GetParam();
    const auto model = weights_model(f32_noise("w", c.weights, 5), c.range);
    const auto before = reference_value(model);
    compress_weights(*model);
    EXPECT_EQ(count(*model, "FakeQuantize"), 0U);
    EXPECT_EQ(count(*model, "Subtract"), c.subtracts);
    const auto stored = match_stored_weights(*find(*model, "fq"));
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->integers->get_element_type(), ov::element::i8);
    EXPECT_EQ(stored->integers->get_shape(), c.weights);
    EXPECT_EQ(stored->integers->get_friendly_name(), "w");
    float largest = 0;
    for (const float value : c.range.high) {
        largest = std::max(largest, std::abs(value) * c.range.out_factor);
    }
    for (const float value : c.range.low) {
        largest = std::max(largest, std::abs(value) * c.range.out_factor);
    }
    EXPECT_LT(largest_difference(before, reference_value(model)), 1e-6F * largest);
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, CompressWeights,
    testing::Values(RangeCase{"conv_per_channel", {8, 3, 3, 3}, symmetric({8, 1, 1, 1}), 0},
                    RangeCase{"conv_per_tensor", {8, 3, 3, 3}, symmetric({}), 0},
                    RangeCase{"conv_per_tensor_of_rank_4", {8, 3, 3, 3}, symmetric({1, 1, 1, 1}), 0},
                    RangeCase{"limits_of_lower_rank", {4, 3, 3, 5}, symmetric({5}), 0},
                    RangeCase{"group_conv", {4, 2, 3, 3, 3}, symmetric({4, 2, 1, 1, 1}), 0},
                    RangeCase{"deconv", {3, 8, 3, 3}, symmetric({1, 8, 1, 1}), 0},
                    RangeCase{"matmul", {16, 10}, symmetric({1, 10}), 0},
                    RangeCase{"matmul_transposed", {10, 16}, symmetric({10, 1}), 0},
                    RangeCase{"every_element", {2, 3}, symmetric({2, 3}), 0},
                    RangeCase{"saturated", {8, 3, 3, 3}, saturated(symmetric({8, 1, 1, 1})), 0},
                    RangeCase{"asymmetric_between_steps", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -0.31F, 1.F, 256), 1},
                    RangeCase{
                        "asymmetric_zero_on_a_step", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -100.F / 155, 1.F, 256), 1},
                    RangeCase{"unsigned", {8, 3, 3, 3}, channels({8, 1, 1, 1}, 0.F, 1.F, 256), 1},
                    RangeCase{"asymmetric_few_levels", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -1.F, 9.F, 11), 0},
                    RangeCase{"one_level_more_below", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -128.F / 127, 1.F, 256), 0},
                    RangeCase{"256_levels_around_zero", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -1.F, 1.F, 256), 1},
                    RangeCase{"fifteen_levels", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -1.F, 1.F, 15), 0},
                    RangeCase{"two_levels", {8, 3, 3, 3}, channels({8, 1, 1, 1}, -1.F, 0.F, 2), 0},
                    RangeCase{"far_from_zero", {8, 3, 3, 3}, channels({8, 1, 1, 1}, 3.F, 4.F, 256), 1}),
    [](const auto& test) { return test.param.name; });

TEST(CompressWeightsChain, TakesTheFakeQuantizesNameAndNamesAllElse) {
    const auto model = conv_model();
    compress_weights(*model);
    EXPECT_TRUE(ov::is_type<ov::op::v1::Multiply>(find(*model, "conv/fq_weights")));
    EXPECT_TRUE(ov::is_type<Constant>(find(*model, "conv/weights")));
    EXPECT_TRUE(find(*model, "conv/fq_weights/convert"));
    EXPECT_TRUE(find(*model, "conv/fq_weights/scale"));
    EXPECT_TRUE(ov::is_type<FakeQuantize>(find(*model, "conv/fq_input")));
    std::set<std::string> names;
    for (const auto& node : model->get_ops()) {
        EXPECT_TRUE(names.insert(node->get_friendly_name()).second) << node->get_friendly_name();
    }
}

TEST(CompressWeightsChain, RoundsTiesAsFakeQuantize) {
    // Halves lie between two levels of -127..127; FakeQuantize counts levels from the low end and takes the even one.
    const Range range{.shape = {}, .low = {-127}, .high = {127}};
    const auto model = weights_model(f32("w", {6}, {0.5F, 1.5F, -0.5F, -1.5F, 2.5F, 126.5F}), range);
    const auto before = reference_value(model);
    compress_weights(*model);
    const auto stored = match_stored_weights(*find(*model, "fq"));
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->integers->cast_vector<int>(), (std::vector<int>{1, 1, -1, -1, 3, 127}));
    EXPECT_EQ(reference_value(model), before);
}

TEST(CompressWeightsChain, ReadsWeightsThroughConvertAndReshape) {
    const auto values = f32_noise("w32", {8, 27}, 5)->cast_vector<ov::float16>();
    const auto half = std::make_shared<Constant>(ov::element::f16, ov::Shape{8, 27}, values);
    half->set_friendly_name("w");
    const auto convert = std::make_shared<ov::op::v0::Convert>(half, ov::element::f32);
    const auto target = std::make_shared<Constant>(ov::element::i64, ov::Shape{4}, std::vector<int>{8, 3, 3, 3});
    const auto reshape = std::make_shared<ov::op::v1::Reshape>(convert, target, false);
    const auto model = weights_model(reshape, symmetric({8, 1, 1, 1}));
    const auto before = reference_value(model);
    compress_weights(*model);
    EXPECT_EQ(count(*model, "FakeQuantize"), 0U);
    EXPECT_EQ(count(*model, "Reshape"), 0U);
    EXPECT_LT(largest_difference(before, reference_value(model)), 1e-6F);
    EXPECT_TRUE(ov::is_type<Constant>(find(*model, "w")));
}

TEST(CompressWeightsChain, LeavesASharedConstantItsName) {
    const auto weights = f32_noise("w", {8, 3}, 5);
    const auto a = fake_quantize("a", weights, symmetric({8, 1}));
    const auto b = fake_quantize("b", weights, symmetric({1, 3}));
    const auto model = std::make_shared<ov::Model>(ov::OutputVector{a, b, weights}, ov::ParameterVector{});
    compress_weights(*model);
    EXPECT_EQ(find(*model, "w")->get_element_type(), ov::element::f32);
    EXPECT_TRUE(find(*model, "a/quantized"));
    EXPECT_TRUE(find(*model, "b/quantized"));
}

TEST(CompressWeightsChain, LeavesActivationsWideGridsAndOddRangesAlone) {
    const auto with_levels = [](std::size_t levels) {
        Range range = symmetric({});
        range.levels = levels;
        return weights_model(f32_noise("w", {4, 4}, 5), range);
    };
    auto wide = with_levels(65536);
    compress_weights(*wide);
    EXPECT_EQ(count(*wide, "FakeQuantize"), 1U);

    const float infinity = std::numeric_limits<float>::infinity();
    auto infinite = weights_model(f32_noise("w", {4, 4}, 5), {.shape = {}, .low = {-infinity}, .high = {infinity}});
    compress_weights(*infinite);
    EXPECT_EQ(count(*infinite, "FakeQuantize"), 1U);

    auto reversed = weights_model(f32_noise("w", {4, 4}, 5), {.shape = {}, .low = {1}, .high = {-1}});
    compress_weights(*reversed);
    EXPECT_EQ(count(*reversed, "FakeQuantize"), 1U);

    auto larger = weights_model(f32_noise("w", {4, 1}, 5), symmetric({1, 4}));
    compress_weights(*larger);
    EXPECT_EQ(count(*larger, "FakeQuantize"), 1U);
}

TEST(CompressWeightsChain, KeepsRangesOfOneValue) {
    Range range{.shape = {3, 1}, .low = {0, -1, 0.25F}, .high = {0, 1, 0.25F}};
    const auto model = weights_model(f32_noise("w", {3, 5}, 5), range);
    const auto before = reference_value(model);
    compress_weights(*model);
    EXPECT_EQ(count(*model, "FakeQuantize"), 0U);
    EXPECT_LT(largest_difference(before, reference_value(model)), 1e-6F);
}

TEST(CompressWeightsChain, RefusesNaN) {
    const auto model = weights_model(f32("w", {2}, {0, NAN}), symmetric({}));
    try {
        compress_weights(*model);
        FAIL() << "NaN was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Numeric);
        EXPECT_EQ(error.where(), "fq");
    }
}

struct LayerCase {
    std::string name;
    std::string layer_type;  // as the CPU plugin calls it
    std::shared_ptr<ov::Model> (*make)();
};

void PrintTo(const LayerCase& c, std::ostream* out) {
    *out << c.name;
}

std::shared_ptr<ov::Model> with_input(const ov::Shape& shape, const Range& activations,
                                      std::shared_ptr<ov::Node> (*layer)(const ov::Output<ov::Node>&)) {
    const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
    const auto node = layer(fake_quantize("fq_input", parameter, activations));
    node->set_friendly_name("layer");
    return std::make_shared<ov::Model>(ov::OutputVector{node}, ov::ParameterVector{parameter});
}

const Range kSigned{.shape = {}, .low = {-128.F / 127}, .high = {1.F}, .levels = 256};
const Range kUnsigned{.shape = {}, .low = {0.F}, .high = {1.F}, .levels = 256};
const Range kAsymmetric{.shape = {1, 1, 1, 1}, .low = {-85.F / 170}, .high = {1.F}, .levels = 256};

std::shared_ptr<ov::Node> conv(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {16, 16, 3, 3}, 6), symmetric({16, 1, 1, 1}));
    return std::make_shared<ov::op::v1::Convolution>(in, weights, ov::Strides{1, 1}, ov::CoordinateDiff{1, 1},
                                                     ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
}

std::shared_ptr<ov::Node> group_conv(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {16, 1, 1, 3, 3}, 6), symmetric({16, 1, 1, 1, 1}));
    return std::make_shared<ov::op::v1::GroupConvolution>(in, weights, ov::Strides{1, 1}, ov::CoordinateDiff{1, 1},
                                                          ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
}

std::shared_ptr<ov::Node> reshaped_group_conv(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {16, 1, 3, 3}, 6), symmetric({16, 1, 1, 1}));
    const auto target = std::make_shared<Constant>(ov::element::i64, ov::Shape{5}, std::vector<int>{16, 1, 1, 3, 3});
    return std::make_shared<ov::op::v1::GroupConvolution>(
        in, std::make_shared<ov::op::v1::Reshape>(weights, target, false), ov::Strides{1, 1}, ov::CoordinateDiff{1, 1},
        ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
}

std::shared_ptr<ov::Node> deconv(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {16, 16, 3, 3}, 6), symmetric({1, 16, 1, 1}));
    return std::make_shared<ov::op::v1::ConvolutionBackpropData>(
        in, weights, ov::Strides{2, 2}, ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1}, ov::Strides{1, 1});
}

std::shared_ptr<ov::Node> matmul(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {32, 16}, 6), symmetric({32, 1}));
    return std::make_shared<ov::op::v0::MatMul>(in, weights, false, true);
}

std::shared_ptr<ov::Node> plain_matmul(const ov::Output<ov::Node>& in) {
    const auto weights = fake_quantize("fq_weights", f32_noise("w", {16, 32}, 6), symmetric({1, 32}));
    return std::make_shared<ov::op::v0::MatMul>(in, weights, false, false);
}

class RunsInInt8 : public testing::TestWithParam<LayerCase> {};

/// Precision in which the plugin runs the layer of a type, as "i8" or "f32"; empty where there is none.
std::string precision_of(const ov::CompiledModel& compiled, const std::string& layer_type) {
    for (const auto& node : compiled.get_runtime_model()->get_ops()) {
        const auto& info = node->get_rt_info();
        if (info.at("layerType").as<std::string>() == layer_type) {
            return info.at("runtimePrecision").as<std::string>();
        }
    }
    return "";
}

TEST_P(RunsInInt8, OnCpuAndAsUncompressed) {
    const auto model = GetParam().make();
    const auto expected = run(model);
    const auto compressed = model->clone();
    compress_weights(*compressed);
    EXPECT_EQ(count(*compressed, "FakeQuantize"), 1U);

    const auto compiled = ov::Core().compile_model(compressed, "CPU", ov::hint::inference_precision(ov::element::f32));
    const std::string precision = precision_of(compiled, GetParam().layer_type);
    EXPECT_TRUE(precision == "i8" || precision == "u8") << precision;

    float largest = 0;
    for (const float value : expected) {
        largest = std::max(largest, std::abs(value));
    }
    EXPECT_LT(largest_difference(expected, run(compressed)), 1e-5F * largest);
}

INSTANTIATE_TEST_SUITE_P(Layers, RunsInInt8,
                         testing::Values(LayerCase{"conv", "Convolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kSigned, conv);
                                                   }},
                                         LayerCase{"conv_unsigned", "Convolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kUnsigned, conv);
                                                   }},
                                         LayerCase{"conv_asymmetric", "Convolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kAsymmetric, conv);
                                                   }},
                                         LayerCase{"group_conv", "Convolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kSigned, group_conv);
                                                   }},
                                         LayerCase{"reshaped_group_conv", "Convolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kSigned, reshaped_group_conv);
                                                   }},
                                         LayerCase{"deconv", "Deconvolution",
                                                   [] {
                                                       return with_input({1, 16, 8, 8}, kUnsigned, deconv);
                                                   }},
                                         LayerCase{"matmul", "FullyConnected",
                                                   [] {
                                                       return with_input({4, 16}, kSigned, matmul);
                                                   }},
                                         LayerCase{"plain_matmul", "FullyConnected",
                                                   [] {
                                                       return with_input({4, 16}, kSigned, plain_matmul);
                                                   }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace octet::test
