#include "algorithms/fast_bias_correction.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <openvino/op/ops.hpp>

#include "algorithms/correctable.hpp"
#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/kernel_shares.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/fake_quantize.hpp"

namespace octet {
namespace {

ov::Output<ov::Node> behind_fake_quantize(const ov::Output<ov::Node>& output) {
    const auto* node = output.get_node();
    return ov::is_type<ov::op::v0::FakeQuantize>(node) ? node->input_value(0) : output;
}

/// A quantized constant as it was, and as the operation now sees it.
struct Weights {
    std::vector<double> original, quantized;
};

/// The original is the constant times output over input range: half of the grid doubles it.
Weights read_weights(const ov::op::v0::FakeQuantize& quantizer) {
    const auto constant = find_constant(quantizer.input_value(0));
    const auto values = float_values(*constant);
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        limits[i] = float_values(*find_constant(quantizer.input_value(i + 1)));
    }
    Weights weights{std::vector<double>(values.size()), std::vector<double>(values.size())};
    for_each_broadcast(
        constant->get_shape(), quantizer.get_input_shape(1), [&](std::size_t element, std::size_t channel) {
            const double in_low = limits[0][channel], in_high = limits[1][channel];
            const double out_low = limits[2][channel], out_high = limits[3][channel];
            weights.original[element] = values[element] * ((out_high - out_low) / (in_high - in_low));
            weights.quantized[element] =
                fake_quantize(values[element], in_low, in_high, out_low, out_high, quantizer.get_levels());
        });
    return weights;
}

/// Mean of each output channel for an input of `means` per channel.
std::vector<double> output_means(const WeightLayout& layout, const std::vector<double>& weights,
                                 const std::vector<double>& shares, const std::vector<double>& means) {
    std::vector<double> outputs(layout.groups * layout.outputs, 0);
    for (std::size_t g = 0; g < layout.groups; ++g) {
        for (std::size_t o = 0; o < layout.outputs; ++o) {
            double sum = 0;
            for (std::size_t i = 0; i < layout.inputs; ++i) {
                double of_input = 0;
                for (std::size_t k = 0; k < shares.size(); ++k) {
                    of_input += shares[k] * weights[layout.place(g, o, i) + k];
                }
                sum += of_input * means[g * layout.inputs + i];
            }
            outputs[g * layout.outputs + o] = sum;
        }
    }
    return outputs;
}

/// The operation that may take over what is missing from the mean of `node`'s output: the only reader, directly or
/// behind a FakeQuantize, and itself corrected. Null where there is none.
const ov::Node* find_heir(const ov::Node& node) {
    auto readers = node.output(0).get_target_inputs();
    if (readers.size() == 1 && ov::is_type<ov::op::v0::FakeQuantize>(readers.begin()->get_node())) {
        readers = readers.begin()->get_node()->output(0).get_target_inputs();
    }
    if (readers.size() != 1 || readers.begin()->get_index() != 0) {
        return nullptr;
    }
    const auto* reader = readers.begin()->get_node();
    const auto bias = is_weighted(*reader) ? find_bias(*reader) : std::nullopt;
    return bias && weight_layout(*reader) &&
                   is_bias_shape(*reader, find_constant(bias->add->input_value(bias->port))->get_shape()) &&
                   node.get_output_partial_shape(0).rank().is_static() && is_weighted(*reader) &&
                   weights_quantizer(*reader) && find_bias(*reader) &&
                   output_channel_axis(node) == input_channel_axis(*reader)
               ? reader
               : nullptr;
}

constexpr double kUsualThreshold = 2;

StatisticRequest input_mean(const ov::Output<ov::Node>& tensor, const ov::Node& node) {
    return {tensor, input_channel_axis(node), {Reducer::Mean, 0}, Keep::Mean};
}

/// Corrects one operation after the other; a mean that goes missing may be handed on.
class Corrector {
public:
    explicit Corrector(Context& context) : context_(context) {}

    /// What was done.
    std::string correct(ov::Node& node) {
        const auto layout = weight_layout(node);
        const auto source = behind_fake_quantize(node.input_value(0));
        const auto means = context_.statistics.find(input_mean(source, node));
        if (!layout || means.size() != layout->groups * layout->inputs) {
            return "bias left: weights or input of a form that has no channel means";
        }
        const auto quantizer = weights_quantizer(node);
        const Weights weights = quantizer ? read_weights(*quantizer) : plain_weights(node);
        const auto shares = kernel_shares(node, *layout, context_.statistics.facts(source)->shape);
        const std::vector<double> input(means.begin(), means.end());
        return context_.options.bias_formula == BiasFormula::OutputMean
                   ? replace(node, output_means(*layout, weights.quantized, shares, input))
                   : shift(node, *layout, weights, shares, input);
    }

private:
    static Weights plain_weights(const ov::Node& node) {
        const auto values = float_values(*find_constant(node.input_value(1)));
        const std::vector<double> wide(values.begin(), values.end());
        return {wide, wide};
    }

    /// POT's formula: what must be added for the bias to become the measured mean less that of the quantized product.
    std::string replace(ov::Node& node, const std::vector<double>& quantized) const {
        const auto old = bias_values(node);
        const auto measured = context_.statistics.find(output_mean(node, Keep::Mean));
        if (!find_bias(node) || !old || measured.size() != quantized.size() || old->size() != quantized.size()) {
            return "bias left: none, or not one value per channel";
        }
        std::vector<double> change(quantized.size());
        for (std::size_t c = 0; c < change.size(); ++c) {
            change[c] = measured[c] - quantized[c] - (*old)[c];
        }
        return correct_bias(context_, node, change, kUsualThreshold);
    }

    std::string shift(ov::Node& node, const WeightLayout& layout, const Weights& weights,
                      const std::vector<double>& shares, std::vector<double> input) {
        auto change = output_means(layout, weights.original, shares, input);
        if (const auto inherited = missing_.find(&node); inherited != missing_.end()) {
            std::transform(input.begin(), input.end(), inherited->second.begin(), input.begin(), std::minus<>());
        }
        const auto quantized = output_means(layout, weights.quantized, shares, input);
        std::transform(change.begin(), change.end(), quantized.begin(), change.begin(), std::minus<>());
        if (!std::all_of(change.begin(), change.end(), [](double value) { return std::isfinite(value); })) {
            return "bias left: the input's mean is not finite";
        }
        if (const auto* heir = find_bias(node) ? nullptr : find_heir(node)) {
            missing_[heir] = std::move(change);
            return "no bias to correct: left to " + heir->get_friendly_name();
        }
        return correct_bias(context_, node, change, kUsualThreshold);
    }

    Context& context_;
    std::map<const ov::Node*, std::vector<double>> missing_;  // from the mean of an operation's input; looked up only
};

}  // namespace

void FastBiasCorrection::request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const {
    const GraphIndex graph(model);
    for (const auto* node : planned_corrections(graph, context)) {
        statistics.request(input_mean(node->input_value(0), *node));
        if (context.options.bias_formula == BiasFormula::OutputMean && find_bias(*node)) {
            statistics.request(output_mean(*node, Keep::Mean));
        }
        request_acceptance(*node, context.options, statistics);
    }
}

std::vector<Change> FastBiasCorrection::apply(ov::Model& model, Context& context) const {
    std::vector<Change> changes;
    Corrector corrector(context);
    const GraphIndex graph(model);
    for (auto* node : due_corrections(graph, context)) {
        changes.push_back({name(), node->get_friendly_name(), corrector.correct(*node)});
    }
    return changes;
}

}  // namespace octet
