// LayerwiseTuning, SmoothQuant of convolutions, and recipes that choose among them.
#include <algorithm>

#include <gtest/gtest.h>

#include "octet/error.hpp"
#include "octet/octet.hpp"

#include "outlier_model.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace testing;

/// Convolutions of all kinds and a product, with activations that cut off.
std::shared_ptr<ov::Model> mixed_model() {
    const auto x = parameter({1, 3, 12, 12});
    Output tensor = relu(convolution(x, "first", 1, {.outputs = 8, .pad = 1}), "first/act");
    tensor = make<ov::op::v0::Clamp>("depthwise/act", depthwise(tensor, "depthwise", 5), 0.0, 6.0);
    tensor = relu(convolution(tensor, "middle", 7, {.outputs = 12, .kernel = 1}), "middle/act");
    tensor = relu(make<ov::op::v1::ConvolutionBackpropData>(
                      "transposed", tensor, random_constant({12, 6, 2, 2}, 9, "transposed/weights"), ov::Strides{2, 2},
                      ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1}),
                  "transposed/act");
    tensor = convolution(tensor, "last", 11, {.outputs = 5, .stride = 2});
    tensor = make<ov::op::v1::ReduceMean>("pool", tensor, integers({2, 3}), false);
    return model_of(
        {make<ov::op::v0::MatMul>("product", tensor, random_constant({7, 5}, 13, "product/weights"), false, true)},
        {x});
}

std::unique_ptr<Dataset> data(std::size_t count, std::size_t first = 0) {
    return make_dataset(count, [first](std::size_t index) {
        const auto seed = static_cast<unsigned>(first + index) + 1;
        return Sample{{"x", random_tensor({1, 3, 12, 12}, seed, 1 + 0.1F * static_cast<float>(seed % 7), 0.2F)}};
    });
}

double sqnr_of(const std::shared_ptr<ov::Model>& model, const QuantizedModel& quantized) {
    CompareOptions options;
    options.throughput = false;
    return compare(model, quantized.model, *data(24, 1000), options).outputs[0].sqnr_db;
}

Options tuned(TuningMethod method = TuningMethod::LeastSquares) {
    Options options;
    options.preset = Preset::Mixed;
    options.use_layerwise_tuning = true;
    options.tuning.method = method;
    return options;
}

std::vector<std::string> changes_of(const QuantizedModel& quantized, const std::string& operation) {
    std::vector<std::string> found;
    for (const auto& change : quantized.report.changes) {
        if (change.algorithm == "LayerwiseTuning" && change.operation == operation) {
            found.push_back(change.what);
        }
    }
    return found;
}

TEST(LayerwiseTuning, BringsTheOutputsNearerOnOtherSamples) {
    const auto model = mixed_model();
    auto plain = tuned();
    plain.use_layerwise_tuning = false;
    const auto with = quantize(model, *data(64), tuned());
    EXPECT_GT(sqnr_of(model, with), sqnr_of(model, quantize(model, *data(64), plain)) + 0.5);
    for (const char* layer : {"first", "depthwise", "middle", "transposed", "last", "product"}) {
        EXPECT_EQ(changes_of(with, layer).size(), 1u) << layer;
    }
}

TEST(LayerwiseTuning, GivesTheSameBytesOnAnyThreads) {
    const auto model = mixed_model();
    for (const auto method : {TuningMethod::LeastSquares, TuningMethod::AdaRound, TuningMethod::Gradient}) {
        auto options = tuned(method);
        options.tuning.num_samples_for_tuning = 100;
        std::vector<std::vector<float>> weights;
        for (const std::size_t threads : {1, 2, 3}) {
            const auto made = quantize(model, *data(20), options, {.threads = threads}).model;
            std::vector<float> all;
            for (const auto& node : made->get_ordered_ops()) {
                if (const auto stored = ov::as_type_ptr<ov::op::v0::Constant>(node)) {
                    const auto values = stored->cast_vector<float>();
                    all.insert(all.end(), values.begin(), values.end());
                }
            }
            weights.push_back(std::move(all));
        }
        EXPECT_EQ(weights[0], weights[1]);
        EXPECT_EQ(weights[0], weights[2]);
    }
}

std::size_t count_fitted(const QuantizedModel& quantized) {
    const auto& changes = quantized.report.changes;
    return static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), [](const Change& change) {
        return change.what.rfind("weights fitted", 0) == 0;
    }));
}

