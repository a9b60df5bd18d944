#pragma once

#include <memory>

#include <openvino/core/model.hpp>

namespace octet {

/// Replaces each FakeQuantize of more than 256 levels, in bodies too, by operations that compute the same within f32
/// rounding. For running only, as OpenVINO 2026.4's CPU plugin runs such FakeQuantize wrongly: it drops those of 65536
/// levels (or fails: "FQ stripping"), and puts others onto 8 bits where they meet 8-bit weights.
///
/// A FakeQuantize whose limits are no constants, not finite or not ordered is kept.
void expand_fake_quantize(ov::Model& model);

/// `model` itself where there is nothing to expand, else a copy with its FakeQuantize expanded.
std::shared_ptr<const ov::Model> runnable_copy(const std::shared_ptr<const ov::Model>& model);

}  // namespace octet
