#pragma once

#include "octet/options.hpp"

#include "graph/index.hpp"
#include "placement/plan.hpp"
#include "placement/rules.hpp"

namespace octet {

/// Gives each quantizer of `plan` its scheme and its group: what all operations it serves allow, of that what the
/// preset asks for. Quantizers that meet in a Concat in front of a convolution or MatMul share one per-tensor range.
/// Quantizers whose operations have no scheme in common are removed, with a remark.
void choose_schemes(const GraphIndex& graph, const HardwareRules& rules, Preset preset, QuantizerPlan& plan);

}  // namespace octet
