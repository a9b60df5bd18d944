#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/cascade.hpp"
#include "octet/observer.hpp"

#include "data/model_inputs.hpp"

namespace octet {

/// What a model of a cascade was called with: tensors in the order of its inputs.
struct RecordedCall {
    std::size_t model;
    std::vector<ov::Tensor> inputs;
};

/// What became of one sample of a cascade.
struct CascadeOutcome {
    std::vector<ov::Tensor> outputs;
    std::vector<RecordedCall> calls;  ///< in the order they were made; only where they are to be recorded
    std::string failure;              ///< why there is nothing else (only with `skip_bad`)
};

/// Models of a cascade, compiled for several workers at once.
class CascadeRunner {
public:
    /// Throws Error(InvalidOption) for names that are empty or not unique, Error(UnsupportedModel) where the CPU plugin
    /// cannot compile a model.
    CascadeRunner(const std::vector<CascadeModel>& models, std::size_t workers);

    /// Runs the samples `indices` of `engine` and hands on what each gave, in their order, on the calling thread.
    void run(const Engine& engine, const std::vector<std::size_t>& indices, bool is_recorded, bool skip_bad,
             const std::function<void(std::size_t position, CascadeOutcome&& outcome)>& take, Observer& observer);

    const std::vector<ModelInput>& inputs(std::size_t model) const {
        return inputs_[model];
    }

private:
    CascadeOutcome run_sample(const Engine& engine, std::size_t worker, std::size_t index, bool is_recorded);
    std::vector<ov::Tensor> infer(std::size_t worker, std::size_t model, std::vector<ov::Tensor>& inputs,
                                  const std::string& label);

    std::vector<std::string> names_;
    std::vector<std::vector<ModelInput>> inputs_;
    std::vector<std::vector<ov::InferRequest>> requests_;  // of each worker, of each model
};

}  // namespace octet
