#include "algorithms/bias_correction.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <openvino/op/ops.hpp>

#include "algorithms/correctable.hpp"
#include "algorithms/mean_correction.hpp"
#include "algorithms/trial.hpp"
#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "graph/operations.hpp"
#include "statistics/run_samples.hpp"

namespace octet {
namespace {

constexpr double kUsualThreshold = 1000;
constexpr double kShareOfSamples = 0.2;

/// Lets inputs read something else for as long as this object lives.
class Detours {
public:
    Detours() = default;
    Detours(const Detours&) = delete;
    Detours& operator=(const Detours&) = delete;
    ~Detours() {
        for (auto detour = original_.rbegin(); detour != original_.rend(); ++detour) {
            detour->first.replace_source_output(detour->second);
        }
    }

    void redirect(const ov::Output<ov::Node>& from, const ov::Output<ov::Node>& to) {
        for (auto reader : from.get_target_inputs()) {
            original_.emplace_back(reader, from);
            reader.replace_source_output(to);
        }
    }

private:
    std::vector<std::pair<ov::Input<ov::Node>, ov::Output<ov::Node>>> original_;
};

/// An operation to correct. Its biased output is where later stages take up.
struct Layer {
    ov::Node* node = nullptr;
    ov::Output<ov::Node> output{};
    std::size_t stage = 0;
    std::size_t last_use = 0;                            // the last stage that reads `output`
    std::shared_ptr<ov::op::v0::Parameter> parameter{};  // what stands for `output` in later stages
    std::vector<ov::Tensor> samples{};                   // `output`, corrected, of each sample
    std::vector<double> change{};                        // of the bias; empty: refused
    std::string refusal{};
};

/// Layers, those of one stage together: a layer's stage is the number of layers on the longest way down to it.
std::vector<Layer> plan_stages(const GraphIndex& graph, const std::vector<ov::Node*>& nodes) {
    std::vector<Layer> layers;
    std::map<const ov::Node*, std::size_t> layer_of;  // by the operation that makes the biased output; looked up only
    for (auto* node : nodes) {
        layer_of.emplace(biased_output(*node).get_node(), layers.size());
        layers.push_back({.node = node, .output = biased_output(*node)});
    }
    std::vector<std::size_t> stages(graph.size(), 0);          // of what comes out
    std::vector<std::set<std::size_t>> sources(graph.size());  // the layers it is made from
    for (std::size_t number = 0; number < graph.size(); ++number) {
        for (const auto& input : graph[number].input_values()) {
            const std::size_t source = graph.number(input.get_node());
            stages[number] = std::max(stages[number], stages[source]);
            sources[number].insert(sources[source].begin(), sources[source].end());
        }
        if (const auto found = layer_of.find(&graph[number]); found != layer_of.end()) {
            layers[found->second].stage = stages[number]++;
            for (const std::size_t source : sources[number]) {
                layers[source].last_use = std::max(layers[source].last_use, layers[found->second].stage);
            }
            sources[number] = {found->second};
        }
    }
    return layers;
}

/// The Parameters that `outputs` are made from, in the order in which they are met.
ov::ParameterVector parameters_above(const ov::OutputVector& outputs) {
    ov::ParameterVector parameters;
    std::set<const ov::Node*> seen;
    std::vector<std::shared_ptr<ov::Node>> open;
    for (const auto& output : outputs) {
        open.push_back(output.get_node_shared_ptr());
    }
    while (!open.empty()) {
        const auto node = open.back();
        open.pop_back();
        if (!seen.insert(node.get()).second) {
            continue;
        }
        if (const auto parameter = ov::as_type_ptr<ov::op::v0::Parameter>(node)) {
            parameters.push_back(parameter);
        }
        for (const auto& input : node->input_values()) {
            open.push_back(input.get_node_shared_ptr());
        }
    }
    return parameters;
}

template <class Value>
std::vector<double> average_channels(const Value* values, const ov::Shape& shape, std::size_t axis) {
    const std::size_t channels = shape[axis];
    const std::size_t inner =
        ov::shape_size(ov::Shape(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, shape.end()));
    const std::size_t outer = ov::shape_size(shape) / std::max<std::size_t>(1, channels * inner);
    std::vector<double> sums(channels, 0);
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t c = 0; c < channels; ++c) {
            const Value* row = values + (o * channels + c) * inner;
            for (std::size_t i = 0; i < inner; ++i) {
                sums[c] += static_cast<double>(row[i]);
            }
        }
    }
    for (double& sum : sums) {
        sum /= static_cast<double>(std::max<std::size_t>(1, outer * inner));
    }
    return sums;
}

