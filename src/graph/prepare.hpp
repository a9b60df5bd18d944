#pragma once

#include <vector>

#include <openvino/core/model.hpp>

#include "octet/report.hpp"

namespace octet {

/// Brings a model as a front end leaves it into the form that placement, ranges and bias correction work on; its
/// outputs stay equal within float rounding. Names of inputs, outputs (friendly and tensor names), `rt_info` and the
/// names of operations that remain are kept. The change log names what was folded. Without `fold` only what is made of
/// constants alone is computed, as weights must be constants to be quantized as such.
std::vector<Change> prepare(ov::Model& model, bool fold = true);

}  // namespace octet
