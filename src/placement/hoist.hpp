#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "graph/index.hpp"
#include "placement/ignored.hpp"
#include "placement/rules.hpp"

namespace octet {

/// Why an input is to be quantized, and how strongly: for its reader's sake, or for the sake of what makes the tensor.
struct QuantizationRequest {
    int input_priority = -1, output_priority = -1;  ///< -1: not asked for

    bool is_output() const {
        return output_priority >= 0 && output_priority >= input_priority;
    }
};

/// Quantized inputs: operation number and port.
using InputSet = std::map<std::pair<std::size_t, std::size_t>, QuantizationRequest>;

/// Moves quantizers up through operations that keep values, so that these run on int8 too:
///
///     X -> MaxPool -> FQ -> Conv      ==>     X -> FQ -> MaxPool -> Conv
///
/// An operation is passed only where every path down from it meets a quantizer (or a model output) before an operation
/// that would need the tensor in floating point. After POT's FakeQuantizePropagation.
InputSet hoist(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored, InputSet inputs);

/// The operations further down for whose sake `input` is quantized: those with a rule that are reached through
/// operations that keep values, not through another quantizer. In topological order.
std::vector<ov::Node*> served_operations(const GraphIndex& graph, const HardwareRules& rules, const InputSet& inputs,
                                         std::pair<std::size_t, std::size_t> input);

}  // namespace octet
