#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "octet/accuracy_aware.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/recipe.hpp"

#include "outlier_model.hpp"
#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr std::size_t kSamples = 24;

std::unique_ptr<Dataset> data() {
    return random_dataset(kSamples, {1, 3, 8, 8});
}

Options plain() {
    return {.smooth_quant = false, .range_selection = false};
}

/// A model whose best class differs from sample to sample, by little.
std::shared_ptr<ov::Model> classifier() {
    constexpr float kOutlier = 400;
    const auto model = model_with_outlier(kOutlier);
    std::vector<float> bias(8, 0);
    const auto samples = data();
    for (std::size_t i = 0; i < kSamples; ++i) {
        const auto scores = infer(model, {samples->sample(i).at("x")})[0];
        for (std::size_t c = 0; c < bias.size(); ++c) {
            bias[c] -= scores[c] / kSamples;
        }
    }
    return model_with_outlier(kOutlier, bias);
}

/// What the original makes of the samples, as labels: it is always right.
Labels labels_of(const std::shared_ptr<ov::Model>& model) {
    ClassLabels labels;
    const auto samples = data();
    for (std::size_t i = 0; i < kSamples; ++i) {
        const auto scores = infer(model, {samples->sample(i).at("x")})[0];
        labels.of_sample.push_back(
            static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin()));
    }
    return labels;
}