template <class Value>
void add_channels(Value* values, const ov::Shape& shape, std::size_t axis, const std::vector<double>& change) {
    const std::size_t inner =
        ov::shape_size(ov::Shape(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, shape.end()));
    for (std::size_t i = 0; i < ov::shape_size(shape); ++i) {
        values[i] = static_cast<Value>(static_cast<double>(values[i]) + change[i / inner % change.size()]);
    }
}

/// Calls action(typed pointer) for a tensor of f32 or f16.
template <class Action>
auto with_values(ov::Tensor tensor, const Action& action) {
    return tensor.get_element_type() == ov::element::f16 ? action(tensor.data<ov::float16>())
                                                         : action(tensor.data<float>());
}

class Corrector {
public:
    Corrector(const GraphIndex& graph, Context& context)
        : context_(context), layers_(plan_stages(graph, due_corrections(graph, context))) {
        const auto share = static_cast<std::size_t>(kShareOfSamples * static_cast<double>(context.samples));
        const std::size_t count = std::max<std::size_t>(1, share);
        const std::size_t step = context.options.sampling == Sampling::Spread ? context.samples / count : 1;
        for (std::size_t i = 0; i < count; ++i) {
            samples_.push_back(i * step);
        }
    }

    /// Finds the changes, on the model as it is.
    void find(ov::Model& model) {
        Detours detours;
        if (!context_.options.simulate_activations) {
            leave_out_activation_quantizers(model, detours);
        }
        std::size_t stages = 0;
        for (const auto& layer : layers_) {
            stages = std::max(stages, layer.stage + 1);
        }
        for (std::size_t stage = 0; stage < stages; ++stage) {
            run_stage(model, stage, detours);
        }
    }

