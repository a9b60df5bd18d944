#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

namespace octet {

/// How many inputs a FakeQuantize becomes in adjustable_copy().
inline constexpr std::size_t kRangeInputs = 3;

/// A copy of `model`, for running, in which the ranges of some FakeQuantize (by friendly name, one range each) are
/// inputs: kRangeInputs scalars for each name, in the order of `names`, behind the model's own. So any ranges are tried
/// with one compilation.
///
///     x -> FakeQuantize(low, high)  ==>  x -> Subtract(low) -> Multiply(1 / step) -> Round -> Maximum(0)
///                                          -> Minimum(levels - 1) -> Multiply(step) -> Add(low)
///
/// The others stay, but for those that runnable_copy() expands. A name that is not in the main graph is left out, and
/// its inputs are without effect.
std::shared_ptr<ov::Model> adjustable_copy(const ov::Model& model, const std::vector<std::string>& names);

/// What the inputs of a FakeQuantize of `levels` levels must hold for the range [low, high].
std::array<float, kRangeInputs> range_inputs(double low, double high, std::size_t levels);

}  // namespace octet