bool is_ignored(const AccuracyAwareResult& result, const std::string& name) {
    const auto& names = result.quantized.options.ignored.names;
    return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(AccuracyAware, LeavesTheSensitiveOperationInFloatingPoint) {
    const auto model = classifier();
    const auto labels = labels_of(model);
    const auto result = quantize_with_accuracy(model, *data(), labels, plain(), {.maximal_drop = 0.1});
    ASSERT_GT(result.steps[0].metrics[0].drop, 0.1) << "the model must lose something";
    EXPECT_TRUE(result.is_reached);
    EXPECT_EQ(result.metrics[0].name, "accuracy@top1");
    EXPECT_EQ(result.metrics[0].original, 1);
    EXPECT_LE(result.metrics[0].drop, 0.1 + 1e-9);
    EXPECT_EQ(result.quantized.options.ignored.names, std::vector<std::string>{"hard"});
    EXPECT_EQ(result.steps.size(), 2U);

    const auto again = quantize(model, *data(), result.quantized.options);
    EXPECT_EQ(to_json(again.options), to_json(result.quantized.options));
    const auto sample = random_tensor({1, 3, 8, 8}, 5, 1, 0.2F);
    EXPECT_EQ(infer(again.model, {sample}), infer(result.quantized.model, {sample}));
}

TEST(AccuracyAware, ChangesNothingWhereTheGoalIsReached) {
    const auto result = quantize_with_accuracy(model_with_outlier(1), *data(), {}, plain(), {.maximal_drop = 0.5});
    EXPECT_TRUE(result.is_reached);
    EXPECT_EQ(result.metrics[0].name, "agreement");
    EXPECT_TRUE(result.quantized.options.ignored.names.empty());
    EXPECT_EQ(result.steps.size(), 1U);
}

TEST(AccuracyAware, ReadsTheDropOfSqnrAsNoise) {
    const auto model = model_with_outlier(60);
    const auto result =
        quantize_with_accuracy(model, *data(), {}, plain(), {.maximal_drop = 0.001, .metrics = {{"sqnr"}}});
    EXPECT_TRUE(result.is_reached);
    EXPECT_GE(result.metrics[0].quantized, 30);
    EXPECT_NEAR(result.metrics[0].drop, std::pow(10, -result.metrics[0].quantized / 10), 1e-12);
    EXPECT_TRUE(is_ignored(result, "hard"));

    const auto in_decibels =
        quantize_with_accuracy(model, *data(), {}, plain(), {.maximal_drop = 1, .metrics = {{"SQNR", {}, 31.0}}});
    EXPECT_TRUE(in_decibels.is_reached);
    EXPECT_NEAR(in_decibels.metrics[0].drop, 31 - in_decibels.metrics[0].quantized, 1e-9);
}

TEST(AccuracyAware, GivesTheBestModelWhereTheGoalIsMissed) {
    const auto model = model_with_outlier(60);
    const AccuracyOptions strict{.maximal_drop = 1e-12, .max_iter_num = 1, .metrics = {{"sqnr"}}};
    const auto result = quantize_with_accuracy(model, *data(), {}, plain(), strict);
    EXPECT_FALSE(result.is_reached);
    EXPECT_EQ(result.steps.size(), 2U);
    EXPECT_TRUE(is_ignored(result, "hard"));
    EXPECT_GT(result.metrics[0].quantized, result.steps[0].metrics[0].quantized);
}

TEST(AccuracyAware, RelativeDropsAreSharesOfTheBaseline) {
    AccuracyOptions accuracy{.maximal_drop = 0.5, .metrics = {{"accuracy", {}, 2.0}}};
    const auto model = model_with_outlier(1);
    const auto labels = labels_of(model);
    const auto absolute =
        quantize_with_accuracy(model, *data(), labels, plain(), {.maximal_drop = 5, .metrics = accuracy.metrics});
    accuracy.drop_type = DropType::Relative;
    const auto relative = quantize_with_accuracy(model, *data(), labels, plain(), accuracy);
    EXPECT_EQ(absolute.metrics[0].original, 2) << "a given baseline is not measured";
    EXPECT_DOUBLE_EQ(relative.metrics[0].drop, absolute.metrics[0].drop / 2);
}

TEST(AccuracyAware, TriesTheMixedPresetAndOtherEstimators) {
    AccuracyOptions accuracy{.maximal_drop = 1e-12,
                             .max_iter_num = 0,
                             .convert_to_mixed_preset = true,
                             .tune_hyperparams = true,
                             .metrics = {{"sqnr"}}};
    const auto result = quantize_with_accuracy(model_with_outlier(20), *data(), {}, plain(), accuracy);
    ASSERT_EQ(result.steps.size(), 3U);
    EXPECT_EQ(result.steps[1].what, "mixed preset");
    EXPECT_EQ(result.quantized.options.preset, result.steps[1].is_kept ? Preset::Mixed : Preset::Performance);
    EXPECT_EQ(result.steps[2].what, "other range estimators");
    EXPECT_EQ(result.steps[2].is_kept, result.quantized.options.activations.range_estimator.has_value() ||
                                           !result.quantized.options.use_fast_bias);
}

TEST(AccuracyAware, TakesAMetricOfOnesOwn) {
    std::size_t ranked = 0;
    AccuracyOptions accuracy{.maximal_drop = 0, .ranking_subset_size = 5, .max_iter_num = 1};
    accuracy.metric = [&](const std::shared_ptr<const ov::Model>& model, const Dataset& samples) {
        ranked += samples.size() == 5 ? 1 : 0;
        std::size_t quantizers = 0;
        for (const auto& node : model->get_ordered_ops()) {
            quantizers += ov::is_type<ov::op::v0::FakeQuantize>(node) ? 1 : 0;
        }
        return -static_cast<double>(quantizers);
    };
    const auto result = quantize_with_accuracy(model_with_outlier(60), *data(), {}, plain(), accuracy);
    EXPECT_FALSE(result.is_reached);
    EXPECT_EQ(result.metrics[0].original, 0);
    EXPECT_GT(ranked, 2U) << "blocks are ranked on the subset";
    EXPECT_LT(result.metrics[0].drop, result.steps[0].metrics[0].drop);
}

TEST(AccuracyAware, GoesBackWhereTheDropGrows) {
    AccuracyOptions accuracy{.maximal_drop = 0};
    // Worse with each operation in floating point, but for the ranking, which sees fewer samples.
    accuracy.ranking_subset_size = 5;
    accuracy.metric = [](const std::shared_ptr<const ov::Model>& model, const Dataset& samples) {
        double quantizers = 0;
        for (const auto& node : model->get_ordered_ops()) {
            quantizers += ov::is_type<ov::op::v0::FakeQuantize>(node) ? 1 : 0;
        }
        return samples.size() == 5 ? 0 : quantizers == 0 ? 100 : quantizers;
    };
    const auto model = model_with_outlier(60);
    const auto back = quantize_with_accuracy(model, *data(), {}, plain(), accuracy);
    EXPECT_FALSE(back.is_reached);
    EXPECT_TRUE(back.quantized.options.ignored.names.empty()) << "the first state was the best";
    EXPECT_TRUE(std::none_of(back.steps.begin() + 1, back.steps.end(), [](const auto& step) { return step.is_kept; }));
    accuracy.use_prev_if_drop_increase = false;
    const auto on = quantize_with_accuracy(model, *data(), {}, plain(), accuracy);
    EXPECT_TRUE(on.is_reached) << "all in floating point at last";
}

TEST(AccuracyAware, AgreesOnSureSamplesWithoutAnnotations) {
    const auto model = classifier();
    const auto all = quantize_with_accuracy(
        model, *data(), {}, plain(), {.max_iter_num = 0, .annotation_free = true, .annotation_conf_threshold = 0});
    const auto none = quantize_with_accuracy(
        model, *data(), {}, plain(), {.max_iter_num = 0, .annotation_free = true, .annotation_conf_threshold = 1});
    EXPECT_LT(all.metrics[0].quantized, 1);
    EXPECT_EQ(none.metrics[0].quantized, 1);
}

TEST(AccuracyAware, SavesEachAcceptedState) {
    const auto folder = std::filesystem::path(::testing::TempDir()) / "octet_accuracy_intermediate";
    std::filesystem::remove_all(folder);
    quantize_with_accuracy(model_with_outlier(60), *data(), {}, plain(),
                           {.maximal_drop = 0.001, .metrics = {{"sqnr"}}, .intermediate = folder});
    EXPECT_TRUE(std::filesystem::exists(folder / "intermediate_model.xml"));
    std::filesystem::remove_all(folder);
}

TEST(AccuracyAware, DoesNotDependOnTheNumberOfThreads) {
    const auto model = model_with_outlier(60);
    const AccuracyOptions accuracy{.maximal_drop = 0.001, .metrics = {{"sqnr"}}};
    const auto one = quantize_with_accuracy(model, *data(), {}, plain(), accuracy, {.threads = 1});
    const auto two = quantize_with_accuracy(model, *data(), {}, plain(), accuracy, {.threads = 2});
    EXPECT_EQ(to_json(one.quantized.report), to_json(two.quantized.report));
    EXPECT_EQ(one.metrics[0].quantized, two.metrics[0].quantized);
}

TEST(AccuracyAware, RefusesWhatIsOutOfRange) {
    const auto model = model_with_outlier(1);
    const auto text = [&](const Options& options, const AccuracyOptions& accuracy) -> std::string {
        try {
            quantize_with_accuracy(model, *data(), {}, options, accuracy);
        } catch (const Error& error) {
            return error.code() == ErrorCode::InvalidOption ? error.what() : "another code";
        }
        return "";
    };
    const std::pair<AccuracyOptions, const char*> kWrong[] = {
        {{.maximal_drop = -1}, "maximal_drop"},
        {{.maximal_drop = NAN}, "maximal_drop"},
        {{.ranking_subset_size = 0}, "ranking_subset_size"},
        {{.metric_subset_ratio = 0}, "metric_subset_ratio"},
        {{.base_algorithm = "DefaultQantization"}, "did you mean \"DefaultQuantization\""},
        {{.metrics = {{"sqnrr"}}}, "did you mean \"sqnr\""},
        {{.annotation_conf_threshold = 2}, "annotation_conf_threshold"},
    };
    for (const auto& [accuracy, part] : kWrong) {
        EXPECT_NE(text({}, accuracy).find(part), std::string::npos) << text({}, accuracy);
    }
    EXPECT_NE(text({.preset = Preset::Accuracy, .target_device = "GNA3"}, {}).find("expected performance"),
              std::string::npos);
}

Options for_gna(const std::string& device) {
    auto options = plain();
    options.target_device = device;
    return options;
}

std::size_t levels_of(const QuantizedModel& quantized, const std::string& name) {
    for (const auto& quantizer : quantized.report.quantizers) {
        if (quantizer.name == name) {
            return quantizer.levels;
        }
    }
    return 0;
}

TEST(AccuracyAware, GivesWeights16BitsOnGna) {
    const auto model = model_with_outlier(400);  // GNA3's convolutions have one range for all weights
    const auto result =
        quantize_with_accuracy(model, *data(), {}, for_gna("GNA3"), {.maximal_drop = 3e-3, .metrics = {{"sqnr"}}});
    ASSERT_GT(result.steps[0].metrics[0].drop, 3e-3) << "the model must lose something";
    EXPECT_TRUE(result.is_reached);
    EXPECT_EQ(result.steps[1].what, "weights of a in 16 bits");
    EXPECT_EQ(result.quantized.options.weights.int16_scope.front(), "a");
    EXPECT_TRUE(result.quantized.options.activations.int16_scope.empty()) << "they have 16 bits";
    EXPECT_TRUE(result.quantized.options.ignored.names.empty()) << "there is no floating point";
    EXPECT_EQ(levels_of(result.quantized, "a/fq_weights_1"), 65535U);
    EXPECT_EQ(levels_of(result.quantized, "hard/fq_weights_1"), 255U);

    const auto again = quantize(model, *data(), result.quantized.options);
    const auto sample = random_tensor({1, 3, 8, 8}, 5, 1, 0.2F);
    EXPECT_EQ(infer(again.model, {sample}), infer(result.quantized.model, {sample}));
}

TEST(AccuracyAware, HoldsGnaAgainstTheModelWith16BitWeights) {
    auto options = for_gna("GNA3");
    options.activations.bits = 6;  // costs more than all weights, here and there
    options.activations.level_low = -31;
    options.activations.level_high = 31;
    const auto model = model_with_outlier(1);
    AccuracyOptions accuracy{.maximal_drop = 1e9, .max_iter_num = 0};
    const auto sample = random_tensor({1, 3, 8, 8}, 5, 1, 0.2F);
    std::vector<std::vector<std::vector<float>>> judged;
    accuracy.metric = [&](const std::shared_ptr<const ov::Model>& each, const Dataset&) {
        judged.push_back(infer(each->clone(), {sample}));
        return 0;
    };
    quantize_with_accuracy(model, *data(), {}, options, accuracy);
    auto baseline = options;
    baseline.preset = Preset::Accuracy;
    ASSERT_EQ(judged.size(), 2U);
    EXPECT_EQ(judged[0], infer(quantize(model, *data(), baseline).model, {sample}));
    EXPECT_NE(judged[0], judged[1]);
}

/// All that is told of a run that never comes to an end by itself.
std::set<std::string> everything_tried(const std::string& device) {
    auto options = for_gna(device);
    options.activations.bits = 8;
    AccuracyOptions accuracy{.maximal_drop = 0, .use_prev_if_drop_increase = false};
    double value = 0;
    accuracy.metric = [&](const std::shared_ptr<const ov::Model>&, const Dataset&) { return --value; };
    std::set<std::string> tried;
    for (const auto& step : quantize_with_accuracy(model_with_outlier(4), *data(), {}, options, accuracy).steps) {
        tried.insert(step.what);
    }
    return tried;
}

TEST(AccuracyAware, WidensOnGnaWhatTheDeviceCan) {
    using Tried = std::set<std::string>;
    EXPECT_EQ(everything_tried("GNA"), Tried{"quantized"}) << "its convolutions have 16 bits";
    EXPECT_EQ(everything_tried("GNA3"),
              (Tried{"quantized", "weights and input of a in 16 bits", "weights and input of hard in 16 bits",
                     "weights and input of c in 16 bits"}));
    const auto apart = everything_tried("GNA3.5");
    EXPECT_TRUE(apart.count("weights of a in 16 bits"));
    EXPECT_TRUE(apart.count("input of a in 16 bits"));
}

TEST(AccuracyAware, OneEqualOutputDoesNotHideTheOthers) {
    const auto x = parameter({1, 3, 8, 8});
    const auto coarse = convolution(x, "coarse", 1);
    const auto model = model_of({coarse, relu(x, "same")}, {x});
    Options options = plain();
    options.weights.bits = 4;
    const auto result = quantize_with_accuracy(model, *data(), {}, options,
                                               {.maximal_drop = 1e-6, .max_iter_num = 0, .metrics = {{"sqnr"}}});
    EXPECT_FALSE(result.is_reached);
    EXPECT_LT(result.metrics[0].quantized, 40) << "20 dB and no noise at all have 23 dB together, not 110";
}

TEST(AccuracyAware, AndRecipesWorkWhereNothingIsQuantized) {
    Options options = plain();
    options.ignored.names = {"re:.*"};
    const auto result = quantize_with_accuracy(model_with_outlier(1), *data(), {}, options, {.metrics = {{"sqnr"}}});
    EXPECT_TRUE(result.is_reached);
    EXPECT_TRUE(result.quantized.report.quantizers.empty());
    EXPECT_TRUE(quantize_by_recipe(model_with_outlier(1), *data(), options, {}).model.report.quantizers.empty());
}

TEST(AccuracyAware, WidensAllInputsOfAnOperationTogetherOnGna35) {
    const auto x = parameter({1, 3, 8, 8});
    const Output left = make<ov::op::v0::Sin>("left", x), right = make<ov::op::v0::Cos>("right", x);
    const auto model = model_of({make<ov::op::v1::Add>("sum", left, right)}, {x});
    auto options = for_gna("GNA3.5");
    options.activations.bits = 8;
    AccuracyOptions accuracy{.maximal_drop = 0, .max_iter_num = 20, .use_prev_if_drop_increase = false};
    double value = 0;
    accuracy.metric = [&](const std::shared_ptr<const ov::Model>&, const Dataset&) { return --value; };
    std::size_t of_sum = 0;
    for (const auto& step : quantize_with_accuracy(model, *data(), {}, options, accuracy).steps) {
        of_sum += step.what == "input of sum in 16 bits" ? 1 : 0;
    }
    EXPECT_EQ(of_sum, 1U);
}

}  // namespace
}  // namespace octet
