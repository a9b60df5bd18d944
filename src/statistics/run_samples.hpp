#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/tensor.hpp>

namespace octet {

/// `model` for the CPU plugin in f32, with one stream a thread: what it makes does not depend on the number of threads.
/// Throws Error(UnsupportedModel), naming `phase`, where the plugin cannot compile it.
ov::CompiledModel compile_streams(const std::shared_ptr<const ov::Model>& model, std::size_t threads,
                                  const char* phase);

/// A model compiled once, to run on samples.
class SampleRunner {
public:
    /// `threads` as in RunOptions, and no more than `count`. Throws as compile_streams() does.
    SampleRunner(const std::shared_ptr<const ov::Model>& model, std::size_t count, std::size_t threads,
                 const char* phase);

    /// Infers `count` samples and hands over what comes out: copies, in sample order, on the calling thread.
    /// `inputs(index)` is called by several threads at once.
    /// Throws Error(Cancelled), Error(InvalidData) for a sample that the model declines, and what `inputs` throws.
    void run(std::size_t count, const std::function<std::vector<ov::Tensor>(std::size_t index)>& inputs,
             const std::function<void(std::size_t index, std::vector<ov::Tensor>&& outputs)>& take,
             const std::function<bool()>& cancelled);

private:
    std::vector<ov::InferRequest> requests_;  // one a thread
    std::size_t outputs_ = 0;
};

}  // namespace octet
