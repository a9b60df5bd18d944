// What profile octet does beyond POT to bring the outputs nearer: SmoothQuant, RangeSelection,
// ActivationBiasCorrection.
#include <algorithm>

#include <gtest/gtest.h>

#include "octet/octet.hpp"
#include "octet/quantize.hpp"

#include "support.hpp"
#include "uneven_model.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr std::size_t kChannels = 24;

/// x [1,5,24], or of another shape that ends so, with three channels that are 40 times as large as the others.
ov::Tensor outlying_channels(unsigned seed, const ov::Shape& shape = {1, 5, kChannels}) {
    auto tensor = random_tensor(shape, seed);
    for (std::size_t i = 0; i < tensor.get_size(); ++i) {
        tensor.data<float>()[i] *= i % kChannels % 8 == 3 ? 40.F : 1.F;
    }
    return tensor;
}

std::unique_ptr<Dataset> outlying_data(std::size_t count, const ov::Shape& shape = {1, 5, kChannels}) {
    return make_dataset(count, [shape](std::size_t index) {
        return Sample{{"x", outlying_channels(static_cast<unsigned>(index) + 1, shape)}};
    });
}

/// Two MatMuls that read x.
std::shared_ptr<ov::Model> two_products(const ov::PartialShape& shape = {1, 5, kChannels}) {
    const auto x = parameter(shape);
    const auto product = [&](const std::string& name, unsigned seed) {
        return make<ov::op::v0::MatMul>(name, x, random_constant({kChannels, 16}, seed, name + "/weights"), false,
                                        false);
    };
    return model_of({product("a", 1), product("b", 2)}, {x});
}

const QuantizerInfo& quantizer_of(const std::vector<QuantizerInfo>& quantizers, const std::string& tensor) {
    return *std::find_if(quantizers.begin(), quantizers.end(),
                         [&](const QuantizerInfo& info) { return info.tensor == tensor; });
}

double sqnr(const std::shared_ptr<ov::Model>& model, const QuantizedModel& result, const ov::Tensor& sample) {
    return sqnr_db(infer(model, {sample})[0], infer(result.model, {sample})[0]);
}

TEST(SmoothQuant, SparesTheSmallChannelsTheStepOfTheLarge) {
    const auto model = two_products();
    const auto smooth = quantize(model, *outlying_data(20), {});
    const auto plain = quantize(model, *outlying_data(20), {.smooth_quant = false});
    const auto sample = outlying_channels(99);
    EXPECT_GT(sqnr(model, smooth, sample), sqnr(model, plain, sample) + 5);
}

bool has_channel_scale(const ov::Model& model) {
    const auto nodes = model.get_ordered_ops();
    return std::any_of(nodes.begin(), nodes.end(),
                       [](const auto& node) { return node->get_friendly_name().find("/smooth") != std::string::npos; });
}

TEST(SmoothQuant, AddsNothingToTheGraphAlongAxis1) {
    const ov::Shape shape{5, kChannels};
    const auto result = quantize(two_products(shape), *outlying_data(20, shape), {});
    EXPECT_FALSE(has_channel_scale(*result.model));
    EXPECT_EQ(quantizer_of(inspect(*result.model), "x").high.size(), kChannels);
}

TEST(SmoothQuant, IsRightOnAxesOfAnyLength) {
    for (const auto& shape : {ov::PartialShape{1, 5, kChannels}, ov::PartialShape{-1, -1, kChannels}}) {
        const auto result = quantize(two_products(shape), *outlying_data(20), {});
        EXPECT_TRUE(has_channel_scale(*result.model)) << "else a model that is reshaped later computes nonsense";
        EXPECT_GT(sqnr(two_products(shape), result, outlying_channels(99)), 30) << shape;
    }
}

TEST(SmoothQuant, LeavesWhatGainsNothingOrIsSetByTheUser) {
    const auto even = random_dataset(20, {1, 5, kChannels});
    EXPECT_EQ(quantizer_of(inspect(*quantize(two_products(), *even).model), "x").high.size(), 1U);
    Options options;
    options.activations.range_estimator = RangeEstimatorOptions{.max = {.aggregator = Aggregator::Max}};
    const auto result = quantize(two_products(), *outlying_data(20), options);
    EXPECT_EQ(quantizer_of(inspect(*result.model), "x").high.size(), 1U);
}

