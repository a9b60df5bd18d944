#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Keeps the 32-bit accumulators of a GNA from running over: an operation with weights of more than 255 levels whose
/// largest biased output A (FP model) takes v = A / (s_x * s_w) > 2^31 - 1 steps gets weights W / r and output limits
/// of its FakeQuantize times r, with r = v / (2^31 - 1). s_w: the largest step of the weights; s_x: the largest step of
/// the nearest FakeQuantize above the activation input. After POT's OverflowCorrection.
class OverflowCorrection final : public Algorithm {
public:
    std::string name() const override {
        return "OverflowCorrection";
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
