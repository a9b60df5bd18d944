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
#include "pipeline/recorded_calls.hpp"

namespace octet {

/// What became of one sample of a cascade.
struct CascadeOutcome {
    std::vector<ov::Tensor> outputs;
    std::vector<std::size_t> calls;  ///< how often each model was called
    std::string failure;             ///< why there is nothing else (only with `skip_bad`)
};

/// Gets what model number `model` was called with, which is valid until it returns. Called from several threads at
/// once.
using TakeCall = std::function<void(std::size_t model, const CallPlace& place, const std::vector<ov::Tensor>& inputs)>;

/// Models of a cascade, compiled for several workers at once.
class CascadeRunner {
public:
    /// Throws Error(InvalidOption) for names that are empty or not unique, Error(UnsupportedModel) where the CPU plugin
    /// cannot compile a model.
    CascadeRunner(const std::vector<CascadeModel>& models, std::size_t workers);

    /// Runs the samples `indices` of `engine` and hands on what each gave, in their order, on the calling thread.
    /// `take_call` may be empty; it also gets the calls of samples that then turn out to be bad.
    void run(const Engine& engine, const std::vector<std::size_t>& indices, const TakeCall& take_call, bool skip_bad,
             const std::function<void(std::size_t position, CascadeOutcome&& outcome)>& take, Observer& observer);

    const std::vector<ModelInput>& inputs(std::size_t model) const {
        return inputs_[model];
    }

private:
    CascadeOutcome run_sample(const Engine& engine, std::size_t worker, std::size_t index, std::size_t position,
                              const TakeCall& take_call);
    std::vector<ov::Tensor> infer(std::size_t worker, std::size_t model, std::vector<ov::Tensor>& inputs,
                                  const std::string& label);

    std::vector<std::string> names_;
    std::vector<std::vector<ModelInput>> inputs_;
    std::vector<std::vector<ov::InferRequest>> requests_;  // of each worker, of each model
};

}  // namespace octet
