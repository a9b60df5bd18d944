#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "numeric/quantile.hpp"

namespace octet {
namespace {

const std::vector<QuantilePoint> kPoints{{0, false},      {1e-4, false},  {0.37, false},   {0.5, false},
                                         {0.9999, false}, {1, false},     {0, true},       {0.5, true},
                                         {0.9, true},     {0.9999, true}, {1.0 / 3, false}};

/// The definition itself: sort, and interpolate between the neighbours of probability * (n - 1).
double sorted_quantile(std::vector<float> values, const QuantilePoint& point) {
    if (point.of_magnitude) {
        std::transform(values.begin(), values.end(), values.begin(), [](float value) { return std::fabs(value); });
    }
    std::sort(values.begin(), values.end());
    const double place = point.probability * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double low = values[below], high = values[std::min(below + 1, values.size() - 1)];
    return low + (high - low) * (place - std::floor(place));
}

void expect_quantiles(const std::vector<float>& values, const char* what) {
    const auto found = quantiles(values, kPoints);
    ASSERT_EQ(found.size(), kPoints.size());
    for (std::size_t i = 0; i < kPoints.size(); ++i) {
        EXPECT_EQ(found[i], sorted_quantile(values, kPoints[i]))
            << what << ", " << values.size() << " values, probability " << kPoints[i].probability
            << (kPoints[i].of_magnitude ? " of |x|" : "");
    }
}

const std::size_t kSizes[] = {1, 2, 3, 10, 2047, 2048, 2049, 50001};

TEST(Quantiles, EqualThoseOfSortedValuesForAnySize) {
    std::mt19937 generator(3);
    std::normal_distribution<float> normal(0.5F, 2);
    std::uniform_int_distribution<std::uint32_t> bits;
    for (const std::size_t size : kSizes) {
        std::vector<float> values(size), relu(size), ties(size), any(size);
        for (std::size_t i = 0; i < size; ++i) {
            values[i] = normal(generator);
            relu[i] = std::max(0.0F, normal(generator) - 1);
            ties[i] = std::round(normal(generator));
            do {  // all exponents, subnormal ones and infinities, too; differences of what is left stay finite
                any[i] = std::bit_cast<float>(bits(generator));
            } while (!std::isfinite(any[i]));
        }
        expect_quantiles(values, "normal");
        expect_quantiles(relu, "half zero");
        expect_quantiles(ties, "ties");
        expect_quantiles(any, "any bits");
        expect_quantiles(std::vector<float>(size, -3.25F), "all equal");
    }
}

TEST(Quantiles, EqualTheOnesThatReorder) {
    std::mt19937 generator(4);
    std::normal_distribution<float> normal;
    std::vector<float> values(30000);
    std::generate(values.begin(), values.end(), [&] { return normal(generator); });
    for (const auto& point : kPoints) {
        auto moved = values;
        if (!point.of_magnitude) {
            EXPECT_EQ(quantiles(values, std::vector{point})[0], quantile(std::span<float>(moved), point.probability));
        }
    }
}

TEST(Quantiles, OfZerosArePositiveZero) {
    for (const std::size_t size : kSizes) {
        std::vector<float> values(size, -0.0F);
        for (std::size_t i = 0; i < size; i += 2) {
            values[i] = 0;
        }
        for (const double found : quantiles(values, kPoints)) {
            EXPECT_EQ(found, 0);
            EXPECT_FALSE(std::signbit(found)) << size;
        }
    }
}

TEST(Quantiles, FindTheirWayAroundZerosOfBothSigns) {
    for (const std::size_t size : {100U, 9000U}) {
        std::vector<float> values(size);
        for (std::size_t i = 0; i < size; ++i) {
            const float tiny = 1e-44F * static_cast<float>(1 + i % 50);  // in the buckets beside zero
            const float kinds[] = {0.0F, -0.0F, tiny, -tiny, 1, -0.0F};
            values[i] = kinds[i % 6];
        }
        std::vector<QuantilePoint> points;
        for (int percent = 0; percent <= 100; ++percent) {
            points.push_back({percent / 100.0, percent % 2 == 0});
        }
        const auto found = quantiles(values, points);
        for (std::size_t i = 0; i < points.size(); ++i) {
            EXPECT_EQ(found[i], sorted_quantile(values, points[i])) << size << " " << points[i].probability;
            EXPECT_FALSE(found[i] == 0 && std::signbit(found[i]));
        }
    }
}

TEST(Quantiles, PutWhatIsNoNumberAtTheEnds) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    for (const std::size_t size : {5U, 4097U}) {
        std::vector<float> values(size, 1);
        values[0] = nan;
        values[1] = -infinity;
        values[2] = std::copysign(nan, -1.0F);
        const double step = 1.0 / static_cast<double>(size - 1);
        const auto found =
            quantiles(values, std::vector<QuantilePoint>{{0, false}, {step, false}, {2 * step, false}, {1, false}});
        EXPECT_TRUE(std::isnan(found[0])) << size;
        EXPECT_EQ(found[1], -infinity) << size;
        EXPECT_EQ(found[2], 1) << size;
        EXPECT_TRUE(std::isnan(found[3])) << size;
    }
}

TEST(Quantiles, OfNothingAreZero) {
    EXPECT_EQ(quantiles({}, std::vector<QuantilePoint>{{0.5, false}}), std::vector<double>{0});
    EXPECT_TRUE(quantiles(std::vector<float>{1, 2}, {}).empty());
}

}  // namespace
}  // namespace octet
