#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/tensor.hpp>

namespace octet {

/// `model` for the CPU plugin in f32, with one stream a thread: what it makes does not depend on the number of threads.
/// Throws Error(UnsupportedModel), naming `phase`, where the plugin cannot compile it.
ov::CompiledModel compile_streams(const std::shared_ptr<const ov::Model>& model, std::size_t threads,
                                  const char* phase);

/// Infers `model` on `count` samples and hands over what comes out: copies, in sample order, on the calling thread.
/// `inputs(index)` is called by several threads at once. `threads` as in RunOptions.
/// Throws as compile_streams() does, Error(Cancelled), and what `inputs` throws.
void run_samples(const std::shared_ptr<const ov::Model>& model, std::size_t count, std::size_t threads,
                 const std::function<std::vector<ov::Tensor>(std::size_t index)>& inputs,
                 const std::function<void(std::size_t index, std::vector<ov::Tensor>&& outputs)>& take,
                 const std::function<bool()>& cancelled, const char* phase);

}  // namespace octet
