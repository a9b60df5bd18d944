#include "algorithms/trial.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <openvino/op/constant.hpp>

#include "graph/expand_fake_quantize.hpp"
#include "graph/operations.hpp"
#include "statistics/collector.hpp"

namespace octet {
namespace {

/// Passes on that the user wants to stop; progress within a step of an algorithm is not shown.
class CancelOnly final : public Observer {
public:
    explicit CancelOnly(Observer& observer) : observer_(observer) {}
    bool cancelled() override {
        return observer_.cancelled();
    }

private:
    Observer& observer_;
};

std::shared_ptr<ov::Model> borrowed(ov::Model& model) {
    return {&model, [](ov::Model*) {}};
}

/// Reads f32, f16 and bf16 alike.
std::vector<float> real_values(const ov::Tensor& tensor) {
    if (tensor.get_element_type() == ov::element::f32) {
        const auto* values = tensor.data<const float>();
        return {values, values + tensor.get_size()};
    }
    return ov::op::v0::Constant(tensor).cast_vector<float>();
}

/// Sums of squares over samples and values, by output.
struct Power {
    std::vector<double> noise, signal;

    void add(const std::vector<ov::Tensor>& wanted, const std::vector<ov::Tensor>& made) {
        noise.resize(wanted.size(), 0);
        signal.resize(wanted.size(), 0);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i].get_element_type().is_real()) {
                add(i, real_values(wanted[i]),
                    wanted[i].get_shape() == made[i].get_shape() ? real_values(made[i]) : std::vector<float>{});
            }
        }
    }

    bool has_signal() const {
        return std::any_of(signal.begin(), signal.end(), [](double power) { return power > 0; });
    }

    double level() const {
        constexpr double kSmallest = 1e-20, kNotFinite = 1e9;
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < noise.size(); ++i) {
            if (signal[i] > 0) {
                sum += 10 * std::log10(std::max(noise[i] / signal[i], kSmallest));
                ++count;
            }
        }
        return count > 0 && std::isfinite(sum) ? sum / static_cast<double>(count) : kNotFinite;
    }

private:
    /// Values that the original masks with infinities are left out; another shape counts as no signal.
    void add(std::size_t output, const std::vector<float>& wanted, const std::vector<float>& made) {
        double noisy = 0, power = 0;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            const double value = wanted[k];
            if (!std::isfinite(value)) {
                continue;
            }
            const double difference = made.empty() ? value : value - made[k];
            noisy += difference * difference;
            power += value * value;
        }
        noise[output] += noisy;
        signal[output] += power;
    }
};

/// Multiplications that the weighted operations make for one sample; 0 where shapes are dynamic.
double count_multiplications(const ov::Model& model) {
    double total = 0;
    for (const auto& node : model.get_ordered_ops()) {
        if (!is_weighted(*node) || node->get_output_partial_shape(0).is_dynamic() ||
            node->get_input_partial_shape(1).is_dynamic()) {
            continue;
        }
        const auto& output = node->get_output_shape(0);
        const std::size_t axis = output.empty() ? 0 : output_channel_axis(*node);
        const double outputs = static_cast<double>(ov::shape_size(output));
        const double channels = axis < output.size() ? static_cast<double>(output[axis]) : 1;
        total += outputs * static_cast<double>(ov::shape_size(node->get_input_shape(1))) / std::max(1.0, channels);
    }
    return total;
}

double count_output_bytes(const ov::Model& model) {
    double total = 0;
    for (const auto& output : model.outputs()) {
        if (output.get_partial_shape().is_static()) {
            total += static_cast<double>(ov::shape_size(output.get_shape()) * output.get_element_type().size());
        }
    }
    return total;
}

/// As many as the work and the memory for the outputs allow, by numbers that do not depend on the machine.
std::size_t trial_size(const Context& context) {
    constexpr double kMost = 32, kFewest = 6, kMultiplications = 1.2e10, kBytes = 2.5e8;
    const double by_work = kMultiplications / std::max(1.0, count_multiplications(*context.original));
    const double by_memory = kBytes / std::max(1.0, count_output_bytes(*context.original));
    const double size = std::min(std::clamp(by_work, kFewest, kMost), std::max(1.0, by_memory));
    return std::min(static_cast<std::size_t>(size), context.samples);
}

/// Places in the subset.
std::vector<std::size_t> trial_samples(const Context& context) {
    std::vector<std::size_t> samples(trial_size(context));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = (2 * i + 1) * context.samples / (2 * samples.size());
    }
    return samples;
}

}  // namespace

Statistics measure_on_trial(ov::Model& model, const StatisticPlan& plan, const Context& context) {
    const auto samples = trial_samples(context);
    const SampleSource source{samples.size(), [&](std::size_t index) { return context.sample(samples[index]); },
                              [&](std::size_t index) { return "sample " + std::to_string(samples[index]); }};
    CancelOnly observer(context.observer);
    return collect(borrowed(model), plan, source, {context.threads, false}, observer).statistics;
}

OutputError::OutputError(const Context& context) : context_(context), samples_(trial_samples(context)) {
    auto original = make_runner(context.original);
    original.run(
        samples_.size(), [&](std::size_t i) { return inputs(i); },
        [&](std::size_t, std::vector<ov::Tensor>&& outputs) { wanted_.push_back(std::move(outputs)); },
        [&] { return context_.observer.cancelled(); });
    Power power;
    for (const auto& outputs : wanted_) {
        power.add(outputs, outputs);
    }
    has_signal_ = power.has_signal();
}

double OutputError::level(ov::Model& model) const {
    auto runner = make_runner(runnable_copy(borrowed(model)));
    return level(runner, {});
}

double OutputError::level(SampleRunner& runner, const std::vector<ov::Tensor>& more) const {
    Power power;
    const auto all_inputs = [&](std::size_t i) {
        auto tensors = inputs(i);
        tensors.insert(tensors.end(), more.begin(), more.end());
        return tensors;
    };
    runner.run(
        samples_.size(), all_inputs,
        [&](std::size_t index, std::vector<ov::Tensor>&& outputs) { power.add(wanted_[index], outputs); },
        [&] { return context_.observer.cancelled(); });
    return power.level();
}

SampleRunner OutputError::make_runner(const std::shared_ptr<const ov::Model>& model) const {
    return {model, samples_.size(), context_.threads, "correct"};
}

std::vector<ov::Tensor> OutputError::inputs(std::size_t index) const {
    return context_.sample(samples_[index]);
}

const OutputError& output_error(Context& context) {
    if (!context.output_error) {
        context.output_error = std::make_shared<const OutputError>(context);
    }
    return *context.output_error;
}

}  // namespace octet
