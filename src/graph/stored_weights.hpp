#pragma once

#include <memory>
#include <optional>

#include <openvino/core/node.hpp>
#include <openvino/op/constant.hpp>

namespace octet {

/// Weights stored as integers: Constant (i4, u4, i8, u8) -> Convert -> [Subtract zero_point] -> Multiply scale.
/// Real value = (integer - zero_point) * scale, broadcast as by NumPy.
struct StoredWeights {
    std::shared_ptr<ov::op::v0::Constant> integers;
    std::shared_ptr<ov::op::v0::Constant> zero_point;  ///< f32, or null
    std::shared_ptr<ov::op::v0::Constant> scale;       ///< f32
};

/// The weights that `node`, the chain's Multiply, restores; empty where it is no such chain.
std::optional<StoredWeights> match_stored_weights(const ov::Node& node);

/// Does a weighted operation multiply with integers whose scale comes behind it? Constant (i4, u4, i8, u8) -> Convert
/// -> Subtract zero_point -> the operation, as dynamically quantized ONNX models have it. Without a zero point it may
/// be a mask.
bool has_integer_weights(const ov::Node& node);

/// The constant at the top of `output`, which it reaches through nothing but Convert, Reshape, Transpose, Squeeze and
/// Unsqueeze by constants; null where there is none.
std::shared_ptr<ov::op::v0::Constant> source_constant(const ov::Output<ov::Node>& output);

/// The value of an output for which source_constant() finds something, as f32; null where it finds nothing or where it
/// cannot be computed.
std::shared_ptr<ov::op::v0::Constant> constant_value(const ov::Output<ov::Node>& output);

/// 2^8 and less: the levels of a FakeQuantize that stands for an 8-bit (or narrower) tensor.
inline constexpr std::size_t kMaxLevels = 256;

}  // namespace octet
