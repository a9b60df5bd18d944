#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Moves the spread of an activation's channels into the weights of the MatMuls that read it, so that few outlying
/// channels do not set the step for all: x / s and s * W give the same product (SmoothQuant, Xiao et al. 2022).
///
///     x -> FakeQuantize -> MatMul(W)  ==>  x -> Multiply(1 / s) -> FakeQuantize -> MatMul(s * W)
///
/// fold_channel_scales() takes the Multiply into the FakeQuantize in the end, where the plugin computes that rightly.
/// s_c = max|x_c|^a / max|W_c|^(1 - a) with the `a`, tensor by tensor, that makes the expected error of the products
/// least, in closed form: sum_o (dx^2 * sum_c (s_c W_oc)^2 + dw_o^2 * sum_c mean(x_c^2) / s_c^2), where dx and dw_o are
/// the steps of the activation and of the weights' output channel o.
///
/// For activations with one range whose estimator the user left open (has_free_width()), read by MatMuls with quantized
/// weights only, in the main graph; others, and those that gain less than 1 dB, are left alone. The range of a smoothed
/// activation comes from the extremes of all samples, as the samples' own are not kept by channel.
class SmoothQuant final : public Algorithm {
public:
    std::string name() const override {
        return "SmoothQuant";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
