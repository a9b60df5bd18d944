#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>

#include "algorithms/algorithm.hpp"
#include "statistics/run_samples.hpp"

namespace octet {

// What an algorithm made, tried on a few samples of the calibration subset.

// The trial samples: up to 32 of the calibration subset, evenly spread; of models with much work or large outputs
// fewer.

/// Measures `plan` on the model as it is now, on the trial samples.
Statistics measure_on_trial(ov::Model& model, const StatisticPlan& plan, const Context& context);

/// How far a model's outputs are from those of Context::original on the trial samples: the mean of the outputs'
/// noise-to-signal ratios in dB, sum |y - y'|^2 over sum |y|^2 over the samples, for each real output that is not all
/// zero. Very large where a value is not finite.
class OutputError {
public:
    /// Runs the original.
    explicit OutputError(const Context& context);

    /// Is there such an output? Else level() says nothing.
    bool tells_anything() const {
        return has_signal_;
    }

    /// Of `model` as it is now.
    double level(ov::Model& model) const;

    /// The same for a model that takes `more` behind its own inputs.
    double level(SampleRunner& runner, const std::vector<ov::Tensor>& more) const;

    SampleRunner make_runner(const std::shared_ptr<const ov::Model>& model) const;

private:
    std::vector<ov::Tensor> inputs(std::size_t index) const;

    const Context& context_;
    std::vector<std::size_t> samples_;
    bool has_signal_ = false;
    std::vector<std::vector<ov::Tensor>> wanted_;  // of each sample, in the order of the outputs
};

/// That of this run, made when it is first asked for.
const OutputError& output_error(Context& context);

}  // namespace octet
