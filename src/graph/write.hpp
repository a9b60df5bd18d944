#pragma once

#include <filesystem>

#include <openvino/core/model.hpp>

namespace octet {

/// Replaces each FakeQuantize on a constant (2 < levels <= 256, one range for input and output up to a common factor)
///
///     Constant f32 -> FakeQuantize          ==>      Constant i8 -> Convert f32 -> [Subtract zp] -> Multiply scale
///
/// The Multiply takes the FakeQuantize's friendly name; the dequantized values equal the FakeQuantize's output within
/// float rounding. Grid: lowest = -(levels/2); scale = (out_high - out_low)/(levels - 1); zp = lowest - out_low/scale;
/// Subtract is left out where zp is 0.
void compress_weights(ov::Model& model);

/// Stores floating-point constants that are not part of a quantizer's range as f16 -> Convert f32 (marked as
/// decompression, so that OpenVINO keeps them compressed). Values beyond f16's range stay f32.
void compress_constants_to_fp16(ov::Model& model);

}  // namespace octet
