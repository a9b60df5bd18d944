#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// How a weighted operation's constant lies in memory: weight (group g, output o, input i, tap k) stands at
/// place(g, o, i) + k. Output channel of the operation: g * outputs + o; input channel: g * inputs + i.
struct WeightLayout {
    std::size_t groups = 1, outputs = 1, inputs = 1;
    ov::Shape kernel;  ///< empty for MatMul
    std::size_t group_stride = 0, output_stride = 0, input_stride = 0;

    std::size_t place(std::size_t g, std::size_t o, std::size_t i) const {
        return g * group_stride + o * output_stride + i * input_stride;
    }
};

/// Nothing for operations that are not weighted, or a MatMul whose weights are batched.
std::optional<WeightLayout> weight_layout(const ov::Node& node);

/// Calls action(element, channel) for each element of a tensor of `shape` in memory order, `channel` being the element
/// of a tensor of `limits` (same rank or a scalar, each axis equal or 1) that broadcasts onto it.
template <class Action>
void for_each_broadcast(const ov::Shape& shape, const ov::Shape& limits, const Action& action) {
    std::vector<std::size_t> strides(shape.size(), 0);
    std::size_t stride = 1;
    for (std::size_t back = 1; back <= limits.size(); ++back) {
        const std::size_t size = limits[limits.size() - back];
        strides[shape.size() - back] = size == 1 ? 0 : stride;
        stride *= size;
    }
    std::vector<std::size_t> place(shape.size(), 0);
    std::size_t channel = 0;
    for (std::size_t element = 0, count = ov::shape_size(shape); element < count; ++element) {
        action(element, channel);
        for (std::size_t i = shape.size(); i-- > 0;) {
            channel += strides[i];
            if (++place[i] < shape[i]) {
                break;
            }
            channel -= strides[i] * shape[i];
            place[i] = 0;
        }
    }
}

}  // namespace octet
