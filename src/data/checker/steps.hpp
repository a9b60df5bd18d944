#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include "octet/checker_rules.hpp"

#include "data/checker/trace.hpp"

namespace octet {

/// A picture of 8 bits and three channels after all steps; real where one of them makes it so. `input`: width and
/// height of the model's input; zero where open. Throws Error(InvalidData) without a place where a step cannot be done.
cv::Mat apply_steps(const std::vector<checker::Step>& steps, cv::Mat picture, PixelSize input);

}  // namespace octet
