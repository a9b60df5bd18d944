#pragma once

#include <string>
#include <vector>

#include <openvino/core/model.hpp>

namespace octet {

/// A Multiply of `tensor` by the positive `factors` of `shape`, marked for fold_channel_scales().
ov::Output<ov::Node> make_channel_scale(const ov::Output<ov::Node>& tensor, const ov::Shape& shape,
                                        const std::vector<float>& factors, const std::string& name);

/// Takes what make_channel_scale() made into the FakeQuantize behind it:
///
///     x -> Multiply(f) -> FakeQuantize(low, high, out_low, out_high)
///     ==>  x -> FakeQuantize(low / f, high / f, out_low, out_high)
///
/// where FakeQuantize operations with constant limits of one element are all that reads the Multiply, and f lies along
/// axis 1. Along others the Multiply stays: OpenVINO's CPU plugin (2026.4) takes limits along the last axis of a tensor
/// of three dynamic axes for limits along axis 1 and computes something else without a word, and what is static now may
/// be reshaped later.
void fold_channel_scales(ov::Model& model);

}  // namespace octet
