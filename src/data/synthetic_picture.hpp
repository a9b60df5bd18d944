#pragma once

#include <opencv2/core.hpp>

#include "data/random.hpp"

namespace octet {

/// A picture of three 8-bit channels: shapes that cover one another, plain or filled with noise.
cv::Mat make_picture(int height, int width, Random& random);

}  // namespace octet
