#include "statistics/run_samples.hpp"

#include <algorithm>
#include <string>

#include <openvino/runtime/core.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"

namespace octet {
namespace {

std::vector<ov::Tensor> infer(ov::InferRequest& request, const std::vector<ov::Tensor>& inputs, std::size_t outputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, inputs[i]);
    }
    request.infer();
    std::vector<ov::Tensor> made;
    for (std::size_t i = 0; i < outputs; ++i) {
        const auto tensor = request.get_output_tensor(i);
        ov::Tensor copy(tensor.get_element_type(), tensor.get_shape());
        tensor.copy_to(copy);
        made.push_back(std::move(copy));
    }
    return made;
}

}  // namespace

ov::CompiledModel compile_streams(const std::shared_ptr<const ov::Model>& model, std::size_t threads,
                                  const char* phase) {
    ov::Core core;
    const auto count = static_cast<int32_t>(threads);
    try {
        return core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32), ov::num_streams(count),
                                  ov::inference_num_threads(count), ov::hint::enable_cpu_pinning(false));
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, phase,
                    "the CPU plugin cannot compile the model: " + essential_line(error.what()));
    }
}

SampleRunner::SampleRunner(const std::shared_ptr<const ov::Model>& model, std::size_t count, std::size_t threads,
                           const char* phase) {
    const std::size_t workers = std::min(usable_threads(threads), std::max<std::size_t>(1, count));
    auto compiled = compile_streams(model, workers, phase);
    for (std::size_t i = 0; i < workers; ++i) {
        requests_.push_back(compiled.create_infer_request());
    }
    outputs_ = compiled.outputs().size();
}

void SampleRunner::run(std::size_t count, const std::function<std::vector<ov::Tensor>(std::size_t index)>& inputs,
                       const std::function<void(std::size_t index, std::vector<ov::Tensor>&& outputs)>& take,
                       const std::function<bool()>& cancelled) {
    run_in_order<std::vector<ov::Tensor>>(
        count, std::min(count, requests_.size()),
        [&](std::size_t worker, std::size_t index) {
            const auto tensors = inputs(index);
            try {
                return infer(requests_[worker], tensors, outputs_);
            } catch (const ov::Exception& error) {
                throw Error(ErrorCode::InvalidData, "sample " + std::to_string(index),
                            "the model cannot run on it: " + essential_line(error.what()));
            }
        },
        take, cancelled);
}

}  // namespace octet
