#pragma once

#include <vector>

#include "placement/hoist.hpp"
#include "placement/plan.hpp"

namespace octet {

/// Takes the inputs out of `inputs` whose operations gain nothing by INT8, with Acceleration::Beside where neither what
/// they read nor what reads them runs in INT8, with Acceleration::Before where nothing that reads them does. Looked for
/// through operations that keep values, through what runs inside another operation, and through what is ignored, so
/// that a scope takes out no more than it names. What is taken out is added to `left`.
///
///     Convolution -> Power -> FQ -> Add -> Sqrt -> FQ -> Convolution
///     ==>  Convolution -> Power -> Add -> Sqrt -> FQ -> Convolution
void leave_islands(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored,
                   InputSet& inputs, std::vector<Remark>& left);

}  // namespace octet
