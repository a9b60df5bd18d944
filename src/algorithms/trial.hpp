#pragma once

#include <cstddef>
#include <vector>

#include <openvino/core/model.hpp>

#include "algorithms/algorithm.hpp"

namespace octet {

// What an algorithm made, tried on a few samples of the calibration subset.

/// Places of at most `count` samples in the subset, evenly spread.
std::vector<std::size_t> trial_samples(const Context& context, std::size_t count);

/// Measures `plan` on the model as it is now, on trial_samples(context, count).
Statistics measure_on_trial(ov::Model& model, const StatisticPlan& plan, const Context& context, std::size_t count);

/// How far a model's outputs are from those of Context::original.
class OutputError {
public:
    /// Runs the original on trial_samples(context, count). `phase` is named in errors.
    OutputError(const Context& context, std::size_t count, const char* phase);

    /// The mean of the outputs' noise-to-signal ratios of `model` in dB: sum |y - y'|^2 over sum |y|^2 over the
    /// samples, for each f32 output that is not all zero. Very large where a value is not finite.
    double level(ov::Model& model) const;

private:
    std::vector<ov::Tensor> inputs(std::size_t index) const;

    const Context& context_;
    std::vector<std::size_t> samples_;
    const char* phase_;
    std::vector<std::vector<ov::Tensor>> wanted_;  // of each sample, in the order of the outputs
};

}  // namespace octet
