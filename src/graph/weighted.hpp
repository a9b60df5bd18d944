#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <openvino/core/node.hpp>
#include <openvino/op/constant.hpp>

namespace octet::rewrite {

/// Where a channel's weights lie: weights seen as [groups, before, per_group, after], channel = group * per_group + i.
struct ChannelLayout {
    std::size_t groups = 1;
    std::size_t before = 1;
    std::size_t per_group = 1;
    std::size_t after = 1;

    std::size_t channels() const {
        return groups * per_group;
    }
    /// The channel of each run of `after` weights, in the order in which the runs are stored.
    std::size_t channel_of_run(std::size_t run) const {
        const std::size_t group = run / (before * per_group);
        return group * per_group + run % per_group;
    }
};

/// A convolution, group convolution, one of their BackpropData forms or MatMul whose second input is constant.
struct Weighted {
    std::shared_ptr<ov::Node> node;
    std::shared_ptr<ov::op::v0::Constant> weights;
    ChannelLayout in, out;
    std::size_t in_axis = 1;   ///< of the data input
    std::size_t out_axis = 1;  ///< of the output
    std::size_t in_rank = 0, out_rank = 0;
    bool is_convolution = false;
};

/// Empty where `node` is none, has weights that are not constant, or has a data input or output of dynamic rank.
std::optional<Weighted> find_weighted(const std::shared_ptr<ov::Node>& node);

/// The weights times one factor per channel.
std::shared_ptr<ov::op::v0::Constant> scaled_weights(const Weighted& op, const ChannelLayout& layout,
                                                     const std::vector<double>& factors);

/// Each output channel's sum of weights times its input channel's value: [out channels]. What adding `shifts` to the
/// data adds to the output where every weight meets data.
std::vector<double> weights_times(const Weighted& op, const std::vector<double>& shifts);

}  // namespace octet::rewrite