    std::vector<Change> apply(const std::string& algorithm) {
        std::vector<Change> changes;
        for (auto& layer : layers_) {
            const std::string done = layer.refusal.empty()
                                         ? correct_bias(context_, *layer.node, layer.change, kUsualThreshold)
                                         : layer.refusal;
            changes.push_back({algorithm, layer.node->get_friendly_name(), done});
        }
        return changes;
    }

private:
    /// Recurrent operations then get their weights as constants: the plugin takes nothing else.
    static void leave_out_activation_quantizers(const ov::Model& model, Detours& detours) {
        for (const auto& node : model.get_ordered_ops()) {
            const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node);
            if (!quantizer) {
                continue;
            }
            const auto constant = find_constant(node->input_value(0));
            const auto readers = node->output(0).get_target_inputs();
            if (!constant) {
                detours.redirect(node->output(0), node->input_value(0));
            } else if (std::none_of(readers.begin(), readers.end(),
                                    [](const auto& reader) { return is_weighted(*reader.get_node()); })) {
                detours.redirect(node->output(0),
                                 ov::op::v0::Constant::create(node->get_output_element_type(0), constant->get_shape(),
                                                              seen_constant(*quantizer).quantized));
            }
        }
    }

    void run_stage(const ov::Model& model, std::size_t stage, Detours& detours) {
        std::vector<Layer*> current;
        ov::OutputVector outputs;
        for (auto& layer : layers_) {
            if (layer.stage == stage) {
                current.push_back(&layer);
                outputs.push_back(layer.output);
            }
        }
        const auto parameters = parameters_above(outputs);
        SampleRunner runner(runnable_copy(std::make_shared<ov::Model>(outputs, parameters, "stage")), samples_.size(),
                            context_.threads, "BiasCorrection");
        runner.run(
            samples_.size(), [&](std::size_t index) { return inputs(model, parameters, index); },
            [&](std::size_t, std::vector<ov::Tensor>&& made) {
                for (std::size_t i = 0; i < current.size(); ++i) {
                    current[i]->samples.push_back(std::move(made[i]));
                }
            },
            [&] { return context_.observer.cancelled(); });
        for (auto* layer : current) {  // the stage's own Result is gone by now, and not redirected
            decide(*layer);
            layer->parameter = std::make_shared<ov::op::v0::Parameter>(layer->output.get_element_type(),
                                                                       layer->output.get_partial_shape());
            detours.redirect(layer->output, layer->parameter->output(0));
        }
        for (auto& layer : layers_) {
            if (layer.last_use <= stage) {
                layer.samples.clear();
            }
        }
    }

    /// What sample `index` feeds to a stage: what earlier stages made, and the model's own inputs.
    std::vector<ov::Tensor> inputs(const ov::Model& model, const ov::ParameterVector& parameters,
                                   std::size_t index) const {
        std::vector<ov::Tensor> given, tensors;
        for (const auto& parameter : parameters) {
            const auto layer = std::find_if(layers_.begin(), layers_.end(),
                                            [&](const Layer& candidate) { return candidate.parameter == parameter; });
            if (layer != layers_.end()) {
                tensors.push_back(layer->samples[index]);
                continue;
            }
            if (given.empty()) {
                given = context_.sample(samples_[index]);
            }
            tensors.push_back(given.at(static_cast<std::size_t>(model.get_parameter_index(parameter))));
        }
        return tensors;
    }

    std::vector<double> mean_of(const Layer& layer) const {
        const std::size_t axis = output_channel_axis(*layer.node);
        std::vector<double> total;
        for (const auto& sample : layer.samples) {
            const auto means = with_values(
                sample, [&](const auto* values) { return average_channels(values, sample.get_shape(), axis); });
            total.resize(means.size(), 0);
            for (std::size_t c = 0; c < means.size(); ++c) {
                total[c] += means[c] / static_cast<double>(layer.samples.size());
            }
        }
        return total;
    }

    /// The mean of the biased output in floating point, over the same samples; empty where it was not measured.
    std::vector<double> wanted_mean(const Layer& layer, std::size_t channels) const {
        const auto measured = context_.statistics.find(output_mean(*layer.node, Keep::EachSample));
        const std::size_t row = context_.samples * channels;
        if (row == 0 || measured.empty() || measured.size() % row != 0) {
            return {};
        }
        const std::size_t items = measured.size() / row;  // of a sample, where it is a batch
        std::vector<double> mean(channels, 0);
        for (const std::size_t sample : samples_) {
            for (std::size_t i = 0; i < items * channels; ++i) {
                mean[i % channels] +=
                    measured[sample * items * channels + i] / static_cast<double>(samples_.size() * items);
            }
        }
        return mean;
    }

    void decide(Layer& layer) const {
        const auto is = mean_of(layer);
        auto change = wanted_mean(layer, is.size());
        if (change.empty()) {
            layer.refusal = "bias left: its output has no channel means";
            return;
        }
        for (std::size_t c = 0; c < is.size(); ++c) {
            change[c] -= is[c];
        }
        layer.refusal = refuse_correction(context_, *layer.node, change, kUsualThreshold);
        if (!layer.refusal.empty()) {
            return;
        }
        const std::size_t axis = output_channel_axis(*layer.node);
        for (auto& sample : layer.samples) {
            with_values(sample, [&](auto* values) { add_channels(values, sample.get_shape(), axis, change); });
        }
        layer.change = std::move(change);
    }

    Context& context_;
    std::vector<Layer> layers_;
    std::vector<std::size_t> samples_;
};

}  // namespace

void BiasCorrection::request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const {
    const GraphIndex graph(model);
    for (const auto* node : planned_corrections(graph, context)) {
        statistics.request(output_mean(*node, Keep::EachSample));
        request_acceptance(*node, context.options, statistics);
    }
}

std::vector<Change> BiasCorrection::apply(ov::Model& model, Context& context) const {
    if (!model.get_variables().empty()) {
        return {{name(), "", "biases left: the model keeps a state"}};
    }
    const GraphIndex graph(model);
    const auto correct = [&] {
        Corrector corrector(graph, context);
        corrector.find(model);
        return corrector.apply(name());
    };
    if (!context.options.simulate_activations) {
        return correct();
    }
    // What is cut off in few places would be made up for in all: not always a gain.
    const auto& error = output_error(context);
    const double usual = error.level(model);
    const EarlierBiases earlier(due_corrections(graph, context));
    const auto changes = correct();
    if (!error.tells_anything() || error.level(model) < usual) {
        return changes;
    }
    earlier.keep_share(context, 0);
    return {{name(), "", "biases left: the outputs come no nearer"}};
}

}  // namespace octet
