#pragma once

#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// Is a constant of `shape`, added behind a weighted operation, a bias: one value, or one per output channel?
/// (Not so a mask of the output's own shape.)
bool is_bias_shape(const ov::Node& node, const ov::Shape& shape);

/// Adds `shift` [output channels] to the bias of a weighted operation.
///
///     op -> Add(b)  ==>  op -> Add(b + shift)        op  ==>  op -> Add(shift)
///
/// A new Add is named `<op>/bias` and takes the tensor names of the operation's output. False, and nothing done, where
/// the bias constant has neither one value nor one per output channel.
bool add_to_bias(ov::Node& node, const std::vector<double>& shift);

}  // namespace octet
