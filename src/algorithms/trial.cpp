#include "algorithms/trial.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include <openvino/op/constant.hpp>

#include "algorithms/correctable.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"

namespace octet {
namespace {

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
    constexpr double kMost = 16, kFewest = 4, kMultiplications = 6e9, kBytes = 2.5e8;
    const double by_work = kMultiplications / std::max(1.0, count_multiplications(*context.original));
    const double by_memory = kBytes / std::max(1.0, count_output_bytes(*context.original));
    // Of a few large samples (volumes) not most: their trials would take longer than measuring them all.
    const double fewest = std::min(kFewest, std::max(2.0, static_cast<double>(context.samples) / 10));
    const double size = std::min(std::clamp(by_work, fewest, kMost), std::max(1.0, by_memory));
    return std::min(static_cast<std::size_t>(size), context.samples);
}

void add(std::vector<double>& sums, const std::vector<double>& values) {
    sums.resize(values.size(), 0);
    std::transform(sums.begin(), sums.end(), values.begin(), sums.begin(), std::plus<>());
}

}  // namespace

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

std::vector<std::size_t> trial_samples(const Context& context) {
    std::vector<std::size_t> samples(trial_size(context));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = (2 * i + 1) * context.samples / (2 * samples.size());
    }
    return samples;
}

OutputError::OutputError(const Context& context) : OutputError(context, trial_samples(context)) {}

OutputError::OutputError(const Context& context, const std::vector<std::size_t>& samples) : context_(context) {
    for (const std::size_t sample : samples) {
        inputs_.push_back(context.sample(sample));
    }
    const auto is_known = [&](std::size_t sample) { return context.outputs.count(sample) > 0; };
    if (std::all_of(samples.begin(), samples.end(), is_known)) {
        for (const std::size_t sample : samples) {
            wanted_.push_back(context.outputs.at(sample));
        }
    } else {
        run_original();
    }
    Power power;
    for (const auto& outputs : wanted_) {
        power.add(outputs, outputs);
    }
    has_signal_ = power.has_signal();
}

void OutputError::run_original() {
    auto original = make_runner(context_.original);
    original.run(
        inputs_.size(), [&](std::size_t i) { return inputs_[i]; },
        [&](std::size_t, std::vector<ov::Tensor>&& outputs) { wanted_.push_back(std::move(outputs)); },
        [&] { return context_.observer.cancelled(); });
}

double OutputError::level(const ov::Model& model) const {
    auto runner = make_runner(adjustable_copy(model, {}, context_.threads).model);
    return level(runner);
}

double OutputError::level_on_one_thread(const ov::Model& model) const {
    SampleRunner runner(adjustable_copy(model, {}, 1).model, 1, 1, "correct");
    return level(runner, {}, {});
}

double OutputError::level(SampleRunner& runner, const TakeMore& take) const {
    return level(runner, take, [&] { return context_.observer.cancelled(); });
}

double OutputError::level(SampleRunner& runner, const TakeMore& take, const std::function<bool()>& cancelled) const {
    Power power;
    runner.run(
        inputs_.size(), [&](std::size_t i) { return inputs_[i]; },
        [&](std::size_t index, std::vector<ov::Tensor>&& outputs) {
            power.add(wanted_[index], outputs);
            if (take) {
                take(std::span(outputs).subspan(wanted_[index].size()));
            }
        },
        cancelled);
    return power.level();
}

SampleRunner OutputError::make_runner(const std::shared_ptr<const ov::Model>& model) const {
    return {model, inputs_.size(), context_.threads, "correct"};
}

const OutputError& output_error(Context& context) {
    if (!context.output_error) {
        context.output_error = std::make_shared<const OutputError>(context);
    }
    return *context.output_error;
}

TrialModel::TrialModel(const OutputError& error, const ov::Model& model, const Context& context) : error_(error) {
    const GraphIndex graph(model);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (is_adjustable(graph[i])) {
            numbers_.emplace(&graph[i], quantizers_.size());
            quantizers_.push_back({&graph[i]});
        }
    }
    for (const auto* node : due_corrections(graph, context)) {
        const auto known = numbers_.find(node->get_input_node_ptr(0));
        const auto layout = weight_layout(*node);
        if (known == numbers_.end() || !layout) {
            continue;
        }
        auto& channels = quantizers_[known->second].channels;
        const std::size_t axis = input_channel_axis(*node), count = layout->groups * layout->inputs;
        if (!channels) {
            channels = Adjustable::Channels{axis, count};
        }
        if (channels->axis == axis && channels->count == count) {
            channels->readers.push_back(node);
            numbers_.emplace(node, known->second);
        }
    }
    const auto copy = adjustable_copy(model, quantizers_, context.threads);
    adjustment_ = copy.adjustment;
    runner_ = error.make_runner(copy.model);
}

void TrialModel::set_grid(const ov::Node& quantizer, const Grid& grid) {
    adjustment_->grids[numbers_.at(&quantizer)] = grid;
}

void TrialModel::set_shift(const ov::Node& node, std::vector<float> shift) {
    adjustment_->shifts[numbers_.at(&node)] = std::move(shift);
}

std::size_t TrialModel::channels(const ov::Node& node) const {
    const auto known = numbers_.find(&node);
    return known == numbers_.end() || !quantizers_[known->second].channels ? 0
                                                                           : quantizers_[known->second].channels->count;
}

double TrialModel::level() {
    return error_.level(*runner_);
}

double TrialModel::level(std::map<const ov::Node*, MeansAround>& means) {
    std::vector<MeansAround> sums;
    std::size_t samples = 0;
    adjustment_->measures_means = true;
    const double error = error_.level(*runner_, [&](std::span<const ov::Tensor> readings) {
        sums.resize(readings.size());
        for (std::size_t i = 0; i < readings.size(); ++i) {
            const auto seen = read_means(readings[i]);
            add(sums[i].before, seen.before);
            add(sums[i].behind, seen.behind);
        }
        ++samples;
    });
    adjustment_->measures_means = false;
    auto sum = sums.begin();
    for (const auto& quantizer : quantizers_) {
        if (!quantizer.channels || sum == sums.end()) {
            continue;
        }
        for (auto* values : {&sum->before, &sum->behind}) {
            for (double& value : *values) {
                value /= static_cast<double>(samples);
            }
        }
        for (const auto* reader : quantizer.channels->readers) {
            means[reader] = *sum;
        }
        ++sum;
    }
    return error;
}

}  // namespace octet
