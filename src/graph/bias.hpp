#pragma once

#include <optional>
#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// Is a constant of `shape`, added behind a weighted operation, a bias: one value, or one per output channel?
/// (Not so a mask of the output's own shape.)
bool is_bias_shape(const ov::Node& node, const ov::Shape& shape);

/// What a weighted operation makes: the output of the Add behind it, or its own where there is no such Add.
ov::Output<ov::Node> biased_output(const ov::Node& node);

/// The bias of a weighted operation, one value per output channel; all zero where there is none. Empty where the
/// constant behind it is not of is_bias_shape(), or the number of channels is not known.
std::optional<std::vector<double>> bias_values(const ov::Node& node);

/// Gives a weighted operation the bias `values` [output channels].
///
///     op -> Add(b)  ==>  op -> Add(values)        op  ==>  op -> Add(values)
///
/// The constant is new: who else reads the old one keeps it. A new Add is named `<op>/bias` and takes the tensor names
/// of the operation's output. False, and nothing done, where bias_values() is empty or of another length.
bool set_bias(ov::Node& node, const std::vector<double>& values);

}  // namespace octet
