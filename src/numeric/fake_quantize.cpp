#include "numeric/fake_quantize.hpp"

#include <algorithm>

#include "numeric/multiversion.hpp"
#include "numeric/rounding.hpp"

namespace octet {
namespace {

struct Limits {
    float low, high;  // of the input
    double out_low, out_high;
    float steps;
};

OCTET_MULTIVERSION
void quantize_run(const float* from, std::size_t count, const Limits& given, double* __restrict to) {
    const Limits limits = given;
    const float least = std::min(limits.low, limits.high), largest = std::max(limits.low, limits.high);
    for (std::size_t i = 0; i < count; ++i) {
        const float x = from[i];
        const float place = (x - limits.low) / (limits.high - limits.low) * limits.steps;
        const double level = double{round_to_even(place)} / double{limits.steps};
        const double inside = level * (limits.out_high - limits.out_low) + limits.out_low;
        const double above = x > largest ? limits.out_high : inside;
        to[i] = x <= least ? limits.out_low : above;
    }
}

}  // namespace

void fake_quantize(std::span<const float> values, double in_low, double in_high, double out_low, double out_high,
                   std::size_t levels, std::span<double> to) {
    if (levels > kMostRoundedLevels) {
        std::transform(values.begin(), values.end(), to.begin(),
                       [&](float value) { return fake_quantize(value, in_low, in_high, out_low, out_high, levels); });
        return;
    }
    quantize_run(
        values.data(), values.size(),
        {static_cast<float>(in_low), static_cast<float>(in_high), out_low, out_high, static_cast<float>(levels - 1)},
        to.data());
}

}  // namespace octet
