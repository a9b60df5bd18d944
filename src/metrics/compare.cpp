#include "octet/compare.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "data/feed.hpp"
#include "data/model_inputs.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/difference.hpp"
#include "metrics/throughput.hpp"

namespace octet {
namespace {

// Prepared samples kept for measuring speed.
constexpr std::size_t kKeptSamples = 32;
constexpr std::size_t kKeptBytes = std::size_t{256} << 20;

using Samples = std::vector<std::vector<ov::Tensor>>;

std::string output_name(const ov::Output<const ov::Node>& output) {
    const auto& names = output.get_names();
    if (!names.empty()) {
        return *std::min_element(names.begin(), names.end());
    }
    return output.get_node()->get_input_node_ptr(0)->get_friendly_name();
}

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

// Inputs and outputs pair up by position.
void refuse_unlike_models(const ov::Model& reference, const ov::Model& quantized) {
    refuse_unlike_count("input", reference.inputs().size(), quantized.inputs().size());
    refuse_unlike_count("output", reference.outputs().size(), quantized.outputs().size());
    const auto names = model_inputs(reference), other_names = model_inputs(quantized);
    for (std::size_t i = 0; i < reference.inputs().size(); ++i) {
        refuse_unlike("input", reference.input(i), quantized.input(i), names[i].name());
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
        refuse_unlike("output", reference.output(i), quantized.output(i), output_name(reference.output(i)));
    }
}

// One stream a thread: what is computed does not depend on their number.
ov::CompiledModel compile(ov::Core& core, const std::shared_ptr<const ov::Model>& model, std::size_t threads) {
    try {
        return core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32),
                                  ov::num_streams(static_cast<int>(threads)),
                                  ov::inference_num_threads(static_cast<int>(threads)));
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, model->get_friendly_name(),
                    "the CPU plugin cannot compile it: " + essential_line(error.what()));
    }
}

// What became of one sample: the differences of the float outputs, or why it was skipped.
struct Outcome {
    std::vector<SampleDifference> differences;
    std::vector<ov::Tensor> kept;
    std::string skipped;
};

class Comparer {
public:
    Comparer(const std::shared_ptr<const ov::Model>& reference, const std::shared_ptr<const ov::Model>& quantized,
             const Feed& feed, bool skip_bad, std::size_t threads)
        : feed_(feed), skip_bad_(skip_bad) {
        ov::Core core;
        auto first = compile(core, reference, threads), second = compile(core, quantized, threads);
        for (std::size_t i = 0; i < threads; ++i) {
            requests_.emplace_back(first.create_infer_request(), second.create_infer_request());
        }
        for (std::size_t i = 0; i < reference->outputs().size(); ++i) {
            if (reference->output(i).get_element_type().is_real()) {
                float_outputs_.push_back(i);
            }
        }
    }

    const std::vector<std::size_t>& float_outputs() const {
        return float_outputs_;
    }

    Outcome operator()(std::size_t worker, std::size_t index, bool is_kept) {
        Outcome outcome;
        std::vector<ov::Tensor> inputs;
        try {
            inputs = feed_(index);
        } catch (const Error& error) {
            if (!skip_bad_ || error.code() != ErrorCode::InvalidData) {
                throw;
            }
            outcome.skipped = error.what();
            return outcome;
        }
        auto& [reference, quantized] = requests_[worker];
        infer(reference, inputs, index);
        infer(quantized, inputs, index);
        for (const std::size_t output : float_outputs_) {
            outcome.differences.push_back(
                difference(reference.get_output_tensor(output), quantized.get_output_tensor(output)));
        }
        if (is_kept) {
            outcome.kept = std::move(inputs);
        }
        return outcome;
    }

private:
    void infer(ov::InferRequest& request, const std::vector<ov::Tensor>& inputs, std::size_t index) const {
        try {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                request.set_input_tensor(i, inputs[i]);
            }
            request.infer();
        } catch (const ov::Exception& error) {
            throw Error(ErrorCode::InvalidData, feed_.label(index),
                        "the model cannot run on this sample: " + essential_line(error.what()));
        }
    }

    const Feed& feed_;
    bool skip_bad_;
    std::vector<std::pair<ov::InferRequest, ov::InferRequest>> requests_;
    std::vector<std::size_t> float_outputs_;
};

