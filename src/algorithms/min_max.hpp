#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Inserts the FakeQuantize operations of the plan and sets their ranges, after POT's MinMaxQuantization:
///
/// weights: ±max|w| of each output channel;
/// activations, symmetric: [0, M] or [-M*128/127, M] with M the mean over samples of max|x|, the sign from the least
/// minimum; asymmetric: from the means over samples of minimum and maximum, zero on a step;
/// per channel: extremes over all samples.
/// Quantizers of one group get one range, from the union of what was measured on their tensors.
///
/// Where the device needs it, the first convolutions' weights use half of the grid (constant / 2, output range * 2), so
/// that sums of 8-bit products cannot saturate.
class MinMaxQuantization final : public Algorithm {
public:
    std::string name() const override {
        return "MinMaxQuantization";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
