#pragma once

#include <opencv2/core.hpp>

#include "octet/checker_rules.hpp"

namespace octet {

/// `picture` (8 bits, one or three channels) at `size`, to the bit as Pillow's Image.resize() makes it: its filters
/// widen where the picture shrinks, each axis is done by itself, in integers.
cv::Mat pillow_resize(const cv::Mat& picture, cv::Size size, checker::Interpolation filter);

}  // namespace octet
