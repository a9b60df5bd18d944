#include "numeric/tap_share.hpp"

namespace octet {
namespace {

/// How many of `positions` have position * stride + tap * dilation - pad inside [0, size).
std::vector<double> shares(const ConvolutionAxis& axis, std::size_t positions, std::size_t size) {
    std::vector<double> counted(axis.kernel, 0);
    for (std::size_t tap = 0; tap < axis.kernel; ++tap) {
        for (std::size_t position = 0; position < positions; ++position) {
            const auto place =
                static_cast<std::ptrdiff_t>(position * axis.stride + tap * axis.dilation) - axis.pad_begin;
            counted[tap] += place >= 0 && place < static_cast<std::ptrdiff_t>(size) ? 1 : 0;
        }
        counted[tap] /= axis.output ? static_cast<double>(axis.output) : 1;
    }
    return counted;
}

}  // namespace

std::vector<double> convolution_shares(const ConvolutionAxis& axis) {
    return shares(axis, axis.output, axis.input);
}

std::vector<double> transposed_convolution_shares(const ConvolutionAxis& axis) {
    return shares(axis, axis.input, axis.output);
}

}  // namespace octet
