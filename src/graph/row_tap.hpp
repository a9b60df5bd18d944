#pragma once

#include <cstddef>
#include <memory>

#include <openvino/core/node.hpp>

namespace octet {

// What a weighted operation (see weight_layout.hpp) reads and makes at some of its output positions, for fitting its
// weights: operations of our own whose outputs are matrices with a row for each of `points` positions.
//
// `draws` f32 [at least `points`], each in [0,1), says which: point p is position floor((p + draws[p]) / points *
// count) of the `count` that there are, batch and spatial axes in row-major order. The taps of one operation see the
// same positions.

/// Of what the operation reads: f32 [points, groups * inputs * taps], group by group, then input channel by input
/// channel; 0 where the kernel reaches outside. Times the operation's weights that is its output.
/// `data`: what stands for its input 0. Expects a layout, and no transposed data of MatMul with more than one matrix.
ov::Output<ov::Node> tap_rows(const ov::Output<ov::Node>& data, const ov::Output<ov::Node>& draws,
                              const std::shared_ptr<const ov::Node>& operation, std::size_t points);

/// Of what it makes, or what is made of that by channel: f32 [points, channels].
ov::Output<ov::Node> tap_outputs(const ov::Output<ov::Node>& made, const ov::Output<ov::Node>& draws,
                                 const ov::Node& operation, std::size_t points);

/// How many output positions the operation has for one sample; 0 where its output's shape is not static.
std::size_t count_positions(const ov::Node& operation);

}  // namespace octet
