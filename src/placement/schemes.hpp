#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "octet/options.hpp"

#include "graph/index.hpp"
#include "placement/plan.hpp"
#include "placement/rules.hpp"

namespace octet {

/// The lowest and highest integer of a scheme that does not say: without the lowest for symmetric weights.
std::pair<std::int64_t, std::int64_t> default_levels(const Scheme& scheme, bool is_weights);

/// Throws Error(InvalidOption) where level_low and level_high leave fewer than 3 levels, or more than 2^32.
void check_levels(const Scheme& scheme);

/// Gives each quantizer of `plan` its scheme and its group: what all operations it serves allow and the user asks for,
/// of that what the preset asks for. Quantizers that meet in a Concat in front of a convolution or MatMul, or in
/// operations or groups of ports that the table unifies, share one per-tensor range. Where no scheme of the table is as
/// the user asks, his values override those of the table's schemes. Quantizers whose operations have no scheme in
/// common are removed, with a remark.
void choose_schemes(const GraphIndex& graph, const HardwareRules& rules, const Options& options, QuantizerPlan& plan);

/// The entries of an int16_scope that fit no operation for whose sake such a tensor of `plan` is quantized, as
/// "weights.int16_scope: fc".
std::vector<std::string> unused_scopes(const QuantizerPlan& plan, const Options& options);

}  // namespace octet
