#pragma once

#include <cstddef>
#include <vector>

namespace octet {

/// One spatial axis of a convolution.
struct ConvolutionAxis {
    std::size_t input = 1;   ///< positions
    std::size_t output = 1;  ///< positions
    std::size_t kernel = 1;
    std::size_t stride = 1;
    std::size_t dilation = 1;
    std::ptrdiff_t pad_begin = 0;
};

/// For each tap of a convolution the share of output positions at which it reads inside the input, in [0,1].
std::vector<double> convolution_shares(const ConvolutionAxis& axis);

/// For each tap of a transposed convolution the number of input positions whose tap lands inside the output, over the
/// number of output positions.
std::vector<double> transposed_convolution_shares(const ConvolutionAxis& axis);

}  // namespace octet
