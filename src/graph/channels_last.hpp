#pragma once

#include <cstddef>
#include <set>

#include <openvino/core/model.hpp>

namespace octet {

/// The tensors of a model, bodies included, that the CPU plugin keeps channels last: what convolutions make, and what
/// is made of that without a change of its axes. An operation of our own, which the plugin hands its input as the graph
/// has it, sees them without a copy where a Transpose to channels last stands before it.
class ChannelsLast {
public:
    explicit ChannelsLast(const ov::Model& model);

    bool contains(const ov::Output<ov::Node>& tensor) const {
        return tensors_.count(tensor) > 0;
    }

private:
    void walk(const ov::Model& graph);

    std::set<ov::Output<ov::Node>> tensors_;  // looked up only
};

/// [N, C, ...] as [N, ..., C]. Expects a static rank of at least 3.
ov::Output<ov::Node> to_channels_last(const ov::Output<ov::Node>& tensor);

/// And back.
ov::Output<ov::Node> from_channels_last(const ov::Output<ov::Node>& tensor);

/// Where axis `axis` of a tensor of `rank` axes is when its channels are last.
std::size_t axis_in_channels_last(std::size_t axis, std::size_t rank);

}  // namespace octet
