#include "algorithms/layer_rows.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include <openvino/op/ops.hpp>

#include "graph/adjustable_ranges.hpp"
#include "graph/bias.hpp"
#include "graph/row_tap.hpp"
#include "statistics/run_samples.hpp"

namespace octet {
namespace {

using Named = std::map<std::string, std::shared_ptr<ov::Node>>;

Named by_name(const ov::Model& model) {
    Named nodes;
    for (const auto& node : model.get_ordered_ops()) {
        nodes.emplace(node->get_friendly_name(), node);
    }
    return nodes;
}

/// Both models up to the layers, on the same inputs and the draws: for each layer a Result of what it should make and
/// one of what it reads.
std::shared_ptr<ov::Model> make_tapped(const ov::Model& model, const ov::Model& reference,
                                       const std::vector<FittedLayer>& layers, std::size_t draws) {
    const auto quantized = model.clone(), original = reference.clone();
    const auto in_quantized = by_name(*quantized), in_original = by_name(*original);
    auto parameters = quantized->get_parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        original->get_parameters()[i]->output(0).replace(parameters[i]->output(0));
    }
    parameters.push_back(std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{draws}));
    ov::OutputVector outputs;
    for (const auto& layer : layers) {
        const auto& name = layer.node->get_friendly_name();
        const auto &wanted = in_original.at(name), &fitted = in_quantized.at(name);
        outputs.push_back(tap_outputs(biased_output(*wanted), parameters.back(), *layer.node, layer.points));
        const auto read = fitted->input_value(0);
        outputs.push_back(tap_rows(layer.is_before_quantizer ? read.get_node()->input_value(0) : read,
                                   parameters.back(), layer.node, layer.points));
    }
    return std::make_shared<ov::Model>(outputs, parameters, "layers");
}

/// In [0,1); a generator's own numbers, as distributions differ between libraries.
ov::Tensor draw(std::size_t count, std::uint64_t seed, std::size_t sample) {
    std::mt19937 generator(static_cast<std::uint32_t>(seed * 1000003 + sample));
    ov::Tensor draws(ov::element::f32, ov::Shape{count});
    std::generate_n(draws.data<float>(), count,
                    [&] { return static_cast<float>(generator() >> 8U) / static_cast<float>(1U << 24U); });
    return draws;
}

void append(std::vector<float>& rows, const ov::Tensor& more) {
    rows.insert(rows.end(), more.data<const float>(), more.data<const float>() + more.get_size());
}

}  // namespace

std::vector<SplitRows> collect_rows(const ov::Model& model, const ov::Model& reference,
                                    const std::vector<FittedLayer>& layers, const SampleSplit& split,
                                    std::uint64_t seed, const Context& context) {
    std::size_t draws = 1;
    for (const auto& layer : layers) {
        draws = std::max(draws, layer.points);
    }
    std::vector<std::size_t> samples = split.fitted;
    samples.insert(samples.end(), split.held_out.begin(), split.held_out.end());
    const auto tapped = adjustable_copy(*make_tapped(model, reference, layers, draws), {}, context.threads).model;
    SampleRunner runner(tapped, samples.size(), context.threads, "tune");
    std::vector<SplitRows> rows(layers.size());
    runner.run(
        samples.size(),
        [&](std::size_t index) {
            auto inputs = context.sample(samples[index]);
            inputs.push_back(draw(draws, seed, samples[index]));
            return inputs;
        },
        [&](std::size_t index, std::vector<ov::Tensor>&& made) {
            for (std::size_t i = 0; i < layers.size(); ++i) {
                auto& part = index < split.fitted.size() ? rows[i].fitted : rows[i].held_out;
                const auto &wanted = made[2 * i], &read = made[2 * i + 1];
                part.outputs = wanted.get_shape()[1];
                part.width = read.get_shape()[1];
                append(part.wanted, wanted);
                append(part.read, read);
            }
        },
        [&] { return context.observer.cancelled(); });
    return rows;
}

}  // namespace octet
