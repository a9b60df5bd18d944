#pragma once

#include <cstddef>

#include <openvino/core/model.hpp>

namespace octet::rewrite {

/// Computes what depends on constants and, with `fold_shapes`, static shapes only, in the model and the bodies of its
/// If, Loop and TensorIterator. Constants that are stored small (f16, bf16, 8 bits and less) behind a Convert stay so:
///
///     Constant f16 -> Convert -> Reshape | Transpose | ..    ==>    Constant f16 (reshaped) -> Convert
///     Constant f16 -> Convert -> Multiply by a constant      ==>    Constant f32
///     Constant f16 -> Convert -> Convolution                 stays
///
/// Returns how many operations that are no constants it took away.
std::size_t fold_constants(ov::Model& model, bool fold_shapes = true);

}  // namespace octet::rewrite
