#include "numeric/reduce.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "numeric/multiversion.hpp"

namespace octet {
namespace {

// __restrict tells the compiler that results do not overlap the values: without it, it stores after each step (5
// instead of 23 billion values a second for the extremes).
constexpr std::size_t kLanes = 16;

OCTET_MULTIVERSION
void extremes_of_lanes(const float* values, std::size_t blocks, float* __restrict low, float* __restrict high,
                       int* __restrict beyond) {
    for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            const float value = values[b * kLanes + l];
            low[l] = value < low[l] ? value : low[l];
            high[l] = value > high[l] ? value : high[l];
            beyond[l] |= !(std::fabs(value) <= static_cast<float>(kLargestActivation));  // NaN too
        }
    }
}

// Inlined into each function below, and so compiled for each instruction set.
#define OCTET_INLINED __attribute__((always_inline)) inline

template <class Term>
OCTET_INLINED double sum_run(const float* values, std::size_t count, Term term) {
    std::array<double, kLanes> lanes{};
    const std::size_t blocks = count / kLanes;
    for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t l = 0; l < kLanes; ++l) {
            lanes[l] += term(values[b * kLanes + l]);
        }
    }
    for (std::size_t i = blocks * kLanes; i < count; ++i) {
        lanes[i % kLanes] += term(values[i]);
    }
    double sum = 0;
    for (const double lane : lanes) {
        sum += lane;
    }
    return sum;
}

template <class Term>
OCTET_INLINED void sum_rows(const float* values, std::size_t rows, std::size_t channels, double* __restrict sums,
                            Term term) {
    // Four rows at a time, so that each sum is loaded and stored once for four values.
    constexpr std::size_t kRows = 4;
    std::size_t r = 0;
    for (; r + kRows <= rows; r += kRows) {
        const float* row = values + r * channels;
        for (std::size_t c = 0; c < channels; ++c) {
            sums[c] +=
                (term(row[c]) + term(row[channels + c])) + (term(row[2 * channels + c]) + term(row[3 * channels + c]));
        }
    }
    for (; r < rows; ++r) {
        for (std::size_t c = 0; c < channels; ++c) {
            sums[c] += term(values[r * channels + c]);
        }
    }
}

template <class Term>
OCTET_INLINED void sum_view(const float* values, const ChannelView& view, double* __restrict sums, Term term) {
    if (view.inner == 1) {
        sum_rows(values, view.outer, view.channels, sums, term);
        return;
    }
    for (std::size_t o = 0; o < view.outer; ++o) {
        for (std::size_t c = 0; c < view.channels; ++c) {
            sums[c] += sum_run(values + (o * view.channels + c) * view.inner, view.inner, term);
        }
    }
}

OCTET_MULTIVERSION
void add_values(const float* values, const ChannelView& view, double* __restrict sums) {
    sum_view(values, view, sums, [](float value) { return static_cast<double>(value); });
}

OCTET_MULTIVERSION
void add_squares(const float* values, const ChannelView& view, double* __restrict sums) {
    sum_view(values, view, sums, [](float value) { return static_cast<double>(value * value); });
}

OCTET_MULTIVERSION
void extremes_of_rows(const float* values, std::size_t rows, std::size_t channels, float* __restrict low,
                      float* __restrict high) {
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < channels; ++c) {
            const float value = values[r * channels + c];
            low[c] = value < low[c] ? value : low[c];
            high[c] = value > high[c] ? value : high[c];
        }
    }
}

}  // namespace

ChannelView view_channels(std::span<const std::size_t> shape, std::size_t axis) {
    ChannelView view;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        (i < axis ? view.outer : i == axis ? view.channels : view.inner) *= shape[i];
    }
    return view;
}

Extremes find_extremes(std::span<const float> values) {
    if (values.empty()) {
        return {};
    }
    std::array<float, kLanes> low, high;
    low.fill(values[0]);
    high.fill(values[0]);
    std::array<int, kLanes> beyond{};
    const std::size_t blocks = values.size() / kLanes;
    extremes_of_lanes(values.data(), blocks, low.data(), high.data(), beyond.data());
    std::array<float, kLanes> rest;
    rest.fill(values[0]);
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(blocks * kLanes), values.end(), rest.begin());
    extremes_of_lanes(rest.data(), 1, low.data(), high.data(), beyond.data());

    return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end()),
            std::all_of(beyond.begin(), beyond.end(), [](int lane) { return lane == 0; })};
}

void find_channel_extremes(std::span<const float> values, const ChannelView& view, std::span<double> low,
                           std::span<double> high) {
    if (view.outer * view.inner == 0) {
        std::fill(low.begin(), low.end(), 0);
        std::fill(high.begin(), high.end(), 0);
        return;
    }
    if (view.inner == 1) {
        std::vector<float> lows(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(view.channels));
        std::vector<float> highs = lows;
        extremes_of_rows(values.data(), view.outer, view.channels, lows.data(), highs.data());
        std::copy(lows.begin(), lows.end(), low.begin());
        std::copy(highs.begin(), highs.end(), high.begin());
        return;
    }
    for (std::size_t o = 0; o < view.outer; ++o) {
        for (std::size_t c = 0; c < view.channels; ++c) {
            const auto extremes = find_extremes(values.subspan((o * view.channels + c) * view.inner, view.inner));
            low[c] = o ? std::min<double>(low[c], extremes.low) : extremes.low;
            high[c] = o ? std::max<double>(high[c], extremes.high) : extremes.high;
        }
    }
}

void sum_channels(std::span<const float> values, const ChannelView& view, std::span<double> sums) {
    std::fill(sums.begin(), sums.end(), 0);
    add_values(values.data(), view, sums.data());
}

void sum_channel_squares(std::span<const float> values, const ChannelView& view, std::span<double> sums) {
    std::fill(sums.begin(), sums.end(), 0);
    add_squares(values.data(), view, sums.data());
}

}  // namespace octet
