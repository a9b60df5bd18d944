#include <vector>

#include <gtest/gtest.h>

#include "numeric/ranges.hpp"

namespace octet {
namespace {

struct AsymmetricCase {
    Range measured;
    Range expected;
};

// Measured with POT 2023.3 itself, but for the two that its width guard makes.
TEST(Asymmetric, PutsZeroOnAStepByMovingOneBorderOutwards) {
    const AsymmetricCase cases[] = {
        {{-1, 2}, {-1, 2}},
        {{-0.5, 1}, {-0.5, 1}},
        {{0, 6}, {0, 6}},
        {{-6, 0}, {-6, 0}},
        {{-0.001, 6}, {-0.001, 6}},
        {{-3, 0.01}, {-3, 0.011811023622047244}},
        {{-1, 1}, {-1.0078740157480315, 1}},
        {{2, 6}, {0, 6}},
        {{-6, -2}, {-6, 0}},
        {{0, 0}, {-8.06299e-4, 8e-4}},
        {{0.75, 0.75}, {0, 0.7508}},
    };
    for (const auto& c : cases) {
        const Range range = asymmetric(c.measured, 8);
        EXPECT_NEAR(range.low, c.expected.low, 1e-8) << c.measured.low << ".." << c.measured.high;
        EXPECT_NEAR(range.high, c.expected.high, 1e-8) << c.measured.low << ".." << c.measured.high;
    }
}

TEST(SymmetricWeights, WidensSmallChannelsToAShareOfTheLargest) {
    const std::vector<double> magnitudes{0, 1e-3, 1, 5};
    const std::vector<Range> expected{{-0.05, 0.05}, {-0.05, 0.05}, {-1, 1}, {-5, 5}};
    EXPECT_EQ(symmetric_weights(magnitudes), expected);
}

TEST(SymmetricWeights, WidensZeroToTheSmallestMagnitude) {
    const std::vector<double> magnitudes{0};
    EXPECT_EQ(symmetric_weights(magnitudes), (std::vector<Range>{{-8e-5, 8e-5}}));
}

TEST(SymmetricActivations, StartAtZeroWhereNothingIsNegative) {
    const std::vector<double> minima{0.5}, magnitudes{4};
    EXPECT_EQ(symmetric_activations(minima, magnitudes, 256), (std::vector<Range>{{0, 4}}));
}

TEST(SymmetricActivations, KeepZeroOnAStepWhereSomethingIsNegative) {
    const std::vector<double> minima{-0.1}, magnitudes{127};
    const auto ranges = symmetric_activations(minima, magnitudes, 256);
    ASSERT_EQ(ranges.size(), 1U);
    EXPECT_DOUBLE_EQ(ranges[0].low, -128);
    EXPECT_DOUBLE_EQ(ranges[0].high, 127);
}

TEST(SymmetricActivations, OneNegativeChannelMakesAllSigned) {
    const std::vector<double> minima{0, -1}, magnitudes{1, 1};
    const auto ranges = symmetric_activations(minima, magnitudes, 256);
    EXPECT_LT(ranges[0].low, 0);
    EXPECT_LT(ranges[1].low, 0);
}

}  // namespace
}  // namespace octet
