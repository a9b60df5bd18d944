#include "pipeline/verify.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/difference.hpp"

namespace octet {
namespace {

/// The shape that the options give for an input, if any.
std::optional<ov::PartialShape> wanted_shape(const ov::Output<const ov::Node>& input, const Options& options,
                                             std::size_t inputs) {
    auto names = input.get_names();
    names.insert(input.get_node()->get_friendly_name());
    for (const auto& [name, shape] : options.shapes) {
        if (names.count(name) || (name.empty() && inputs == 1)) {
            return shape;
        }
    }
    return std::nullopt;
}

/// How models are compiled here.
struct Verification {
    std::size_t threads;

    ov::CompiledModel compile(const std::shared_ptr<const ov::Model>& model) const {
        ov::Core core;
        return core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                  ov::inference_num_threads(static_cast<int>(threads)));
    }
};

/// One tensor of zeros or ones for each input.
struct Trial {
    std::vector<ov::Tensor> inputs;
    bool is_guess = false;  // a shape was guessed, or an input is no floating-point number and may have to fit another
};

void fill(ov::Tensor& tensor, bool with_ones) {
    if (tensor.get_element_type() == ov::element::string) {
        return;
    }
    std::memset(tensor.data(), 0, tensor.get_byte_size());
    if (!with_ones) {
        return;
    }
    if (tensor.get_element_type() == ov::element::i64) {
        std::fill_n(tensor.data<std::int64_t>(), tensor.get_size(), 1);
    } else if (tensor.get_element_type() == ov::element::i32) {
        std::fill_n(tensor.data<std::int32_t>(), tensor.get_size(), 1);
    } else if (tensor.get_element_type() == ov::element::f32) {
        std::fill_n(tensor.data<float>(), tensor.get_size(), 1.F);
    }
}

Trial make_trial(const ov::CompiledModel& model, const Options& options, bool with_ones) {
    Trial trial;
    for (const auto& input : model.inputs()) {
        ov::PartialShape shape = input.get_partial_shape();
        if (const auto wanted = wanted_shape(input, options, model.inputs().size());
            wanted && shape.compatible(*wanted)) {
            shape = *wanted;
        }
        trial.is_guess = trial.is_guess || shape.is_dynamic() || !input.get_element_type().is_real();
        ov::Shape concrete;
        if (shape.rank().is_static()) {
            for (const auto& axis : shape) {
                concrete.push_back(axis.is_static() ? axis.get_length()
                                                    : std::max<ov::Dimension::value_type>(1, axis.get_min_length()));
            }
        }
        trial.inputs.emplace_back(input.get_element_type(), concrete);
        fill(trial.inputs.back(), with_ones);
    }
    return trial;
}

std::vector<ov::Tensor> infer(ov::CompiledModel& model, const std::vector<ov::Tensor>& inputs) {
    auto request = model.create_infer_request();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, inputs[i]);
    }
    request.infer();
    std::vector<ov::Tensor> outputs;
    for (std::size_t i = 0; i < model.outputs().size(); ++i) {
        outputs.push_back(request.get_output_tensor(i));
    }
    return outputs;
}

/// For a result that came without a sample.
void run_on_made_up_inputs(const std::shared_ptr<ov::Model>& written, const Options& options, const Verification& how,
                           Observer& observer) {
    std::string problem;
    ov::CompiledModel model;
    try {
        model = how.compile(runnable_copy(written));
    } catch (const std::exception& error) {
        throw Error(ErrorCode::UnsupportedModel, "verify",
                    "the CPU plugin cannot compile the quantized model: " + essential_line(error.what()));
    }
    const Trial trials[] = {make_trial(model, options, false), make_trial(model, options, true)};
    for (const auto& trial : trials) {
        try {
            infer(model, trial.inputs);
            return;
        } catch (const std::exception& error) {
            problem = essential_line(error.what());
        }
    }
    if (!trials[0].is_guess) {
        throw Error(ErrorCode::Internal, "verify", "the written model does not run: " + problem);
    }
    observer.log(LogLevel::Warning, "verify",
                 "the written model compiles, but was not run: it declined made-up inputs (" + problem + ")");
}

/// The SQNR in dB of the output that comes least near to the original's.
double worst_sqnr(const std::vector<ov::Tensor>& wanted, const std::vector<ov::Tensor>& made) {
    double worst = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].get_element_type().is_real() && made[i].get_element_type().is_real()) {
            OutputDifference output;
            output.add(difference(wanted[i], made[i]));
            const double reached = output.sqnr_db();
            worst = reached < worst ? reached : worst;
        }
    }
    return worst;
}

/// `model` as it is where it takes the sample, else a copy that does: it may have been calibrated at other shapes.
std::shared_ptr<ov::Model> fitted(const std::shared_ptr<const ov::Model>& model,
                                  const std::vector<ov::Tensor>& sample) {
    std::map<std::size_t, ov::PartialShape> shapes;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        if (!model->input(i).get_partial_shape().compatible(sample[i].get_shape())) {
            shapes.emplace(i, sample[i].get_shape());
        }
    }
    const auto copy = model->clone();
    if (!shapes.empty()) {
        copy->reshape(shapes);
    }
    return copy;
}

/// Warns where the written model's outputs are nowhere near the original's, and tells a fault of the plugin from one of
/// the ranges.
void compare_on_sample(const std::shared_ptr<ov::Model>& written, const QuantizedModel& result, const Verification& how,
                       Observer& observer) {
    std::vector<ov::Tensor> wanted, made;
    try {
        auto compiled = how.compile(runnable_copy(written));
        made = infer(compiled, result.sample);
        auto original = how.compile(fitted(result.original, result.sample));
        wanted = infer(original, result.sample);
    } catch (const std::exception& error) {
        throw Error(ErrorCode::UnsupportedModel, "verify",
                    "the CPU plugin cannot run the quantized model: " + essential_line(error.what()) +
                        "; keep the operations that this names in floating point, e.g. with --ignored-type");
    }
    const double reached = worst_sqnr(wanted, made);
    if (reached >= 0) {
        return;
    }
    expand_fake_quantize(*written, 0);
    auto simulation = how.compile(written);
    const double simulated = worst_sqnr(wanted, infer(simulation, result.sample));
    observer.log(LogLevel::Warning, "verify",
                 "on one calibration sample an output has more error than signal (SQNR " + short_number(reached) +
                     " dB). " +
                     (simulated >= 0
                          ? "Computed without INT8 it has " + short_number(simulated) +
                                " dB: the CPU plugin computes this model wrongly. Keep operations in "
                                "floating point, e.g. with --ignored-type MatMul"
                          : "Are samples prepared as in training (mean, scale, colour order)? Else try --preset mixed, "
                            "more samples, or keep operations in floating point"));
}

}  // namespace

void verify_files(const std::filesystem::path& xml, const std::filesystem::path& bin, const QuantizedModel& result,
                  const RunOptions& run, Observer& observer) {
    const Verification how{usable_threads(run.threads)};
    std::shared_ptr<ov::Model> written;
    try {
        ov::Core core;
        core.set_property(ov::enable_mmap(false));
        written = core.read_model(xml, bin);
    } catch (const std::exception& error) {
        throw Error(ErrorCode::Internal, "verify",
                    "the written model cannot be read back: " + essential_line(error.what()));
    }
    if (result.sample.empty() || !result.original) {
        run_on_made_up_inputs(written, result.options, how, observer);
    } else {
        compare_on_sample(fitted(written, result.sample), result, how, observer);
    }
}

}  // namespace octet
