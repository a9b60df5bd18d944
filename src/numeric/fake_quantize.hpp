#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace octet {

/// FakeQuantize of one value as OpenVINO defines it (opset1): clamped to the input range, put on `levels` steps with
/// halves rounded to even, and laid over the output range. In double.
inline double fake_quantize(double value, double in_low, double in_high, double out_low, double out_high,
                            std::size_t levels) {
    if (value <= std::fmin(in_low, in_high)) {
        return out_low;
    }
    if (value > std::fmax(in_low, in_high)) {
        return out_high;
    }
    const auto steps = static_cast<float>(levels - 1);
    const float x = static_cast<float>(value), low = static_cast<float>(in_low), high = static_cast<float>(in_high);
    const float place = (x - low) / (high - low) * steps;
    return double{std::nearbyint(place)} / steps * (out_high - out_low) + out_low;
}

/// The same of each of `values` into `to`; in_low and in_high are f32 numbers.
void fake_quantize(std::span<const float> values, double in_low, double in_high, double out_low, double out_high,
                   std::size_t levels, std::span<double> to);

}  // namespace octet
