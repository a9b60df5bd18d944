// Weights on a grid against a search of all of them.
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "numeric/adaround.hpp"
#include "numeric/grid_rounding.hpp"
#include "numeric/products.hpp"

namespace octet {
namespace {

constexpr std::size_t kSize = 5;

struct Problem {
    std::vector<double> factor, products, wanted;
};

/// H = R^T R with strongly mixed variables, where plain rounding is far from the best.
Problem problem(unsigned seed) {
    std::mt19937 generator(seed);
    const auto number = [&] { return static_cast<double>(generator()) / 4294967296.0 * 2 - 1; };
    Problem made{std::vector<double>(kSize * kSize, 0), std::vector<double>(kSize * kSize, 0), {}};
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = i; j < kSize; ++j) {
            made.factor[i * kSize + j] = i == j ? 0.5 + std::fabs(number()) : number();
        }
        made.wanted.push_back(number());
    }
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = 0; j < kSize; ++j) {
            for (std::size_t k = 0; k < kSize; ++k) {
                made.products[i * kSize + j] += made.factor[k * kSize + i] * made.factor[k * kSize + j];
            }
        }
    }
    return made;
}

const WeightGrid kGrid{0.5, -4, 4};

double least_of_all(const Problem& given) {
    double least = 1e9;
    std::vector<double> weights(kSize);
    for (int code = 0; code < 9 * 9 * 9 * 9 * 9; ++code) {
        int rest = code;
        for (double& weight : weights) {
            weight = (rest % 9 - 4) * kGrid.step;
            rest /= 9;
        }
        least = std::min(least, error_of(given.products, given.wanted, weights));
    }
    return least;
}

TEST(GridRounding, ComesNearTheBestOfAllAndTellsItsError) {
    double plain_total = 0, turn_total = 0, descent_total = 0, least_total = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        const auto given = problem(seed);
        std::vector<double> plain, weights(kSize);
        for (const double value : given.wanted) {
            plain.push_back(kGrid.nearest(value));
        }
        const double told = round_in_turn(given.factor, given.wanted, kGrid, weights);
        const double in_turn = error_of(given.products, given.wanted, weights);
        EXPECT_NEAR(told, in_turn, 1e-9 * (1 + in_turn));
        descend(given.products, given.wanted, kGrid, 20, weights);
        const double least = least_of_all(given), descended = error_of(given.products, given.wanted, weights);
        EXPECT_LE(descended, in_turn + 1e-12);
        EXPECT_GE(descended, least - 1e-12);
        for (const double weight : weights) {
            EXPECT_EQ(weight, kGrid.nearest(weight));
        }
        plain_total += error_of(given.products, given.wanted, plain);
        turn_total += in_turn;
        descent_total += descended;
        least_total += least;
    }
    EXPECT_LT(turn_total, plain_total);
    EXPECT_LT(descent_total, 1.5 * least_total);
}

TEST(AdaRound, LearnsWhichWayToRound) {
    double plain_total = 0, learned_total = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        const auto given = problem(seed);
        std::vector<double> plain, weights(kSize);
        for (const double value : given.wanted) {
            plain.push_back(kGrid.nearest(value));
        }
        round_as_learned(
            given.products, given.wanted, std::vector{kGrid}, 300, [] { return false; }, weights);
        for (std::size_t i = 0; i < kSize; ++i) {
            EXPECT_LT(std::fabs(weights[i] - given.wanted[i]), kGrid.step) << "up or down";
            EXPECT_EQ(weights[i], kGrid.nearest(weights[i]));
        }
        plain_total += error_of(given.products, given.wanted, plain);
        learned_total += error_of(given.products, given.wanted, weights);
    }
    EXPECT_LT(learned_total, 0.8 * plain_total);
}

TEST(AdaRound, GivesAChannelTheSameBesideOthers) {
    const auto given = problem(3);
    auto both = problem(4).wanted;
    both.insert(both.end(), given.wanted.begin(), given.wanted.end());
    const WeightGrid coarse{0.75, -4, 4};
    std::vector<double> alone(kSize), beside(2 * kSize);
    const auto never = [] { return false; };
    round_as_learned(given.products, given.wanted, std::vector{kGrid}, 50, never, alone);
    round_as_learned(given.products, both, std::vector{coarse, kGrid}, 50, never, beside);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), beside.begin() + kSize));
}

TEST(AdaRound, StaysWithinTheGridAndWhereItHasOnePlaceOnly) {
    const auto given = problem(1);
    const std::vector<double> far(kSize, 100);
    std::vector<double> weights(kSize);
    const auto never = [] { return false; };
    round_as_learned(given.products, far, std::vector{kGrid}, 50, never, weights);
    for (const double weight : weights) {
        EXPECT_LE(weight, 2);
    }
    round_as_learned(given.products, far, std::vector{WeightGrid{0.5, 0, 0}}, 50, never, weights);
    EXPECT_EQ(weights, std::vector<double>(kSize, 0));
}

TEST(GridRounding, StaysWithinTheGrid) {
    const auto given = problem(1);
    const std::vector<double> far(kSize, 100);
    std::vector<double> weights(kSize);
    round_in_turn(given.factor, far, kGrid, weights);
    descend(given.products, far, kGrid, 20, weights);
    for (const double weight : weights) {
        EXPECT_LE(std::fabs(weight), 2);
    }
}

TEST(Products, AreThoseOfWeightedDeviations) {
    constexpr std::size_t kRows = 19, kWide = 300;
    std::mt19937 generator(3);
    std::vector<float> values(kRows * kWide);
    for (float& value : values) {
        value = static_cast<float>(generator() % 1000) / 500 - 1;
    }
    std::vector<double> weights;
    for (std::size_t r = 0; r < kRows; ++r) {
        weights.push_back(0.1 * static_cast<double>(r));
    }
    const Rows all{values.data(), kRows, kWide, kWide};
    const Rows a = all.columns(3, 70), b = all.columns(10, 280);
    std::vector<double> a_means(a.width, 0.25), b_means(b.width, -0.5), sums(a.width * b.width, 1), columns(a.width, 2);
    add_products(a, a_means, b, b_means, weights, sums);
    add_columns(a, weights, columns);
    for (const std::size_t i : {std::size_t{0}, std::size_t{64}, std::size_t{69}}) {
        double column = 2;
        for (const std::size_t j : {std::size_t{0}, std::size_t{255}, std::size_t{256}, std::size_t{279}}) {
            double sum = 1;
            for (std::size_t r = 0; r < kRows; ++r) {
                sum += weights[r] * (static_cast<double>(a[r][i]) - 0.25) * (static_cast<double>(b[r][j]) + 0.5);
            }
            EXPECT_NEAR(sums[i * b.width + j], sum, 1e-9);
        }
        for (std::size_t r = 0; r < kRows; ++r) {
            column += weights[r] * static_cast<double>(a[r][i]);
        }
        EXPECT_NEAR(columns[i], column, 1e-9);
    }
}

}  // namespace
}  // namespace octet
