// With an input that is constant per channel the correction is exact: the mean of the output with quantized weights and
// the corrected bias equals the original's, whatever the padding, stride, dilation or grouping.
#include <functional>

#include <gtest/gtest.h>

#include "algorithms/fast_bias_correction.hpp"
#include "algorithms/min_max.hpp"
#include "graph/operations.hpp"
#include "statistics/collector.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

ov::Tensor constant_per_channel(const ov::Shape& shape, std::size_t axis) {
    ov::Tensor tensor(ov::element::f32, shape);
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i) {
        inner *= shape[i];
    }
    for (std::size_t i = 0; i < tensor.get_size(); ++i) {
        tensor.data<float>()[i] = 0.5F + 0.25F * static_cast<float>(i / inner % shape[axis]);
    }
    return tensor;
}

std::vector<double> channel_means(const std::vector<float>& values, const ov::Shape& shape, std::size_t axis) {
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i) {
        inner *= shape[i];
    }
    std::vector<double> means(shape[axis], 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        means[i / inner % shape[axis]] +=
            values[i] * static_cast<double>(shape[axis]) / static_cast<double>(values.size());
    }
    return means;
}

/// Quantizes the weights of `operation` to 4 bits' worth of levels, so that there is an error to correct.
void expect_exact_mean(const Output& operation, const std::shared_ptr<ov::op::v0::Parameter>& input) {
    auto model = model_of({operation}, {input});
    ov::Node* weighted = operation.get_node();
    while (!is_weighted(*weighted)) {
        weighted = weighted->get_input_node_ptr(0);
    }
    const std::size_t channel_axis = input_channel_axis(*weighted);
    const std::size_t output_axis = output_channel_axis(*weighted);
    const auto sample = constant_per_channel(input->get_shape(), channel_axis);
    const auto expected = channel_means(infer(model, {sample})[0], model->output().get_shape(), output_axis);

    Options options;
    QuantizerPlan plan;
    Quantizer quantizer;
    quantizer.name = "weights";
    quantizer.tensor = weighted->input_value(1);
    quantizer.inputs.push_back({weighted, 1, {weighted}});
    quantizer.kind = TensorKind::Weights;
    quantizer.scheme = {.granularity = Granularity::PerChannel, .level_low = -7, .level_high = 7};
    plan.quantizers.push_back(quantizer);
    Statistics statistics;
    Observer observer;
    Context context{
        .options = options, .plan = plan, .statistics = statistics, .observer = observer, .samples = 1, .threads = 1};

    StatisticPlan questions;
    FastBiasCorrection().request(*model, context, questions);
    const SampleSource source{1, [&](std::size_t) { return std::vector<ov::Tensor>{sample}; },
                              [](std::size_t) { return std::string("sample"); }};
    statistics = collect(model, questions, source, {.threads = 1}, observer).statistics;
    MinMaxQuantization().apply(*model, context);
    const auto uncorrected =
        channel_means(infer(model->clone(), {sample})[0], model->output().get_shape(), output_axis);
    FastBiasCorrection().apply(*model, context);
    const auto corrected = channel_means(infer(model, {sample})[0], model->output().get_shape(), output_axis);

    double error_before = 0;
    for (std::size_t c = 0; c < expected.size(); ++c) {
        error_before = std::max(error_before, std::fabs(uncorrected[c] - expected[c]));
        EXPECT_NEAR(corrected[c], expected[c], 2e-5) << "channel " << c;
    }
    EXPECT_GT(error_before, 1e-3) << "nothing to correct: the test shows nothing";
}

TEST(FastBiasCorrection, IsExactForConvolutions) {
    const ConvolutionSpec specs[] = {{},
                                     {.pad = 1},
                                     {.stride = 2, .pad = 1},
                                     {.dilation = 2, .pad = 2},
                                     {.kernel = 5, .stride = 3, .pad = 2},
                                     {.kernel = 1, .has_bias = false},
                                     {.pad = 1, .has_bias = false}};
    for (const auto& spec : specs) {
        const auto input = parameter({1, 3, 9, 9});
        expect_exact_mean(convolution(input, "conv", 3, spec), input);
    }
}

TEST(FastBiasCorrection, IsExactForGroups) {
    const auto input = parameter({1, 4, 7, 7});
    expect_exact_mean(depthwise(input, "depthwise", 5), input);
    const auto grouped = parameter({1, 4, 6, 6});
    expect_exact_mean(
        make<ov::op::v1::GroupConvolution>("grouped", grouped, random_constant({2, 3, 2, 3, 3}, 9), ov::Strides{2, 2},
                                           ov::CoordinateDiff{1, 0}, ov::CoordinateDiff{1, 1}, ov::Strides{1, 1}),
        grouped);
}

