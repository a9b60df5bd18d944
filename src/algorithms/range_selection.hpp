#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Chooses how wide the ranges of activations are by the error that the model's outputs get, on some of the calibration
/// samples: between the mean of the samples' extremes, which cuts off a few large values, and the extreme of all, whose
/// steps are larger. First one width for all, then for runs of neighbouring tensors. Which is better differs from model
/// to model by up to 17 dB, and no measure on the tensors themselves tells it reliably.
///
/// Leaves quantizers alone whose range estimator the user gave (see has_free_width()).
class RangeSelection final : public Algorithm {
public:
    std::string name() const override {
        return "RangeSelection";
    }
    bool tries_outputs() const override {
        return true;
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