TEST(SmoothQuant, LeavesATensorThatIsAddedToo) {
    const auto x = parameter({1, 5, kChannels});
    const auto product =
        make<ov::op::v0::MatMul>("a", x, random_constant({kChannels, kChannels}, 1, "a/weights"), false, false);
    const auto model = model_of({make<ov::op::v1::Add>("sum", product, x)}, {x});
    const auto result = quantize(model, *outlying_data(20), {.model_type = ModelType::None});
    EXPECT_EQ(quantizer_of(inspect(*result.model), "x").high.size(), 1U);
}

TEST(RangeSelection, WidensRangesWhereLargeSamplesMatter) {
    const auto model = deep_model();
    const auto reached = [&](bool range_selection) {
        const auto result = quantize(model, *uneven_data(25), {.range_selection = range_selection});
        return sqnr_of_all(model, result.model, 25);
    };
    EXPECT_GT(reached(true), reached(false) + 1);
}

TEST(RangeSelection, LeavesRangesWhoseEstimatorIsGiven) {
    const auto highs = [&](bool range_selection) {
        Options options;
        options.range_selection = range_selection;
        options.range_estimator.max.aggregator = Aggregator::Median;
        const auto result = quantize(deep_model(), *uneven_data(10), options);
        return quantizer_of(inspect(*result.model), "c3/act").high;
    };
    EXPECT_EQ(highs(true), highs(false));
}

TEST(ActivationBiasCorrection, BringsTheOutputsNearer) {
    const auto model = deep_model();
    const auto reached = [&](bool simulate_activations) {
        Options options{.simulate_activations = simulate_activations};
        options.activations.bits = 4;  // coarse enough that rounding behind Swish moves the mean
        const auto result = quantize(model, *random_dataset(24, {1, 3, 12, 12}), options);
        const auto sample = random_tensor({1, 3, 12, 12}, 500, 1, 0.2F);
        return sqnr(model, result, sample);
    };
    EXPECT_GT(reached(true), reached(false) + 0.5);
}

TEST(Exactness, AlgorithmsInAnyOrderLeaveAModelThatRuns) {
    const std::vector<std::string> orders[] = {{"MinMaxQuantization", "SmoothQuant"},
                                               {"RangeSelection"},
                                               {"RangeSelection", "MinMaxQuantization"},
                                               {"DefaultQuantization", "DefaultQuantization"}};
    for (const auto& order : orders) {
        const auto result = quantize(two_products(), *outlying_data(6), {.algorithms = order});
        EXPECT_GT(sqnr(two_products(), result, outlying_channels(99)), 10) << order.front();
    }
}

TEST(Exactness, ShapesMayDifferFromThoseOfAStaticModel) {
    const auto model = deep_model();  // of 12 x 12
    const Options options{.shapes = {{"x", {1, 3, 16, 16}}}};
    const auto result = quantize(model, *random_dataset(8, {1, 3, 16, 16}), options);
    EXPECT_EQ(result.model->input().get_shape(), (ov::Shape{1, 3, 12, 12}));
    EXPECT_GT(sqnr(model, result, random_tensor({1, 3, 12, 12}, 77, 1, 0.2F)), 10);
}

TEST(Exactness, OutputsThatAreNoNumbersLeaveTheUsualRanges) {
    const auto classes = [](bool with_class) -> std::shared_ptr<ov::Model> {
        const auto model = deep_model();
        if (with_class) {
            auto end = model->get_results()[0]->input(0);
            end.replace_source_output(make<ov::op::v0::Convert>("rounded", end.get_source_output(), ov::element::i32));
            model->validate_nodes_and_infer_types();
        }
        return model;
    };
    const auto high = [&](bool with_class, bool range_selection) {
        const auto result = quantize(classes(with_class), *uneven_data(10), {.range_selection = range_selection});
        return quantizer_of(inspect(*result.model), "c3/act").high;
    };
    EXPECT_EQ(high(true, true), high(false, false));
}

TEST(Exactness, DoesNotDependOnTheNumberOfThreads) {
    const auto quantized = [](std::size_t threads) {
        return to_json(quantize(deep_model(), *uneven_data(20), {}, {.threads = threads}).report);
    };
    EXPECT_EQ(quantized(1), quantized(2));
}

}  // namespace
}  // namespace octet
