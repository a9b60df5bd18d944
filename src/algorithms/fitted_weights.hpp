#pragma once

#include <optional>
#include <vector>

#include <openvino/core/node.hpp>

#include "algorithms/algorithm.hpp"
#include "algorithms/layer_fit.hpp"

namespace octet {

/// The weights under the FakeQuantize of an operation, in the order of the fit. Nothing where they cannot be fitted:
/// another operation reads them, too, zero is on no step, the ranges are not one for all or one for each output
/// channel, or the bias is not of a form that can change.
std::optional<LayerWeights> read_weights(const ov::Node& node);

/// The quantizer of an operation's input, where nothing else reads it and it has one range.
std::optional<InputQuantizer> read_input(const ov::Node& node);

/// Puts a fit into the model.
void write_weights(Context& context, ov::Node& node, const LayerFit& fit);

/// Weights, ranges and biases of operations as they were, to go back to them.
class EarlierWeights {
public:
    explicit EarlierWeights(const std::vector<ov::Node*>& nodes);
    void restore(Context& context) const;

private:
    struct Earlier {
        ov::Node* node;
        ov::OutputVector weights;  // inputs of their FakeQuantize
        ov::OutputVector input;    // of that of the operation's input; empty where it has none
        std::vector<double> bias;
    };
    std::vector<Earlier> all_;
};

}  // namespace octet
