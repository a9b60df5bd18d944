#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/tensor.hpp>

#include "data/feed.hpp"

namespace octet {

/// The smallest of the output's tensor names, else its producer's friendly name.
std::string output_name(const ov::Output<const ov::Node>& output);

/// Throws Error(UnsupportedModel) where inputs or outputs, paired by position, differ in number, type, shape or name.
void refuse_unlike_models(const ov::Model& reference, const ov::Model& other);

/// For `workers` requests at once: one stream a thread, in f32, so that what is computed does not depend on their
/// number. Throws Error(UnsupportedModel) where the CPU plugin cannot compile the model.
ov::CompiledModel compile_for_workers(ov::Core& core, const std::shared_ptr<const ov::Model>& model,
                                      std::size_t workers);

/// Models that run on the same samples, each with a request for every worker. Nothing depends on their number.
class SideBySide {
public:
    /// Throws Error(UnsupportedModel) where the CPU plugin cannot compile a model.
    SideBySide(const std::vector<std::shared_ptr<const ov::Model>>& models, const Feed& feed, std::size_t workers);

    /// Runs every model on `inputs`, those of sample `index`. Throws Error(InvalidData) at the sample.
    void run(std::size_t worker, const std::vector<ov::Tensor>& inputs, std::size_t index);

    /// After run(): what a model gave. Valid until the worker's next run.
    ov::Tensor output(std::size_t worker, std::size_t model, std::size_t position);

private:
    const Feed& feed_;
    std::vector<std::vector<ov::InferRequest>> requests_;  // of each worker, of each model
};

/// The inputs of a sample; unset where it cannot be read and `skip_bad` holds, with the reason in `skipped`.
std::optional<std::vector<ov::Tensor>> read_inputs(const Feed& feed, std::size_t index, bool skip_bad,
                                                   std::string& skipped);

}  // namespace octet
