#include "pipeline/cascade_runner.hpp"

#include <exception>
#include <set>

#include <openvino/runtime/core.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "data/feed.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/side_by_side.hpp"

namespace octet {
namespace {

void check_names(const std::vector<CascadeModel>& models) {
    if (models.empty()) {
        throw Error(ErrorCode::InvalidOption, "cascade", "expected at least one model");
    }
    std::set<std::string> names;
    for (const auto& each : models) {
        if (each.name.empty() || !names.insert(each.name).second) {
            throw Error(ErrorCode::InvalidOption, "cascade",
                        "expected a name of its own for each model; got \"" + each.name + "\"" +
                            (each.name.empty() ? "" : " twice"));
        }
    }
}

}  // namespace

CascadeRunner::CascadeRunner(const std::vector<CascadeModel>& models, std::size_t workers) : requests_(workers) {
    check_names(models);
    ov::Core core;
    for (const auto& each : models) {
        names_.push_back(each.name);
        inputs_.push_back(model_inputs(*each.model));
        auto compiled = compile_for_workers(core, runnable_copy(each.model), workers);
        for (auto& requests : requests_) {
            requests.push_back(compiled.create_infer_request());
        }
    }
}

void CascadeRunner::run(const Engine& engine, const std::vector<std::size_t>& indices, const TakeCall& take_call,
                        bool skip_bad, const std::function<void(std::size_t position, CascadeOutcome&& outcome)>& take,
                        Observer& observer) {
    run_in_order<CascadeOutcome>(
        indices.size(), requests_.size(),
        [&](std::size_t worker, std::size_t position) {
            try {
                return run_sample(engine, worker, indices[position], position, take_call);
            } catch (const Error& error) {
                if (!skip_bad || error.code() != ErrorCode::InvalidData) {
                    throw;
                }
                return CascadeOutcome{.outputs = {}, .calls = {}, .failure = error.what()};
            }
        },
        [&](std::size_t position, CascadeOutcome&& outcome) {
            take(position, std::move(outcome));
            observer.step(position + 1, indices.size());
        },
        [&] { return observer.cancelled(); });
}

CascadeOutcome CascadeRunner::run_sample(const Engine& engine, std::size_t worker, std::size_t index,
                                         std::size_t position, const TakeCall& take_call) {
    CascadeOutcome outcome{.outputs = {}, .calls = std::vector<std::size_t>(names_.size()), .failure = {}};
    const std::string label = engine.label(index);
    const Infer call = [&](std::size_t model, const Sample& sample) {
        if (model >= names_.size()) {
            throw Error(
                ErrorCode::InvalidOption, label,
                "there is no model " + std::to_string(model) + " in a cascade of " + std::to_string(names_.size()));
        }
        auto inputs = fit_sample(inputs_[model], sample, label + ", " + names_[model]);
        auto outputs = infer(worker, model, inputs, label);
        if (take_call) {
            take_call(model, {position, outcome.calls[model]}, inputs);
        }
        ++outcome.calls[model];
        return outputs;
    };
    try {
        outcome.outputs = engine.run(index, call);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        std::throw_with_nested(Error(ErrorCode::InvalidData, label, error.what()));
    }
    return outcome;
}

std::vector<ov::Tensor> CascadeRunner::infer(std::size_t worker, std::size_t model, std::vector<ov::Tensor>& inputs,
                                             const std::string& label) {
    std::vector<ov::Tensor> outputs;  // of the request, which may run again before they are read
    try {
        auto& request = requests_[worker][model];
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            request.set_input_tensor(i, inputs[i]);
        }
        request.reset_state();  // whichever sample came before on this request
        request.infer();
        for (std::size_t i = 0; i < request.get_compiled_model().outputs().size(); ++i) {
            outputs.push_back(request.get_output_tensor(i));
        }
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidData, label,
                    names_[model] + " cannot run on what it was given: " + essential_line(error.what()));
    }
    return copies_of(outputs);
}

}  // namespace octet
