#pragma once

#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// Adds `shift` [output channels] to the bias of a weighted operation.
///
///     op -> Add(b)  ==>  op -> Add(b + shift)        op  ==>  op -> Add(shift)
///
/// A new Add is named `<op>/bias` and takes the tensor names of the operation's output. False, and nothing done, where
/// the bias constant has neither one value nor one per output channel.
bool add_to_bias(ov::Node& node, const std::vector<double>& shift);

}  // namespace octet
