#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "numeric/fake_quantize.hpp"
#include "numeric/histogram_ranges.hpp"

namespace octet {
namespace {

/// Values with a heavy tail, as activations have, and zeros among them.
std::vector<float> tailed_values(std::size_t count, bool is_signed) {
    std::mt19937 engine(11);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values) {
        const float v = normal(engine), wide = normal(engine);
        value = v * std::exp(wide);
        value = is_signed ? value : std::max(value, 0.F);
    }
    return values;
}

Histogram histogram_of(const std::vector<float>& values) {
    return count_values(values, find_extremes(values));
}

/// By the reference of FakeQuantize, value for value.
double direct_error(const std::vector<float>& values, const Range& range, std::size_t levels) {
    double sum = 0;
    for (const float value : values) {
        const auto low = static_cast<float>(range.low), high = static_cast<float>(range.high);
        const double off = value - fake_quantize(value, low, high, low, high, levels);
        sum += off * off;
    }
    return sum / static_cast<double>(values.size());
}

TEST(SquaredError, EqualsThatOfTheValues) {
    const auto values = tailed_values(50000, true);
    const auto histogram = histogram_of(values);
    for (const double high : {0.5, 2.0, 10.0, 40.0}) {
        const Range range{-high * 128 / 127, high};
        const double direct = direct_error(values, range, 256);
        EXPECT_NEAR(squared_error(histogram, range, 256), direct, 0.05 * direct) << high;
    }
    EXPECT_EQ(squared_error({}, {0, 1}, 256), 0);
    EXPECT_EQ(squared_error(histogram, {0, 0}, 256), std::numeric_limits<double>::infinity());
}

TEST(SquaredError, OfZerosIsNoneOnAGridThatHoldsZero) {
    const auto histogram = histogram_of(std::vector<float>(10, 0.F));
    EXPECT_EQ(squared_error(histogram, {0, 6}, 256), 0);
    EXPECT_GT(squared_error(histogram, {0.5, 6}, 256), 0.2);
}

TEST(SearchRange, OfSymmetricRangesIsAsGoodAsTryingAll) {
    for (const bool is_signed : {false, true}) {
        for (const std::size_t levels : {16U, 256U}) {
            const auto values = tailed_values(20000, is_signed);
            const auto histogram = histogram_of(values);
            const auto made = [&](const Range& ends) {
                return symmetric_activations(std::vector{ends.low}, std::vector{ends.high}, levels).front();
            };
            const double most = std::max(-histogram.low, histogram.high);
            const auto best = search_range({histogram.low, most}, true, [&](const Range& ends) {
                return squared_error(histogram, made(ends), levels);
            });
            double least = std::numeric_limits<double>::infinity();
            for (int i = 1; i <= 1000; ++i) {
                least = std::min(least, direct_error(values, made({histogram.low, most * i / 1000}), levels));
            }
            EXPECT_LT(direct_error(values, made(best), levels), 1.05 * least) << is_signed << levels;
            EXPECT_LT(best.high, most) << "the tail is cut off";
        }
    }
}

TEST(SearchRange, OfAsymmetricRangesIsAsGoodAsTryingAll) {
    auto values = tailed_values(5000, true);
    for (float& value : values) {
        value = value < 0 ? value / 3 : value;
    }
    const auto histogram = histogram_of(values);
    const auto best = search_range({histogram.low, histogram.high}, false, [&](const Range& ends) {
        return squared_error(histogram, asymmetric(ends, 4), 16);
    });
    double least = std::numeric_limits<double>::infinity();
    for (int low = 1; low <= 60; ++low) {
        for (int high = 1; high <= 60; ++high) {
            const Range ends{histogram.low * low / 60, histogram.high * high / 60};
            least = std::min(least, direct_error(values, asymmetric(ends, 4), 16));
        }
    }
    EXPECT_LT(direct_error(values, asymmetric(best, 4), 16), 1.05 * least);
}

TEST(SearchRange, KeepsWhatNothingImproves) {
    const Range widest{-1, 2};
    EXPECT_EQ(search_range(widest, false, [](const Range&) { return 1.0; }), widest);
    EXPECT_EQ(search_range(widest, false, [](const Range&) { return std::numeric_limits<double>::infinity(); }),
              widest);
    EXPECT_EQ(search_range({0, 0}, true, [](const Range&) { return 0.0; }), (Range{0, 0}));
}

/// The definition, with whole vectors and no shortcuts: P clipped, Q of groups, on bins of width 1 from 0 on.
double direct_divergence(const std::vector<double>& counts, std::size_t kept, std::size_t levels) {
    std::vector<double> p(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(kept)), q(kept, 0);
    double inside = 0, all = 0;
    for (std::size_t level = 0; level < levels; ++level) {
        double sum = 0, filled = 0;
        const auto is_in = [&](std::size_t bin) { return bin * levels / kept == level && counts[bin] > 0; };
        for (std::size_t bin = 0; bin < kept; ++bin) {
            sum += is_in(bin) ? counts[bin] : 0;
            filled += is_in(bin) ? 1 : 0;
        }
        for (std::size_t bin = 0; bin < kept; ++bin) {
            q[bin] = is_in(bin) ? sum / filled : q[bin];
        }
        inside += sum;
    }
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        p[std::min(bin, kept - 1)] += bin < kept ? 0 : counts[bin];
        all += counts[bin];
    }
    double divergence = 0;
    for (std::size_t bin = 0; bin < kept; ++bin) {
        divergence += p[bin] > 0 ? p[bin] / all * std::log(p[bin] / all / (q[bin] > 0 ? q[bin] / inside : 1e-4)) : 0;
    }
    return divergence;
}

TEST(Divergence, EqualsItsDefinition) {
    Histogram histogram;
    histogram.low = 0.25;
    histogram.high = 63.5;
    histogram.width = 1;
    std::mt19937 engine(3);
    for (std::size_t bin = 0; bin < 64; ++bin) {
        histogram.counts[bin] =
            bin % 7 == 3 ? 0 : static_cast<double>(engine() % 1000) / (1 + static_cast<double>(bin));
    }
    histogram.zeros = 1e6;  // do not count
    const std::vector<double> counts(histogram.counts.begin(), histogram.counts.begin() + 64);
    for (const std::size_t kept : {16U, 32U, 48U, 64U}) {
        EXPECT_NEAR(divergence(histogram, {0, static_cast<double>(kept) - 1e-9}, 8), direct_divergence(counts, kept, 8),
                    1e-9)
            << kept;
    }
    EXPECT_EQ(divergence(histogram, {0, 7}, 8), std::numeric_limits<double>::infinity()) << "bins as coarse as steps";
}

TEST(WeightedError, EqualsTheReference) {
    const auto values = tailed_values(300, true);
    std::vector<float> importance(values.size());
    double direct = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        importance[i] = static_cast<float>(i % 5);
        const double off = values[i] - fake_quantize(values[i], -2, 2, -2, 2, 255);
        direct += importance[i] * off * off;
    }
    EXPECT_NEAR(weighted_error(values, importance, {-2, 2}, 255), direct, 1e-5 * direct);
}

}  // namespace
}  // namespace octet
