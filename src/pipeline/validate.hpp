#pragma once

#include <openvino/core/model.hpp>

#include "placement/plan.hpp"

namespace octet {

/// Throws Error(UnsupportedModel) for a model that is quantized already.
void refuse_quantized(const ov::Model& model);

/// Leaves operations in floating point whose constant operand (no weights) is a mask: not finite, or beyond 1e30.
void leave_masks(QuantizerPlan& plan);

/// Throws Error(Numeric) for NaN in any constant, or infinity in the weights or bias of an operation to be quantized.
void check_constants(const ov::Model& model, const QuantizerPlan& plan);

}  // namespace octet
