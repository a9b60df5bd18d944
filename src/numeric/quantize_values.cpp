#include "numeric/quantize_values.hpp"

#include "numeric/multiversion.hpp"
#include "numeric/rounding.hpp"

namespace octet {
namespace {

inline float quantized(float value, const Grid& grid) {
    float place = (value - grid.low) * grid.inverse;
    place = place < 0 ? 0 : place;
    place = place > grid.last ? grid.last : place;
    return round_to_even(place) * grid.out_step + grid.out_low;
}

OCTET_MULTIVERSION
void quantize_run(const float* from, std::size_t count, const Grid& given, float* __restrict to) {
    const Grid grid = given;
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = quantized(from[i], grid);
    }
}

OCTET_MULTIVERSION
void quantize_row(const float* from, std::size_t count, const Grid& given, const float* __restrict offsets,
                  float* __restrict to) {
    const Grid grid = given;
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = quantized(from[i], grid) + offsets[i];
    }
}

}  // namespace

Grid Grid::between(double low, double high, double out_low, double out_high, std::size_t levels) {
    const double steps = static_cast<double>(levels - 1);
    return {.low = static_cast<float>(low),
            .inverse = high > low ? static_cast<float>(steps / (high - low)) : 0,
            .last = static_cast<float>(levels - 1),
            .out_low = static_cast<float>(out_low),
            .out_step = static_cast<float>((out_high - out_low) / steps)};
}

void quantize_values(std::span<const float> from, const Grid& grid, std::span<float> to) {
    quantize_run(from.data(), from.size(), grid, to.data());
}

void quantize_rows(std::span<const float> from, const Grid& grid, std::span<const float> offsets, std::span<float> to) {
    for (std::size_t at = 0; at + offsets.size() <= from.size() && !offsets.empty(); at += offsets.size()) {
        quantize_row(from.data() + at, offsets.size(), grid, offsets.data(), to.data() + at);
    }
}

}  // namespace octet
