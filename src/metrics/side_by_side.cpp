#include "metrics/side_by_side.hpp"

#include <algorithm>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/text.hpp"
#include "data/model_inputs.hpp"

namespace octet {
namespace {

void refuse_unlike(const char* side, const ov::Output<const ov::Node>& a, const ov::Output<const ov::Node>& b,
                   const std::string& name) {
    if (a.get_element_type() != b.get_element_type() || !a.get_partial_shape().compatible(b.get_partial_shape())) {
        throw Error(ErrorCode::UnsupportedModel, name,
                    std::string("the models' ") + side + "s differ: expected " +
                        describe(a.get_element_type(), a.get_partial_shape()) + " as in the first model, got " +
                        describe(b.get_element_type(), b.get_partial_shape()));
    }
}

void refuse_unlike_count(const char* side, std::size_t a, std::size_t b) {
    if (a != b) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    "the models do not belong together: the first has " + std::to_string(a) + " " + side + "(s), the " +
                        "second " + std::to_string(b));
    }
}

}  // namespace

std::string output_name(const ov::Output<const ov::Node>& output) {
    const auto& names = output.get_names();
    if (!names.empty()) {
        return *std::min_element(names.begin(), names.end());
    }
    return output.get_node()->get_input_node_ptr(0)->get_friendly_name();
}

void refuse_unlike_models(const ov::Model& reference, const ov::Model& other) {
    refuse_unlike_count("input", reference.inputs().size(), other.inputs().size());
    refuse_unlike_count("output", reference.outputs().size(), other.outputs().size());
    const auto names = model_inputs(reference), other_names = model_inputs(other);
    for (std::size_t i = 0; i < reference.inputs().size(); ++i) {
        refuse_unlike("input", reference.input(i), other.input(i), names[i].name());
        const auto& known = other_names[i].names;
        if (std::none_of(names[i].names.begin(), names[i].names.end(), [&](const std::string& name) {
                return std::find(known.begin(), known.end(), name) != known.end();
            })) {
            throw Error(ErrorCode::UnsupportedModel, names[i].name(),
                        "the models' inputs differ: input " + std::to_string(i) + " is called " + quoted(known) +
                            " in the second model");
        }
    }
    for (std::size_t i = 0; i < reference.outputs().size(); ++i) {
        refuse_unlike("output", reference.output(i), other.output(i), output_name(reference.output(i)));
    }
}

ov::CompiledModel compile_for_workers(ov::Core& core, const std::shared_ptr<const ov::Model>& model,
                                      std::size_t workers) {
    try {
        return core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                  ov::num_streams(static_cast<int>(workers)),
                                  ov::inference_num_threads(static_cast<int>(workers)));
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, model->get_friendly_name(),
                    "the CPU plugin cannot compile it: " + essential_line(error.what()));
    }
}

SideBySide::SideBySide(const std::vector<std::shared_ptr<const ov::Model>>& models, const Feed& feed,
                       std::size_t workers)
    : feed_(feed), requests_(workers) {
    ov::Core core;
    for (const auto& model : models) {
        auto compiled = compile_for_workers(core, model, workers);
        for (auto& requests : requests_) {
            requests.push_back(compiled.create_infer_request());
        }
    }
}

void SideBySide::run(std::size_t worker, const std::vector<ov::Tensor>& inputs, std::size_t index) {
    try {
        for (auto& request : requests_[worker]) {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                request.set_input_tensor(i, inputs[i]);
            }
            request.reset_state();  // each sample by itself, whichever came before on this request
            request.infer();
        }
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidData, feed_.label(index),
                    "the model cannot run on this sample: " + essential_line(error.what()));
    }
}

ov::Tensor SideBySide::output(std::size_t worker, std::size_t model, std::size_t position) {
    return requests_[worker][model].get_output_tensor(position);
}

std::optional<std::vector<ov::Tensor>> read_inputs(const Feed& feed, std::size_t index, bool skip_bad,
                                                   std::string& skipped) {
    try {
        return feed(index);
    } catch (const Error& error) {
        if (!skip_bad || error.code() != ErrorCode::InvalidData) {
            throw;
        }
        skipped = error.what();
        return std::nullopt;
    }
}

}  // namespace octet