TEST(LayerwiseTuning, GradientLowersTheErrorOfLayers) {
    const auto model = mixed_model();
    auto options = tuned(TuningMethod::Gradient);
    for (const Optimizer optimizer : {Optimizer::Adam, Optimizer::Sgd}) {
        options.tuning.optimizer = optimizer;
        options.tuning.bias_lr = optimizer == Optimizer::Adam ? 1e-4 : 1e-1;
        options.tuning.weights_lr = optimizer == Optimizer::Adam ? 2e-5 : 1e-2;
        EXPECT_GE(count_fitted(quantize(model, *data(64), options)), 1u);
    }
    options.tuning.weights_lr = options.tuning.bias_lr = options.tuning.scale_lr = 0;
    EXPECT_EQ(count_fitted(quantize(model, *data(64), options)), 0u) << "nothing moves without a rate";
}

TEST(LayerwiseTuning, LeavesWhatItsScopeNames) {
    const auto model = mixed_model();
    auto options = tuned();
    options.tuning.ignored = {"middle", "re:tr.*"};
    const auto quantized = quantize(model, *data(16), options);
    EXPECT_TRUE(changes_of(quantized, "middle").empty());
    EXPECT_TRUE(changes_of(quantized, "transposed").empty());
    options.tuning.ignored = {"midle"};
    EXPECT_THROW(quantize(model, *data(16), options), Error);
}

TEST(LayerwiseTuning, TakesAlignedChannelsAsTheyAre) {
    const auto model = mixed_model();
    auto options = tuned();
    options.channel_alignment = true;
    EXPECT_GT(sqnr_of(model, quantize(model, *data(64), options)), 20);
}

TEST(LayerwiseTuning, LeavesTheModelWhereThereIsOneSampleOnly) {
    const auto model = mixed_model();
    auto plain = tuned();
    plain.use_layerwise_tuning = false;
    EXPECT_EQ(infer(quantize(model, *data(1), tuned()).model, {random_tensor({1, 3, 12, 12}, 3)}),
              infer(quantize(model, *data(1), plain).model, {random_tensor({1, 3, 12, 12}, 3)}));
}

TEST(SmoothConvolutions, MoveAnOutlyingChannelIntoTheWeights) {
    const auto model = model_with_outlier(30);
    const auto samples = make_dataset(32, [](std::size_t index) {
        return Sample{{"x", random_tensor({1, 3, 8, 8}, static_cast<unsigned>(index) + 1)}};
    });
    const auto sqnr = [&](const Options& options) {
        CompareOptions how;
        how.throughput = false;
        return compare(model, quantize(model, *samples, options).model, *samples, how).outputs[0].sqnr_db;
    };
    Options options;
    const double plain = sqnr(options);
    options.smooth_convolutions = true;
    EXPECT_GT(sqnr(options), plain + 3);
}

TEST(Recipe, KeepsWhatGainsAndTellsAllThatItTried) {
    const auto model = mixed_model();
    const auto made = quantize_by_recipe(model, *data(60), {}, {.recipe = Recipe::Accurate}).model;
    const auto& tried = made.report.tried;
    ASSERT_EQ(tried.size(), 3u);  // all together gains nothing here, so that there is nothing to take back
    EXPECT_EQ(tried[0].what, "as given");
    EXPECT_TRUE(tried[1].what.starts_with("asymmetric activations, smoothed channels")) << tried[1].what;
    EXPECT_EQ(tried[2].what, "weights fitted layer by layer");
    EXPECT_FALSE(tried[1].is_kept);
    EXPECT_TRUE(tried[0].is_kept);
    double level = tried[0].sqnr_db;
    for (std::size_t i = 1; i < tried.size(); ++i) {
        const bool takes_back = tried[i].what.find("without") != std::string::npos;
        EXPECT_EQ(tried[i].is_kept, tried[i].sqnr_db >= level + (takes_back ? 0.5 : 0.05)) << tried[i].what;
        level = tried[i].is_kept ? tried[i].sqnr_db : level;
    }
    EXPECT_GT(sqnr_of(model, made), sqnr_of(model, quantize(model, *data(60))));
    const auto more = quantize_by_recipe(model, *data(20), {}, {.recipe = Recipe::Auto}).model.report.tried;
    EXPECT_GT(more.size(), tried.size());
}

TEST(Recipe, BeginsNothingThatTheBudgetDoesNotAllow) {
    const auto model = mixed_model();
    const RecipeOptions recipe{.budget = std::chrono::duration<double>(1e-6)};
    const auto made = quantize_by_recipe(model, *data(10), {}, recipe).model;
    for (std::size_t i = 1; i < made.report.tried.size(); ++i) {
        EXPECT_FALSE(made.report.tried[i].is_kept);
        EXPECT_NE(made.report.tried[i].failure, "");
    }
}

TEST(Recipe, NeedsSamplesToJudgeBy) {
    EXPECT_THROW(quantize_by_recipe(mixed_model(), *data(3), {}, {}), Error);
}

}  // namespace
}  // namespace octet
