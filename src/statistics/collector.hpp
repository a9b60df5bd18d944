#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/observer.hpp"

#include "statistics/statistics.hpp"

namespace octet {

/// Where samples come from: tensors in the order of the model's inputs, made by several threads at once.
struct SampleSource {
    std::size_t size = 0;
    std::function<std::vector<ov::Tensor>(std::size_t)> inputs;
    std::function<std::string(std::size_t)> label;
    /// The first axis of every tensor counts the items of a batch: each is measured on its own.
    bool is_batched = false;
    /// Where sequences begin, ascending, the first at 0: the model keeps its state from sample to sample of one.
    /// Empty: every sample is measured from the initial state.
    std::vector<std::size_t> sequences{};
};

/// The model's outputs by sample.
using SampleOutputs = std::map<std::size_t, std::vector<ov::Tensor>>;

/// What has come together of the first sequences: a run goes on from here, and ends as if it had never stopped.
struct Checkpoint {
    std::size_t sequences = 0;  ///< measured; without sequences: samples
    std::vector<double> totals;
    std::vector<std::size_t> samples;
    std::vector<std::string> bad_samples;
    SampleOutputs outputs;  ///< of those samples whose outputs are wanted
};

/// Where a run begins, and where it leaves what it has. A run that takes several passes or may end early does neither.
struct Resumption {
    std::optional<Checkpoint> from{};               ///< of the same model, plan and samples
    std::function<void(const Checkpoint&)> keep{};  ///< called on the calling thread, between samples
    std::chrono::duration<double> interval{5};      ///< between two calls; longer where they take long
};

struct CollectOptions {
    std::size_t threads = 0;  ///< 0: all that this process may use
    bool skip_bad = false;  ///< go on without samples that cannot be read, and without those that follow in a sequence
    std::optional<double> converge{};  ///< stop when means move by no more than this part of a tensor's range
    std::size_t max_memory = 0;        ///< bytes that this process should stay within; 0: no limit
    const Resumption* resumption = nullptr;
    std::vector<std::size_t> outputs_of{};  ///< samples, ascending, of which the model's outputs are wanted, too
};

struct Collected {
    Statistics statistics;
    std::vector<std::size_t> samples;      ///< those that were measured, ascending
    std::vector<std::string> bad_samples;  ///< why each was skipped
    /// Of the wanted samples that were measured here, in one piece; by sample.
    SampleOutputs outputs{};
    bool has_converged = false;  ///< and so the samples behind the last of these were left out
};

/// Measures all of `plan` on `model` in one pass over the samples, in f32, with one stream a thread: the numbers do not
/// depend on the number of threads, which are fewer where memory is limited. The model is left as it was.
/// Throws Error(InvalidData) where a sample cannot be read or inferred, Error(UnsupportedModel) for a model that the
/// CPU plugin cannot compile, Error(Cancelled).
Collected collect(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const SampleSource& samples,
                  const CollectOptions& options, Observer& observer);

}  // namespace octet
