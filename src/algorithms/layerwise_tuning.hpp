#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Layer by layer, in topological order, fits the quantized weights and the bias so that the layer makes in the
/// quantized model what it makes in the original: inputs as the quantized layers before it leave them, wanted outputs
/// from the original (where channels were aligned, from the aligned one). Some samples are held out: a layer that comes
/// no nearer on these stays as it is, and so does the whole model where its outputs do not.
///
/// Leaves models with a state alone, bodies, weights that several operations share, output
/// channels of more than 6144 weights, and what Options::tuning names to be ignored.
class LayerwiseTuning final : public Algorithm {
public:
    std::string name() const override {
        return "LayerwiseTuning";
    }
    std::string phase() const override {
        return "tune";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
