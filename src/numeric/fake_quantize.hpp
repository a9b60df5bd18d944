#pragma once

#include <cmath>
#include <cstddef>

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
    const double steps = static_cast<double>(levels) - 1;
    return std::nearbyint((value - in_low) / (in_high - in_low) * steps) / steps * (out_high - out_low) + out_low;
}

}  // namespace octet
