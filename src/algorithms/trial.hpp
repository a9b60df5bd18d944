#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <openvino/core/model.hpp>

#include "algorithms/algorithm.hpp"
#include "graph/adjustable_ranges.hpp"
#include "statistics/run_samples.hpp"

namespace octet {

// What an algorithm made, tried on a few samples of the calibration subset: up to 16, evenly spread; of models with
// much work or large outputs fewer.

/// The trial samples, by their places among those that were measured.
std::vector<std::size_t> trial_samples(const Context& context);

/// Multiplications that the weighted operations of `model` make for one sample; 0 where shapes are dynamic.
double count_multiplications(const ov::Model& model);

/// How far a model's outputs are from those of Context::original on the trial samples: the mean of the outputs'
/// noise-to-signal ratios in dB, sum |y - y'|^2 over sum |y|^2 over the samples, for each real output that is not all
/// zero. Very large where a value is not finite.
class OutputError {
public:
    /// Runs the original, where Context::outputs does not say what it makes.
    explicit OutputError(const Context& context);

    /// On other samples than the trial samples.
    OutputError(const Context& context, const std::vector<std::size_t>& samples);

    std::size_t samples() const {
        return inputs_.size();
    }

    /// Is there such an output? Else level() says nothing.
    bool tells_anything() const {
        return has_signal_;
    }

    /// Of `model` as it is now.
    double level(const ov::Model& model) const;

    /// The same on one thread, so that several models are tried at once. Does not ask the observer, nor need the
    /// Context.
    double level_on_one_thread(const ov::Model& model) const;

    /// Of a compiled model that makes the original's outputs and `more` besides, which `take` gets in sample order.
    using TakeMore = std::function<void(std::span<const ov::Tensor> more)>;
    double level(SampleRunner& runner, const TakeMore& take = {}) const;

    SampleRunner make_runner(const std::shared_ptr<const ov::Model>& model) const;

private:
    double level(SampleRunner& runner, const TakeMore& take, const std::function<bool()>& cancelled) const;
    void run_original();

    const Context& context_;
    std::vector<std::vector<ov::Tensor>> inputs_;  // of each sample, in the order of the model's inputs
    std::vector<std::vector<ov::Tensor>> wanted_;  // of each sample, in the order of the outputs
    bool has_signal_ = false;
};

/// That of this run, made when it is first asked for.
const OutputError& output_error(Context& context);

/// The quantized model in f32 arithmetic, compiled once: the ranges of its activations change from run to run.
class TrialModel {
public:
    /// Of `model` as it is now.
    TrialModel(const OutputError& error, const ov::Model& model, const Context& context);

    /// Gives a FakeQuantize that is_adjustable() another grid.
    void set_grid(const ov::Node& quantizer, const Grid& grid);

    /// Adds shift[c] to channel c of what `node`, and with it every corrected operation on the same quantizer, sees
    /// behind the quantizer; empty: nothing. Expects a node with channels().
    void set_shift(const ov::Node& node, std::vector<float> shift);

    /// How many channels of the input of `node` are measured and may be shifted; 0 where it is no operation whose bias
    /// is to be corrected, or where the quantizer in front of it is not adjustable.
    std::size_t channels(const ov::Node& node) const;

    /// Error of the outputs, as OutputError has it.
    double level();

    /// The same, with the means over samples of each input channel that has channels(), in front of the quantizer and
    /// behind it, by operation.
    double level(std::map<const ov::Node*, MeansAround>& means);

private:
    std::vector<Adjustable> quantizers_;
    std::map<const ov::Node*, std::size_t> numbers_;  // of quantizers and of operations with channels; looked up only
    const OutputError& error_;
    std::shared_ptr<Adjustment> adjustment_;
    std::optional<SampleRunner> runner_;
};

}  // namespace octet
