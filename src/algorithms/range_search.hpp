#pragma once

#include "algorithms/algorithm.hpp"

namespace octet {

/// Tries what the histograms of activations over all samples say of their ranges, by the error that the model's outputs
/// get on the trial samples: the ranges of least squared error at the outputs of the operations that read a tensor, of
/// least squared error of the tensor, and percentiles; not of least Kullback-Leibler divergence, which made the outputs
/// of most measured models worse, some by 20 dB. First each for all
/// tensors, then the best two others for runs of neighbouring tensors. What is tried is taken only where the outputs
/// come nearer: on the trial samples they are never farther away than before.
///
/// A choice by what the tensors themselves show would always be the first of these, which makes the least expected
/// error of each layer by definition; the outputs of the model often want another.
///
/// Runs after RangeSelection, whose ranges it starts from, and leaves the same quantizers alone.
class RangeSearch final : public Algorithm {
public:
    std::string name() const override {
        return "RangeSearch";
    }
    bool tries_outputs() const override {
        return true;
    }
    void request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const override;
    std::vector<Change> apply(ov::Model& model, Context& context) const override;
};

}  // namespace octet
