#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "numeric/reduce.hpp"

namespace octet {
namespace {

std::vector<float> random_values(std::size_t count) {
    std::mt19937 generator(7);
    std::normal_distribution<float> distribution(0.5F, 2);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return distribution(generator); });
    return values;
}

TEST(FindExtremes, EqualsAPlainSearchForAnyLength) {
    for (const std::size_t count : {1, 2, 15, 16, 17, 31, 33, 1000}) {
        const auto values = random_values(count);
        const auto extremes = find_extremes(values);
        EXPECT_EQ(extremes.low, *std::min_element(values.begin(), values.end())) << count;
        EXPECT_EQ(extremes.high, *std::max_element(values.begin(), values.end())) << count;
        EXPECT_TRUE(extremes.is_bounded);
    }
}

TEST(FindExtremes, SeesWhatIsNoMeasurement) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(), -3.4e38F}) {
        for (const std::size_t place : {0, 5, 16, 35}) {
            auto values = random_values(36);
            values[place] = bad;
            EXPECT_FALSE(find_extremes(values).is_bounded) << bad << " at " << place;
        }
    }
    EXPECT_TRUE(find_extremes(std::vector<float>{1e30F, -1e30F}).is_bounded);
}

TEST(FindExtremes, OfNothingAreZero) {
    const auto extremes = find_extremes({});
    EXPECT_EQ(extremes.low, 0);
    EXPECT_EQ(extremes.high, 0);
}

TEST(ChannelReductions, EqualPlainLoopsForAnyLayout) {
    for (const ChannelView& view : {ChannelView{1, 3, 50}, ChannelView{2, 5, 7}, ChannelView{40, 9, 1},
                                    ChannelView{1, 1, 100}, ChannelView{3, 1, 1}}) {
        const auto values = random_values(view.outer * view.channels * view.inner);
        std::vector<double> sums(view.channels), low(view.channels), high(view.channels);
        sum_channels(values, view, sums);
        find_channel_extremes(values, view, low, high);
        for (std::size_t c = 0; c < view.channels; ++c) {
            double sum = 0, least = std::numeric_limits<double>::max(), most = std::numeric_limits<double>::lowest();
            for (std::size_t o = 0; o < view.outer; ++o) {
                for (std::size_t i = 0; i < view.inner; ++i) {
                    const double value = values[(o * view.channels + c) * view.inner + i];
                    sum += value;
                    least = std::min(least, value);
                    most = std::max(most, value);
                }
            }
            EXPECT_NEAR(sums[c], sum, 1e-9 * std::fabs(sum) + 1e-12);
            EXPECT_EQ(low[c], least);
            EXPECT_EQ(high[c], most);
        }
    }
}

TEST(ChannelReductions, SquaresAreSummedToo) {
    const std::vector<float> values{1, -2, 3, 4, 0, -5};
    std::vector<double> sums(2);
    sum_channel_squares(values, {1, 2, 3}, sums);
    EXPECT_EQ(sums, (std::vector<double>{14, 41}));
    sum_channel_squares(values, {3, 2, 1}, sums);
    EXPECT_EQ(sums, (std::vector<double>{10, 45}));
}

TEST(ChannelReductions, OfAnEmptyTensorAreZero) {
    std::vector<double> sums(2, 1), low(2, 1), high(2, 1);
    sum_channels({}, {0, 2, 3}, sums);
    find_channel_extremes({}, {0, 2, 3}, low, high);
    EXPECT_EQ(sums, std::vector<double>(2, 0));
    EXPECT_EQ(low, std::vector<double>(2, 0));
    EXPECT_EQ(high, std::vector<double>(2, 0));
}

}  // namespace
}  // namespace octet