class KeptSamples {
public:
    void add(std::vector<ov::Tensor>&& inputs) {
        std::size_t bytes = 0;
        for (const auto& tensor : inputs) {
            bytes += tensor.get_byte_size();
        }
        if (!inputs.empty() && (samples_.empty() || bytes_ + bytes <= kKeptBytes)) {
            bytes_ += bytes;
            samples_.push_back(std::move(inputs));
        }
    }
    const Samples& get() const {
        return samples_;
    }

private:
    Samples samples_;
    std::size_t bytes_ = 0;
};

void add_throughput(Comparison& comparison, const std::vector<std::shared_ptr<const ov::Model>>& models,
                    const Samples& samples, const CompareOptions& options, const RunOptions& run, Observer& observer) {
    ThroughputOptions how;
    how.seconds = options.throughput_seconds;
    how.threads = run.threads;
    how.cancelled = [&] { return observer.cancelled(); };
    how.step = [&](std::size_t done, std::size_t total) { observer.step(done, total); };
    observer.phase("throughput", 0);
    try {
        const auto rates = measure_throughput(models, samples, how);
        comparison.reference_fps = rates[0];
        comparison.quantized_fps = rates[1];
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    "a model cannot run in throughput mode: " + essential_line(error.what()));
    }
}

}  // namespace

Comparison compare(const std::shared_ptr<const ov::Model>& reference, const std::shared_ptr<const ov::Model>& quantized,
                   const Dataset& dataset, const CompareOptions& options, const RunOptions& run, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    refuse_unlike_models(*reference, *quantized);
    if (dataset.size() == 0) {
        throw Error(ErrorCode::InvalidData, "", "no samples to compare the models on");
    }
    const auto first = runnable_copy(with_shapes(reference, options.shapes));
    const auto second = runnable_copy(with_shapes(quantized, options.shapes));
    const Feed feed(*first, dataset);
    const std::size_t threads = std::min(usable_threads(run.threads), feed.size());

    watcher.phase("compare", feed.size());
    Comparer comparer(first, second, feed, options.skip_bad, threads);
    Comparison comparison;
    std::vector<OutputDifference> differences(comparer.float_outputs().size());
    KeptSamples kept;
    run_in_order<Outcome>(
        feed.size(), threads,
        [&](std::size_t worker, std::size_t index) {
            return comparer(worker, index, options.throughput && index < kKeptSamples);
        },
        [&](std::size_t index, Outcome&& outcome) {
            if (!outcome.skipped.empty()) {
                watcher.log(LogLevel::Warning, "compare", "skipped " + outcome.skipped);
            } else {
                for (std::size_t i = 0; i < differences.size(); ++i) {
                    differences[i].add(outcome.differences[i]);
                }
                kept.add(std::move(outcome.kept));
                ++comparison.samples;
            }
            watcher.step(index + 1, feed.size());
        },
        [&] { return watcher.cancelled(); });
    if (comparison.samples == 0) {
        throw Error(ErrorCode::InvalidData, "", "none of the " + std::to_string(feed.size()) + " samples can be read");
    }

    for (std::size_t i = 0; i < differences.size(); ++i) {
        comparison.outputs.push_back({output_name(std::as_const(*reference).output(comparer.float_outputs()[i])),
                                      differences[i].sqnr_db(), differences[i].cosine(), differences[i].max_error(),
                                      differences[i].top1_agreement()});
    }
    if (options.throughput && !kept.get().empty()) {
        add_throughput(comparison, {first, second}, kept.get(), options, run, watcher);
    }
    return comparison;
}

}  // namespace octet
