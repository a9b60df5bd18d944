#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Takes out of biases the mean error that the quantizers of activations make: rounding is not centred where many
/// values lie within one step (behind Swish), nor is what a range cuts off. In closed form, with the means of each
/// weighted operation's input channels before (x) and behind (x') its quantizer in the quantized model, on some
/// samples:
///
///     b'_o = b_o - sum_k f_k * sum_i W'[o,i,k] * (mean(x'_i) - mean(x_i))
///
/// f_k and W' as for FastBiasCorrection, after which it runs, when the ranges are final. Kept, whole or by half, only
/// where the model's outputs come nearer to the original's on the same samples.
class ActivationBiasCorrection final : public Algorithm {
public:
    std::string name() const override {
        return "ActivationBiasCorrection";
    }
    bool tries_outputs() const override {
        return true;
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
