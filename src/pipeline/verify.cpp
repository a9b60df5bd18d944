#include "pipeline/verify.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/threads.hpp"
#include "graph/expand_fake_quantize.hpp"

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

void infer(ov::CompiledModel& model, const Trial& trial) {
    auto request = model.create_infer_request();
    for (std::size_t i = 0; i < trial.inputs.size(); ++i) {
        request.set_input_tensor(i, trial.inputs[i]);
    }
    request.infer();
}

void run_once(ov::CompiledModel& model, const Options& options, Observer& observer) {
    std::string problem;
    const Trial trials[] = {make_trial(model, options, false), make_trial(model, options, true)};
    for (const auto& trial : trials) {
        try {
            infer(model, trial);
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

}  // namespace

void verify_files(const std::filesystem::path& xml, const std::filesystem::path& bin, const Options& options,
                  const RunOptions& run, Observer& observer) {
    ov::CompiledModel compiled;
    try {
        ov::Core core;
        core.set_property(ov::enable_mmap(false));
        compiled = core.compile_model(runnable_copy(core.read_model(xml, bin)), "CPU",
                                      ov::inference_num_threads(static_cast<int>(usable_threads(run.threads))));
    } catch (const std::exception& error) {
        throw Error(ErrorCode::Internal, "verify",
                    "the written model cannot be read back and compiled: " + essential_line(error.what()));
    }
    run_once(compiled, options, observer);
}

}  // namespace octet
