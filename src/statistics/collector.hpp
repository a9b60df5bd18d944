#pragma once

#include <cstddef>
#include <functional>
#include <memory>
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
};

struct CollectOptions {
    std::size_t threads = 0;  ///< 0: all that this process may use
    bool skip_bad = false;    ///< go on without samples that cannot be read
};

struct Collected {
    Statistics statistics;
    std::vector<std::size_t> samples;      ///< those that were measured, ascending
    std::vector<std::string> bad_samples;  ///< why each was skipped
};

/// Measures all of `plan` on `model` in one pass over the samples, in f32, with one stream a thread: the numbers do not
/// depend on the number of threads. The model is left as it was.
/// Throws Error(InvalidData) where a sample cannot be read or inferred, Error(UnsupportedModel) for a model that the
/// CPU plugin cannot compile, Error(Cancelled).
Collected collect(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const SampleSource& samples,
                  const CollectOptions& options, Observer& observer);

}  // namespace octet
