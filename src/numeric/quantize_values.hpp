#pragma once

#include <cstddef>
#include <span>

namespace octet {

/// A quantizer with one range: steps from `low` up, which become steps from `out_low` up.
struct Grid {
    float low = 0;
    float inverse = 1;  ///< 1 / step
    float last = 255;   ///< levels - 1
    float out_low = 0;
    float out_step = 1;

    /// `levels` >= 2 levels over [low, high] that become [out_low, out_high]; a range of no width becomes out_low.
    static Grid between(double low, double high, double out_low, double out_high, std::size_t levels);

    /// `levels` >= 2 levels over [low, high].
    static Grid over(double low, double high, std::size_t levels) {
        return between(low, high, low, high, levels);
    }
};

/// FakeQuantize of `from` into `to`, of the same size, in f32: halves go to even, NaN stays. Of up to
/// kMostRoundedLevels.
void quantize_values(std::span<const float> from, const Grid& grid, std::span<float> to);

/// The same of rows of `offsets.size()` channels; offsets[c] is added to what comes out in channel c.
void quantize_rows(std::span<const float> from, const Grid& grid, std::span<const float> offsets, std::span<float> to);

}  // namespace octet
