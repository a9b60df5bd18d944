#pragma once

#include <cstddef>
#include <memory>

#include <openvino/core/model.hpp>

namespace octet {

/// Replaces each FakeQuantize of more than `levels` levels, in bodies too, by operations that compute the same within
/// f32 rounding. For running only; by default those beyond 8 bits, as OpenVINO 2026.4's CPU plugin runs such
/// FakeQuantize wrongly: it drops those of 65536 levels (or fails: "FQ stripping"), and puts others onto 8 bits where
/// they meet 8-bit weights.
///
/// A FakeQuantize whose limits are no constants, not finite or not ordered is kept.
void expand_fake_quantize(ov::Model& model, std::size_t levels = 256);

/// `model` itself where there is nothing to expand, else a copy with its FakeQuantize expanded.
std::shared_ptr<const ov::Model> runnable_copy(const std::shared_ptr<const ov::Model>& model);

}  // namespace octet
