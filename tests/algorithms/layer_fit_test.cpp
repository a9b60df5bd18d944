// Fits of one layer's weights to rows that are made up.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "algorithms/layer_fit.hpp"

namespace octet {
namespace {

constexpr double kStep = 0.25;  // coarse, so that rounding makes a difference

const std::function<bool()> kNeverCancelled = [] { return false; };

class Numbers {
public:
    explicit Numbers(unsigned seed) : generator_(seed) {}

    /// Between -1 and 1.
    double next() {
        return static_cast<double>(generator_()) / 4294967296.0 * 2 - 1;
    }

private:
    std::mt19937 generator_;
};

/// Inputs from -1 to 1, much alike within a row, and what the weights and the bias make of them.
LayerRows make_rows(const LayerWeights& weights, std::size_t count, unsigned seed) {
    LayerRows rows{weights.width, weights.outputs, {}, {}};
    Numbers numbers(seed);
    for (std::size_t r = 0; r < count; ++r) {
        const double common = numbers.next();
        for (std::size_t i = 0; i < weights.width; ++i) {
            rows.read.push_back(static_cast<float>(0.6 * common + 0.4 * numbers.next()));
        }
        const float* row = rows.read.data() + r * weights.width;
        for (std::size_t o = 0; o < weights.outputs; ++o) {
            double made = weights.bias[o];
            for (std::size_t i = 0; i < weights.width; ++i) {
                made += double{weights.values[o * weights.width + i]} * double{row[i]};
            }
            rows.wanted.push_back(static_cast<float>(made));
        }
    }
    return rows;
}

LayerWeights make_weights(std::size_t outputs = 6, std::size_t width = 24) {
    LayerWeights weights{.outputs = outputs, .width = width, .low = -7, .high = 7};
    Numbers numbers(1);
    for (std::size_t i = 0; i < outputs * width; ++i) {
        weights.values.push_back(static_cast<float>(numbers.next()));
    }
    weights.steps.assign(outputs, kStep);
    for (std::size_t o = 0; o < outputs; ++o) {
        weights.bias.push_back(numbers.next());
    }
    return weights;
}

SplitRows make_split(const LayerWeights& weights) {
    return {make_rows(weights, 400, 2), make_rows(weights, 100, 3)};
}

TuningOptions by(TuningMethod method) {
    return {.method = method};
}

std::optional<LayerFit> fit(const LayerWeights& weights, const SplitRows& rows, TuningMethod method,
                            std::size_t threads = 1) {
    return fit_layer(weights, rows, by(method), threads, kNeverCancelled);
}

/// Mean square of what the fit is off by behind an activation that cuts off below `least`.
double error_of(const LayerFit& fit, const LayerRows& rows, double least) {
    double total = 0;
    const auto x = rows.inputs(), y = rows.targets();
    for (std::size_t r = 0; r < x.count; ++r) {
        for (std::size_t o = 0; o < rows.outputs; ++o) {
            double made = fit.bias[o];
            for (std::size_t i = 0; i < rows.width; ++i) {
                made += double{fit.values[o * rows.width + i]} * double{x[r][i]};
            }
            const double off = std::max(made, least) - std::max(double{y[r][o]}, least);
            total += off * off;
        }
    }
    return total / static_cast<double>(x.count * rows.outputs);
}

class LayerFitBy : public ::testing::TestWithParam<TuningMethod> {};
INSTANTIATE_TEST_SUITE_P(Methods, LayerFitBy, ::testing::Values(TuningMethod::LeastSquares, TuningMethod::AdaRound));

TEST_P(LayerFitBy, ComesMuchNearerThanTheNearestWeights) {
    const auto weights = make_weights();
    const auto made = fit(weights, make_split(weights), GetParam());
    ASSERT_TRUE(made);
    EXPECT_LT(made->after, 0.6 * made->before);
    for (const float value : made->values) {
        EXPECT_EQ(value, static_cast<float>(std::nearbyint(value / kStep) * kStep));
        EXPECT_LE(std::fabs(value), 7 * kStep);
    }
}

TEST_P(LayerFitBy, GivesTheSameOnAnyThreads) {
    const auto weights = make_weights(150, 20);
    const auto rows = make_split(weights);
    const auto one = fit(weights, rows, GetParam(), 1), three = fit(weights, rows, GetParam(), 3);
    ASSERT_TRUE(one && three);
    EXPECT_EQ(one->values, three->values);
    EXPECT_EQ(one->bias, three->bias);
    EXPECT_EQ(one->after, three->after);
}

TEST_P(LayerFitBy, LeavesWhatComesNoNearerOnOtherRows) {
    auto weights = make_weights();
    for (float& value : weights.values) {  // on the grid: as near as can be on the rows held out
        value = static_cast<float>(std::nearbyint(value / kStep) * kStep);
    }
    auto other = weights;
    for (float& value : other.values) {
        value = -value;
    }
    EXPECT_FALSE(fit(weights, {make_rows(other, 400, 2), make_rows(weights, 100, 3)}, GetParam()));
}

TEST_P(LayerFitBy, SparesItselfWhatTheActivationCutsOff) {
    auto weights = make_weights();
    auto rows = make_split(weights);
    for (auto* part : {&rows.fitted, &rows.held_out}) {  // what is below zero is wanted further down
        std::transform(part->wanted.begin(), part->wanted.end(), part->wanted.begin(),
                       [](float value) { return value < 0 ? 10 * value : value; });
    }
    weights.least = 0;
    const auto made = fit(weights, rows, GetParam());
    ASSERT_TRUE(made);
    weights.least = -std::numeric_limits<double>::infinity();
    const auto unaware = fit(weights, rows, GetParam());
    ASSERT_TRUE(unaware);
    EXPECT_LT(error_of(*made, rows.held_out, 0), 0.5 * error_of(*unaware, rows.held_out, 0));
}

TEST_P(LayerFitBy, EndsWhenCancelled) {
    const auto weights = make_weights();
    EXPECT_THROW(fit_layer(weights, make_split(weights), by(GetParam()), 2, [] { return true; }), Error);
}

TEST(LayerFit, AdaRoundIsNearerOnTheFittedRowsWhereRoundingInTurnIsNotTheBest) {
    const auto weights = make_weights(64, 48);
    const auto rows = make_split(weights);
    const auto in_turn = fit(weights, rows, TuningMethod::LeastSquares);
    const auto learned = fit(weights, rows, TuningMethod::AdaRound);
    ASSERT_TRUE(in_turn && learned);
    const double none = -std::numeric_limits<double>::infinity();
    EXPECT_NE(learned->values, in_turn->values);
    EXPECT_LT(error_of(*learned, rows.fitted, none), 1.02 * error_of(*in_turn, rows.fitted, none));
}

TEST(LayerFit, NarrowsARangeThatIsTooWide) {
    const auto weights = make_weights();
    const auto rows = make_split(weights);
    const InputQuantizer wide{{-2, 2}, 16}, right{{-1, 1}, 16};
    const auto fit_with = [&](const InputQuantizer& input, std::size_t threads) {
        return fit_layer(weights, input, rows, by(TuningMethod::LeastSquares), threads, kNeverCancelled);
    };
    const auto made = fit_with(wide, 1), usual = fit_with(right, 1), again = fit_with(wide, 3);
    ASSERT_TRUE(made && usual && again);
    EXPECT_LT(made->input_share, 0.75);
    EXPECT_GE(usual->input_share, 0.7);
    EXPECT_LT(made->after, made->before);
    EXPECT_EQ(made->values, again->values) << "whatever the number of threads";
}

}  // namespace
}  // namespace octet
