#pragma once

#include <vector>

#include <openvino/core/node.hpp>

#include "graph/weight_layout.hpp"
#include "numeric/tap_share.hpp"

namespace octet {

/// The spatial axes of a convolution, grouped or transposed ones included, for an input of shape `input`; none for
/// MatMul.
std::vector<ConvolutionAxis> convolution_axes(const ov::Node& node, const WeightLayout& layout, const ov::Shape& input);

/// ConvolutionBackpropData and its grouped form.
bool is_transposed_convolution(const ov::Node& node);

}  // namespace octet
