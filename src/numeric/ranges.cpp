#include "numeric/ranges.hpp"

#include <algorithm>
#include <cmath>

namespace octet {
namespace {

constexpr double kSmallestMagnitude = 8e-5;
constexpr double kSmallestShare = 0.01;
constexpr double kSmallestWidth = 8e-4;

/// The magnitudes, none below a share of the largest.
std::vector<double> guard(std::span<const double> magnitudes) {
    const double largest = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
    const double floor = std::max(kSmallestMagnitude, kSmallestShare * largest);
    std::vector<double> guarded(magnitudes.begin(), magnitudes.end());
    for (double& magnitude : guarded) {
        magnitude = std::max(magnitude, floor);
    }
    return guarded;
}

/// Moves one border outwards so that zero falls on step `zero` of `steps`.
Range put_zero_on(Range range, double zero, double steps) {
    const double low = zero < steps ? zero / (zero - steps) * range.high : range.low;
    const double high = zero > 0 ? (zero - steps) / zero * range.low : range.high;
    return range.high - low > high - range.low ? Range{low, range.high} : Range{range.low, high};
}

double last_step(int bits) {
    return std::ldexp(1.0, bits) - 1;
}

Range align_zero(Range range, int bits) {
    const double steps = last_step(bits);
    return put_zero_on(range, std::nearbyint(-range.low * steps / (range.high - range.low)), steps);
}

}  // namespace

std::vector<Range> symmetric_weights(std::span<const double> magnitudes) {
    std::vector<Range> ranges;
    for (const double magnitude : guard(magnitudes)) {
        ranges.push_back({-magnitude, magnitude});
    }
    return ranges;
}

std::vector<Range> symmetric_activations(std::span<const double> minima, std::span<const double> magnitudes,
                                         std::size_t levels, bool is_signed) {
    const bool is_unsigned =
        !is_signed && std::all_of(minima.begin(), minima.end(), [](double low) { return low >= 0; });
    const double factor = static_cast<double>(levels) / (static_cast<double>(levels) - 2);
    std::vector<Range> ranges;
    for (const double magnitude : guard(magnitudes)) {
        ranges.push_back({is_unsigned ? 0 : -magnitude * factor, magnitude});
    }
    return ranges;
}

std::vector<Range> unify_zero_point(std::span<const Range> ranges, int bits) {
    const double steps = last_step(bits);
    double zero = 0;
    for (const auto& range : ranges) {
        zero += -range.low / (range.high - range.low) * steps / static_cast<double>(ranges.size());
    }
    std::vector<Range> unified;
    for (const auto& range : ranges) {
        unified.push_back(put_zero_on(range, std::nearbyint(zero), steps));
    }
    return unified;
}

Range asymmetric(Range measured, int bits) {
    Range range = measured;
    if (range.high - range.low <= kSmallestWidth) {
        range.low -= kSmallestWidth;
        range.high += kSmallestWidth;
    }
    range.low = std::min(range.low, 0.0);
    range.high = std::max(range.high, 0.0);
    return align_zero(range, bits);
}

Range clipped(Range range, double lowest, double highest, int bits) {
    const Range cut{std::max(range.low, lowest), std::min(range.high, highest)};
    return cut == range ? range : asymmetric({std::min(cut.low, 0.0), std::max(cut.high, 0.0)}, bits);
}

}  // namespace octet
