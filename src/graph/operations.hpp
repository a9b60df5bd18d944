#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <openvino/core/axis_set.hpp>
#include <openvino/core/node.hpp>

namespace octet {

/// The type by which rule tables name an operation: OpenVINO's, but `DepthWiseConvolution` for a GroupConvolution with
/// one input and one output channel a group.
std::string rule_type(const ov::Node& node);

/// Convolution, GroupConvolution, their BackpropData forms and MatMul.
bool is_weighted(const ov::Node& node);

/// Is this the kind of input that only says where or how (indices, shapes), never a value to quantize?
bool is_integer(const ov::element::Type& type);

/// The axes of the constant on input `port` that count output channels, e.g. {0} for Convolution weights [O,I,..],
/// {0,1} for GroupConvolution weights [G,O/G,I/G,..], {1} for ConvolutionBackpropData [I,O,..], {1} or {0} for MatMul
/// [I,O] without or with transpose_b. Empty: one range for the whole constant.
ov::AxisSet output_channel_axes(const ov::Node& node, std::size_t port);

/// The axis of a weighted operation's activation input that its weights are summed over: 1 for convolutions, the last
/// (or last but one where transposed) for MatMul.
std::size_t input_channel_axis(const ov::Node& node);

/// The axis of a weighted operation's output that counts output channels: 1 for convolutions, the last for MatMul.
std::size_t output_channel_axis(const ov::Node& node);

/// The Add of a constant behind a weighted operation: its only consumer.
struct Bias {
    std::shared_ptr<ov::Node> add;
    std::size_t port = 1;  ///< the Add's input that is the constant
};
std::optional<Bias> find_bias(const ov::Node& node);

/// `name`, or `name.port` where the producer has several outputs.
std::string tensor_name(const ov::Output<ov::Node>& output);

/// `name:port`
std::string input_name(const ov::Input<ov::Node>& input);

}  // namespace octet