TEST(FastBiasCorrection, IsExactForOneAndThreeDimensions) {
    const auto line = parameter({1, 3, 12});
    expect_exact_mean(make<ov::op::v1::Convolution>("line", line, random_constant({4, 3, 5}, 2), ov::Strides{2},
                                                    ov::CoordinateDiff{2}, ov::CoordinateDiff{1}, ov::Strides{1}),
                      line);
    const auto volume = parameter({1, 2, 5, 6, 7});
    expect_exact_mean(
        make<ov::op::v1::Convolution>("volume", volume, random_constant({3, 2, 3, 3, 3}, 4), ov::Strides{1, 2, 1},
                                      ov::CoordinateDiff{1, 1, 0}, ov::CoordinateDiff{0, 1, 1}, ov::Strides{1, 1, 2}),
        volume);
}

TEST(FastBiasCorrection, IsExactForSamePadding) {
    for (const auto pad : {ov::op::PadType::SAME_LOWER, ov::op::PadType::SAME_UPPER}) {
        const auto input = parameter({1, 3, 8, 7});
        expect_exact_mean(
            make<ov::op::v1::Convolution>("same", input, random_constant({4, 3, 4, 3}, 2), ov::Strides{2, 3},
                                          ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1}, pad),
            input);
    }
}

TEST(FastBiasCorrection, IsExactForTransposedConvolutions) {
    const auto input = parameter({1, 3, 5, 6});
    expect_exact_mean(make<ov::op::v1::ConvolutionBackpropData>("transposed", input, random_constant({3, 4, 3, 4}, 6),
                                                                ov::Strides{2, 3}, ov::CoordinateDiff{1, 0},
                                                                ov::CoordinateDiff{1, 1}, ov::Strides{1, 1}),
                      input);
    const auto grouped = parameter({1, 4, 5, 5});
    expect_exact_mean(make<ov::op::v1::GroupConvolutionBackpropData>(
                          "grouped", grouped, random_constant({2, 2, 3, 2, 2}, 8), ov::Strides{2, 2},
                          ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1}),
                      grouped);
}

TEST(FastBiasCorrection, IsExactForMatMul) {
    for (const bool transpose : {false, true}) {
        const auto input = parameter({1, 5, 6});
        const auto weights = random_constant(transpose ? ov::Shape{4, 6} : ov::Shape{6, 4}, 3, "weights");
        expect_exact_mean(make<ov::op::v0::MatMul>("matmul", input, weights, false, transpose), input);
    }
    const auto turned = parameter({1, 6, 5});
    expect_exact_mean(make<ov::op::v0::MatMul>("matmul", turned, random_constant({6, 4}, 3), true, false), turned);
}

TEST(FastBiasCorrection, HandsOnWhatAnOperationWithoutABiasIsMissing) {
    const auto input = parameter({1, 4, 7, 7});
    const auto first = depthwise(input, "first", 5);
    auto model = model_of({convolution(first, "second", 3, {.kernel = 1})}, {input});
    const auto sample = constant_per_channel(input->get_shape(), 1);
    const auto expected = channel_means(infer(model, {sample})[0], model->output().get_shape(), 1);

    Options options;
    QuantizerPlan plan;
    ov::Node* second = model->get_results()[0]->get_input_node_ptr(0)->get_input_node_ptr(0);
    for (ov::Node* node : {first.get_node(), second}) {
        Quantizer quantizer;
        quantizer.name = node->get_friendly_name() + "/fq_weights_1";
        quantizer.tensor = node->input_value(1);
        quantizer.inputs.push_back({node, 1, {node}});
        quantizer.kind = TensorKind::Weights;
        quantizer.scheme = {.granularity = Granularity::PerChannel, .level_low = -7, .level_high = 7};
        plan.quantizers.push_back(quantizer);
    }
    Statistics statistics;
    Observer observer;
    Context context{
        .options = options, .plan = plan, .statistics = statistics, .observer = observer, .samples = 1, .threads = 1};
    StatisticPlan questions;
    FastBiasCorrection().request(*model, context, questions);
    const SampleSource source{1, [&](std::size_t) { return std::vector<ov::Tensor>{sample}; },
                              [](std::size_t) { return std::string("sample"); }};
    statistics = collect(model, questions, source, {.threads = 1}, observer).statistics;
    MinMaxQuantization().apply(*model, context);
    const auto operations = model->get_ops().size();
    FastBiasCorrection().apply(*model, context);
    EXPECT_EQ(model->get_ops().size(), operations) << "no bias is added";
    const auto corrected = channel_means(infer(model, {sample})[0], model->output().get_shape(), 1);
    for (std::size_t c = 0; c < expected.size(); ++c) {
        EXPECT_NEAR(corrected[c], expected[c], 2e-5) << "channel " << c;
    }
}

TEST(FastBiasCorrection, CorrectsABiasWithAZero) {
    const auto input = parameter({1, 3, 9, 9});
    const auto conv = convolution(input, "conv", 3, {.has_bias = false});
    expect_exact_mean(make<ov::op::v1::Add>("add", conv, constant({1, 4, 1, 1}, {0, 1, 0, -1})), input);
}

}  // namespace
}  // namespace octet
