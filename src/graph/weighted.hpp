#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/node.hpp>
#include <openvino/op/constant.hpp>

#include "graph/weight_layout.hpp"

namespace octet::rewrite {

/// A convolution, group convolution, one of their BackpropData forms or MatMul whose second input is constant.
struct Weighted {
    std::shared_ptr<ov::Node> node;
    std::shared_ptr<ov::op::v0::Constant> weights;
    WeightLayout layout;
    std::size_t in_axis = 1, in_rank = 0;    ///< input channels and axes of the data input
    std::size_t out_axis = 1, out_rank = 0;  ///< output channels and axes of the output
    bool is_convolution = false;

    std::size_t in_channels() const {
        return layout.groups * layout.inputs;
    }
    std::size_t out_channels() const {
        return layout.groups * layout.outputs;
    }
};

/// Empty where `node` is none, has weights that are not constant or batched, a transposed data input, or a data input
/// or output of dynamic rank.
std::optional<Weighted> find_weighted(const std::shared_ptr<ov::Node>& node);

enum class Side { Input, Output };

/// The weights times one factor per input or output channel, as a constant of the type they are computed in; null
/// where a product is too large for it.
std::shared_ptr<ov::op::v0::Constant> scaled_weights(const Weighted& op, Side side, const std::vector<double>& factors,
                                                     const std::string& name);

/// Each output channel's sum of weights times its input channel's value: [out channels]. What adding `shifts` to the
/// data adds to the output where every weight meets data.
std::vector<double> weights_times(const Weighted& op, const std::vector<double>& shifts);

}  // namespace octet::rewrite
