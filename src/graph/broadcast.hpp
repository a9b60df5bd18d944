#pragma once

#include <cstddef>
#include <vector>

#include <openvino/core/shape.hpp>

namespace octet {

/// Calls action(first, count, channel) for runs of elements of a tensor of `shape`, in memory order, that share an
/// element, `channel`, of a tensor of `limits` which broadcasts onto it as by NumPy.
template <class Action>
void for_each_run(const ov::Shape& shape, const ov::Shape& limits, const Action& action) {
    std::vector<std::size_t> strides(shape.size(), 0);  // of the limits, 0 where they are broadcast
    std::size_t stride = 1;
    for (std::size_t back = 1; back <= limits.size(); ++back) {
        const std::size_t size = limits[limits.size() - back];
        strides[shape.size() - back] = size == 1 ? 0 : stride;
        stride *= size;
    }
    std::size_t outer = shape.size(), run = 1;
    while (outer > 0 && strides[outer - 1] == 0) {
        run *= shape[--outer];
    }
    std::vector<std::size_t> place(outer, 0);
    std::size_t channel = 0;
    for (std::size_t first = 0, count = ov::shape_size(shape); first < count; first += run) {
        action(first, run, channel);
        for (std::size_t axis = outer; axis-- > 0;) {
            channel += strides[axis];
            if (++place[axis] < shape[axis]) {
                break;
            }
            channel -= strides[axis] * shape[axis];
            place[axis] = 0;
        }
    }
}

}  // namespace octet
