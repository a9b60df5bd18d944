#pragma once

#include <cstddef>
#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// How much an error of each channel of `tensor` along `axis` counts at the outputs of those operations that read it
/// and sum it along that axis with constant weights: the sum of the squares of all weights that it is multiplied with,
/// over outputs, taps and readers, as a whole number from 0 to 65536 for the largest. Empty where there is no such
/// operation, or where all weights are zero.
std::vector<double> channel_gains(const ov::Output<ov::Node>& tensor, std::size_t axis);

}  // namespace octet
