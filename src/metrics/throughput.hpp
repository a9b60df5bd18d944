#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

namespace octet {

struct ThroughputOptions {
    double seconds = 2;                                             ///< for each model
    std::size_t threads = 0;                                        ///< 0: the plugin's own choice
    std::function<bool()> cancelled;                                ///< may be empty
    std::function<void(std::size_t done, std::size_t total)> step;  ///< may be empty; after each round
};

/// Inferences a second of each model on the CPU, f32 hint, throughput mode, all else as the plugin decides.
///
/// The models take turns in short rounds over the same `samples` (each: one tensor per model input), so that what
/// slows the machine down slows all of them; a model's figure is the median of its rounds.
/// Throws ov::Exception where a model cannot run, Error(Cancelled).
std::vector<double> measure_throughput(const std::vector<std::shared_ptr<const ov::Model>>& models,
                                       const std::vector<std::vector<ov::Tensor>>& samples,
                                       const ThroughputOptions& options);

}  // namespace octet
