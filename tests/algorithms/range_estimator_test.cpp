#include <gtest/gtest.h>

#include "algorithms/range_estimator.hpp"

namespace octet {
namespace {

constexpr Scheme kOf16Bits{.bits = 16, .mode = Mode::Symmetric, .level_low = -32768, .level_high = 32767};

TEST(RangeEstimator, RangesOf16BitsHoldAllThatWasMeasured) {
    for (const auto kind : {TensorKind::Activations, TensorKind::Outputs}) {
        const auto estimator = range_estimator(kind, kOf16Bits, {});
        EXPECT_EQ(estimator.min.aggregator, Aggregator::Min);
        EXPECT_EQ(estimator.max.aggregator, Aggregator::Max);
    }
    EXPECT_EQ(range_estimator(TensorKind::Activations, {}, {}).max.aggregator, Aggregator::Mean);
}

TEST(RangeEstimator, AnAggregatorThatIsGivenStandsAboveThat) {
    Options options;
    options.activations.range_estimator = RangeEstimatorOptions{.max = {.aggregator = Aggregator::Median}};
    EXPECT_EQ(range_estimator(TensorKind::Activations, kOf16Bits, options).max.aggregator, Aggregator::Median);
    const auto as_pot = range_estimator(TensorKind::Activations, kOf16Bits, {.full_range_16bit = false});
    EXPECT_EQ(as_pot.max.aggregator, Aggregator::Mean);
}

}  // namespace
}  // namespace octet
