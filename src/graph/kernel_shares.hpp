#pragma once

#include <vector>

#include <openvino/core/node.hpp>

#include "graph/weight_layout.hpp"

namespace octet {

/// How much each kernel tap of a weighted operation counts in its output's mean when every channel of its input is
/// constant; row-major over the kernel, one entry for MatMul. `input`: the shape of the operation's activation input.
/// The product over the axes of convolution_shares() or transposed_convolution_shares().
std::vector<double> kernel_shares(const ov::Node& node, const WeightLayout& layout, const ov::Shape& input);

}  // namespace octet
