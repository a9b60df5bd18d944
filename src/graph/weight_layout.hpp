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

/// Calls action(output channel, input channel, place) for each weight: group by group, output by output, input by
/// input, tap by tap.
template <class Action>
void for_each_weight(const WeightLayout& layout, const Action& action) {
    const std::size_t taps = ov::shape_size(layout.kernel);
    for (std::size_t g = 0; g < layout.groups; ++g) {
        for (std::size_t o = 0; o < layout.outputs; ++o) {
            for (std::size_t i = 0; i < layout.inputs; ++i) {
                for (std::size_t k = 0; k < taps; ++k) {
                    action(g * layout.outputs + o, g * layout.inputs + i, layout.place(g, o, i) + k);
                }
            }
        }
    }
}

/// Nothing for operations that are not weighted, or a MatMul whose weights are batched.
std::optional<WeightLayout> weight_layout(const ov::Node& node);

}  // namespace octet
