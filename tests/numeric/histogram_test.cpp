#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "numeric/histogram.hpp"

namespace octet {
namespace {

Histogram histogram_of(const std::vector<float>& values) {
    return count_values(values, find_extremes(values));
}

std::vector<float> random_values(std::size_t count, unsigned seed, float scale = 1, float shift = 0) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(shift, scale);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(engine); });
    return values;
}

/// Holds a histogram against the values themselves, counted one by one.
void expect_counts(const Histogram& histogram, const std::vector<float>& values) {
    std::map<double, double> counts;  // by number of the bin
    double zeros = 0;
    for (const float value : values) {
        ++(value == 0 ? zeros : counts[std::floor(value / histogram.width)]);
    }
    EXPECT_EQ(histogram.zeros, zeros);
    EXPECT_EQ(histogram.total(), static_cast<double>(values.size()));
    EXPECT_EQ(histogram.low, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(histogram.high, *std::max_element(values.begin(), values.end()));
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        const auto found = counts.find(histogram.first + static_cast<double>(bin));
        ASSERT_EQ(histogram.counts[bin], found == counts.end() ? 0 : found->second) << bin;
    }
}

TEST(Histogram, CountsEachValueOnce) {
    for (const float shift : {-500.F, -0.4F, 0.F, 0.7F, 1000.F}) {
        for (const std::size_t count : {1U, 7U, 513U, 20000U}) {
            const auto values = random_values(count, 3, 1, shift);
            expect_counts(histogram_of(values), values);
        }
    }
    auto rectified = random_values(5000, 4);
    std::transform(rectified.begin(), rectified.end(), rectified.begin(), [](float v) { return std::max(v, 0.F); });
    expect_counts(histogram_of(rectified), rectified);
}

TEST(Histogram, TakesTheFinestBinsThatHoldTheSpan) {
    const auto histogram = histogram_of(random_values(1000, 5));
    int exponent = 0;
    EXPECT_EQ(std::frexp(histogram.width, &exponent), 0.5) << "a power of two";
    const auto bins = [&](double width) {
        return std::floor(histogram.high / width) - std::floor(histogram.low / width);
    };
    EXPECT_LT(bins(histogram.width), kHistogramBins);
    EXPECT_GE(bins(histogram.width / 2), kHistogramBins);
}

TEST(Histogram, OfOneValueAndOfZeros) {
    expect_counts(histogram_of(std::vector<float>(100, 0.1F)), std::vector<float>(100, 0.1F));
    expect_counts(histogram_of(std::vector<float>(100, -3e5F)), std::vector<float>(100, -3e5F));
    expect_counts(histogram_of(std::vector<float>(9, 0.F)), std::vector<float>(9, 0.F));
    expect_counts(histogram_of({1e30F, -1e-30F, 1e-40F}), {1e30F, -1e-30F, 1e-40F});
}

TEST(Histogram, LeavesOutTensorsThatAreEmptyOrNotBounded) {
    const float infinity = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(histogram_of({}).empty());
    EXPECT_TRUE(histogram_of({1, infinity, 2}).empty());
    EXPECT_TRUE(histogram_of({1, std::nanf(""), 2}).empty());
    auto histogram = histogram_of({1, 2, 3});
    const auto before = histogram;
    merge(histogram, histogram_of({-infinity}));
    EXPECT_EQ(histogram, before);
    EXPECT_EQ(quantile(histogram_of({}), 0.5), 0);
}

TEST(Histogram, IsTheSameHoweverValuesAreParted) {
    std::vector<std::vector<float>> parts;
    std::vector<float> all;
    for (unsigned i = 0; i < 12; ++i) {  // widths double again and again, and once the span is on the other side of 0
        parts.push_back(random_values(300 + i, i, std::exp2(static_cast<float>(i % 7)), i == 5 ? -900.F : 0.F));
        parts.back()[0] = 0;
        all.insert(all.end(), parts.back().begin(), parts.back().end());
    }
    const auto whole = histogram_of(all);
    Histogram forwards, backwards, halves[2];
    for (std::size_t i = 0; i < parts.size(); ++i) {
        merge(forwards, histogram_of(parts[i]));
        merge(backwards, histogram_of(parts[parts.size() - 1 - i]));
        merge(halves[i / 6], histogram_of(parts[i]));
    }
    merge(halves[0], halves[1]);
    EXPECT_EQ(forwards, whole);
    EXPECT_EQ(backwards, whole);
    EXPECT_EQ(halves[0], whole);
}

TEST(Histogram, WeighsValuesByTheirChannel) {
    const std::vector<double> weights{3, 0, 65536, 7};
    for (const std::size_t inner : {1U, 5U}) {
        const ChannelView view{40, 4, inner};
        const auto values = random_values(160 * inner, 8);
        const auto weighted = count_weighted(values, find_extremes(values), view, weights);
        std::vector<float> repeated;
        std::map<double, double> counts;
        for (std::size_t i = 0; i < values.size(); ++i) {
            counts[std::floor(values[i] / weighted.width)] += weights[i / inner % 4];
        }
        for (const auto& [number, count] : counts) {
            ASSERT_EQ(weighted.counts[static_cast<std::size_t>(number - weighted.first)], count);
        }
        EXPECT_EQ(weighted.low, histogram_of(values).low) << "also of a channel that does not count";
        EXPECT_EQ(weighted.total(), 40.0 * static_cast<double>(inner) * (3 + 65536 + 7));
    }
}

TEST(Histogram, ComesBackFromARow) {
    const auto histogram = histogram_of(random_values(100, 2));
    std::vector<double> row(kPackedHistogram);
    pack(histogram, row);
    EXPECT_EQ(unpack_histogram(row), histogram);
    EXPECT_TRUE(unpack_histogram({}).empty());
}

TEST(Histogram, OfMagnitudes) {
    const auto values = random_values(4000, 6, 1, 0.2F);
    std::vector<float> magnitudes = values;
    std::transform(values.begin(), values.end(), magnitudes.begin(), [](float v) { return std::fabs(v); });
    const auto folded = fold(histogram_of(values));
    double below = 0, counted = 0;
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        below += folded.counts[bin];
        counted = static_cast<double>(
            std::count_if(magnitudes.begin(), magnitudes.end(), [&](float v) { return v < folded.bin_low(bin + 1); }));
        ASSERT_EQ(below, counted) << bin;
    }
}

TEST(Histogram, TellsQuantilesToABin) {
    auto values = random_values(5000, 7);
    std::fill_n(values.begin(), 1500, 0.F);
    const auto histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    for (const double probability : {0.0001, 0.1, 0.4, 0.5, 0.9, 0.9999}) {
        const auto place = static_cast<std::size_t>(probability * 4999);
        EXPECT_NEAR(quantile(histogram, probability), values[place],
                    2 * histogram.width + (values[place + 1] - values[place]))
            << probability;
    }
    EXPECT_EQ(quantile(histogram, 0), histogram.low);
    EXPECT_EQ(quantile(histogram, 1), histogram.high);
}

}  // namespace
}  // namespace octet
