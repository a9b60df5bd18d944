// Ranges from histograms: the joint range estimators, and RangeSearch.
#include <algorithm>

#include <gtest/gtest.h>

#include "octet/error.hpp"
#include "octet/octet.hpp"
#include "octet/quantize.hpp"

#include "uneven_model.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr RangeStatistic kJoint[] = {RangeStatistic::Percentile, RangeStatistic::Mse, RangeStatistic::OutputMse,
                                     RangeStatistic::Kl};

/// The SQNR over the samples that RangeSelection and RangeSearch try: with 16 of them, all.
double sqnr_of(const Options& options) {
    const auto model = deep_model();
    return sqnr_of_all(model, quantize(model, *uneven_data(16), options).model, 16);
}

std::vector<QuantizerInfo> quantizers(const Options& options, RunOptions run = {}) {
    return inspect(*quantize(deep_model(), *uneven_data(10), options, run).model);
}

const QuantizerInfo& quantizer_of(const std::vector<QuantizerInfo>& all, const std::string& tensor) {
    return *std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.tensor == tensor; });
}

Options with_activations(RangeStatistic type) {
    Options options;
    options.activations.range_estimator = RangeEstimatorOptions{.max = {.type = type}};
    return options;
}

ErrorCode refusal(const Options& options) {
    try {
        quantize(deep_model(), *uneven_data(2), options);
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::Internal;
}

TEST(JointEstimators, GiveRangesInsideTheExtremes) {
    Options extremes;
    extremes.activations.range_estimator =
        RangeEstimatorOptions{.min = {.aggregator = Aggregator::Min}, .max = {.aggregator = Aggregator::Max}};
    for (const Preset preset : {Preset::Performance, Preset::Mixed}) {
        extremes.preset = preset;
        const auto widest = quantizers(extremes);
        for (const auto type : kJoint) {
            auto options = with_activations(type);
            options.preset = preset;
            const auto all = quantizers(options);
            ASSERT_EQ(all.size(), widest.size());
            EXPECT_LE(quantizer_of(all, "c3/act").high[0], quantizer_of(widest, "c3/act").high[0])
                << static_cast<int>(type);
            EXPECT_LE(quantizer_of(all, "c3/act").low[0], 0) << static_cast<int>(type);
        }
    }
}

TEST(JointEstimators, HoldForBothEndsWhicheverTheyAreGivenFor) {
    Options low, both;
    low.activations.range_estimator = RangeEstimatorOptions{.min = {.type = RangeStatistic::Mse}};
    both.activations.range_estimator =
        RangeEstimatorOptions{.min = {.type = RangeStatistic::Mse}, .max = {.type = RangeStatistic::Mse}};
    for (auto* options : {&low, &both}) {
        options->preset = Preset::Mixed;
    }
    auto high = with_activations(RangeStatistic::Mse);
    high.preset = Preset::Mixed;
    const auto wanted = quantizers(high);
    for (const auto* options : {&low, &both}) {
        const auto made = quantizers(*options);
        EXPECT_EQ(quantizer_of(made, "c3/act").high, quantizer_of(wanted, "c3/act").high);
        EXPECT_EQ(quantizer_of(made, "c3/act").low, quantizer_of(wanted, "c3/act").low);
    }
}

TEST(JointEstimators, StayWithinTheClippingValue) {
    auto options = with_activations(RangeStatistic::Mse);
    options.activations.range_estimator->max.clipping_value = 0.25;
    EXPECT_LE(quantizer_of(quantizers(options), "c3/act").high[0], 0.2501);
}

TEST(JointEstimators, LeaveOutTheShareOfAPercentile) {
    const auto high = [](double share) {
        auto options = with_activations(RangeStatistic::Percentile);
        options.activations.range_estimator->max.outlier_prob = share;
        return quantizer_of(quantizers(options), "c3/act").high[0];
    };
    EXPECT_LT(high(0.1), high(0.01));
    EXPECT_LT(high(0.01), high(0));
}

TEST(JointEstimators, OfWeightsLowerTheirError) {
    for (const auto type : {RangeStatistic::Mse, RangeStatistic::OutputMse}) {
        for (const Preset preset : {Preset::Performance, Preset::Accuracy}) {
            Options options;
            options.preset = preset;
            options.saturation_fix = SaturationFix::No;
            options.weights.bits = 4;
            Options usual = options;
            options.weights.range_estimator = RangeEstimatorOptions{.max = {.type = type}};
            const auto narrow = quantizers(options), wide = quantizers(usual);
            double sum = 0, before = 0;
            for (std::size_t q = 0; q < narrow.size(); ++q) {
                for (std::size_t c = 0; c < narrow[q].high.size() && narrow[q].high.size() > 1; ++c) {
                    sum += narrow[q].high[c] - narrow[q].low[c];
                    before += wide[q].high[c] - wide[q].low[c];
                }
            }
            EXPECT_LT(sum, before) << "four bits are spent better on the many small weights";
        }
    }
}

TEST(JointEstimators, OfAllTensorsLeaveWhatCannotHaveThem) {
    for (const auto type : kJoint) {
        Options options;
        options.range_estimator.max.type = type;
        EXPECT_NO_THROW(quantize(deep_model(), *uneven_data(2), options)) << static_cast<int>(type);
    }
}

TEST(JointEstimators, AreRefusedWhereTheyMeanNothing) {
    const auto refused = [](const std::function<void(Options&)>& change) {
        auto options = with_activations(RangeStatistic::Mse);
        change(options);
        EXPECT_EQ(refusal(options), ErrorCode::InvalidOption);
    };
    refused([](Options& o) { o.activations.range_estimator->max.aggregator = Aggregator::Max; });
    refused([](Options& o) { o.activations.range_estimator->min.type = RangeStatistic::Min; });
    refused([](Options& o) { o.activations.range_estimator->min.type = RangeStatistic::Kl; });
    refused([](Options& o) { o.activations.range_estimator->max.outlier_prob = 0.01; });
    refused([](Options& o) { o.activations.granularity = Granularity::PerChannel; });
    for (const auto type : {RangeStatistic::Kl, RangeStatistic::Percentile}) {
        refused([&](Options& o) { o.weights.range_estimator = RangeEstimatorOptions{.max = {.type = type}}; });
    }
}

TEST(RangeSearch, IsNeverWorseOnTheSamplesItTries) {
    for (const Preset preset : {Preset::Performance, Preset::Mixed}) {
        // Without what follows it: biases are found anew on other ranges.
        const Options without{.preset = preset, .simulate_activations = false};
        Options with = without;
        with.range_search = true;
        EXPECT_GE(sqnr_of(with), sqnr_of(without) - 0.1);
    }
}

TEST(RangeSearch, CutsOffWhatOneSampleMakes) {
    Options options{.range_selection = false, .simulate_activations = false};
    const double usual = sqnr_of(options);
    options.range_search = true;
    EXPECT_GT(sqnr_of(options), usual + 1);
}

TEST(RangeSearch, GivesTheSameForAnyNumberOfThreads) {
    const auto one = quantizers({.range_search = true}, {.threads = 1});
    const auto two = quantizers({.range_search = true}, {.threads = 2});
    ASSERT_EQ(one.size(), two.size());
    for (std::size_t q = 0; q < one.size(); ++q) {
        EXPECT_EQ(one[q].high, two[q].high) << one[q].name;
        EXPECT_EQ(one[q].low, two[q].low) << one[q].name;
    }
}

TEST(RangeSearch, LeavesRangesWhoseEstimatorIsGiven) {
    const auto highs = [](bool range_search) {
        Options options;
        options.range_search = range_search;
        options.range_estimator.max.aggregator = Aggregator::Median;
        return quantizer_of(quantizers(options), "c3/act").high;
    };
    EXPECT_EQ(highs(true), highs(false));
}

TEST(RangeSearch, RunsAloneByItsName) {
    Options options;
    options.algorithms = {"MinMaxQuantization", "RangeSearch"};
    const auto result = quantize(deep_model(), *uneven_data(10), options);
    EXPECT_TRUE(std::any_of(result.report.changes.begin(), result.report.changes.end(),
                            [](const Change& change) { return change.algorithm == "RangeSearch"; }));
}

}  // namespace
}  // namespace octet
