#pragma once

#include <cstddef>

namespace octet {

/// Levels of a quantizer whose places round_to_even() can round: 2^22.
inline constexpr std::size_t kMostRoundedLevels = std::size_t{1} << 22;

/// Halves to even, for |value| <= 2^22; in vectors, too, where std::nearbyint is a call for each value. A float as
/// large as 1.5 * 2^23 has steps of 1.
inline float round_to_even(float value) {
    constexpr float kSteps = 12582912;
    return (value + kSteps) - kSteps;
}

}  // namespace octet
