#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Adds to each bias what the mean of the biased output has lost, with all operations before it corrected already:
///
///     b'_o = b_o + mean(y_o) - mean(y'_o)
///
/// y being the output in floating point, y' the one with quantized weights, over positions and the first
/// max(1, 0.2 * subset) samples (evenly spread ones where the subset is). Options::simulate_activations: y' with
/// quantized activations, too, which POT leaves out; then it runs after FastBiasCorrection, and is kept only where the
/// model's outputs come nearer to the original's. See refuse_correction() for what is accepted; the threshold is
/// 1000 unless given.
///
/// The model runs in stages: each takes up what the one before made and ends at the operations that no other
/// uncorrected one comes before. So every operation is inferred once a sample, and what a stage made is dropped when no
/// later one needs it.
class BiasCorrection final : public Algorithm {
public:
    std::string name() const override {
        return "BiasCorrection";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
