#include "algorithms/fast_bias_correction.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <openvino/op/ops.hpp>

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

std::shared_ptr<ov::op::v0::FakeQuantize> weights_quantizer(const ov::Node& operation) {
    auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(operation.get_input_node_shared_ptr(1));
    return quantizer && find_constant(quantizer->input_value(0)) ? quantizer : nullptr;
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

}  // namespace

void FastBiasCorrection::request(const ov::Model&, const Context& context, StatisticPlan& statistics) const {
    for (const auto& quantizer : context.plan.quantizers) {
        for (const auto& reader : quantizer.inputs) {
            if (quantizer.kind == TensorKind::Weights && is_weighted(*reader.node) && reader.port == 1 &&
                reader.node->get_input_partial_shape(0).rank().is_static()) {
                statistics.request_channel_mean(reader.node->input_value(0), input_channel_axis(*reader.node));
            }
        }
    }
}

std::vector<Change> FastBiasCorrection::apply(ov::Model& model, Context& context, const Statistics& statistics) const {
    std::vector<Change> changes;
    std::map<const ov::Node*, std::vector<double>> missing;  // from the mean of an operation's input; looked up only
    std::set<const ov::Node*> planned;                       // looked up only
    for (const auto& entry : context.plan.quantizers) {
        for (const auto& reader : entry.inputs) {
            if (entry.kind == TensorKind::Weights && reader.port == 1 && is_weighted(*reader.node)) {
                planned.insert(reader.node);
            }
        }
    }
    const GraphIndex graph(model);
    for (std::size_t number = 0; number < graph.size(); ++number) {
        auto& node = graph[number];
        const auto quantizer = planned.count(&node) ? weights_quantizer(node) : nullptr;
        if (!quantizer) {
            continue;
        }
        const auto remark = [&](const std::string& what) {
            changes.push_back({name(), node.get_friendly_name(), what});
        };
        const auto layout = weight_layout(node);
        const auto rank = node.get_input_partial_shape(0).rank();
        const auto* measured = rank.is_static() ? statistics.find_channels(behind_fake_quantize(node.input_value(0)),
                                                                           input_channel_axis(node))
                                                : nullptr;
        if (!layout || !measured || measured->channel_mean.size() != layout->groups * layout->inputs) {
            remark("bias left: weights or input of a form that has no channel means");
            continue;
        }
        const auto weights = read_weights(*quantizer);
        const auto shares = kernel_shares(node, *layout, measured->shape);
        auto input = measured->channel_mean;
        const auto original = output_means(*layout, weights.original, shares, input);
        if (const auto inherited = missing.find(&node); inherited != missing.end()) {
            std::transform(input.begin(), input.end(), inherited->second.begin(), input.begin(), std::minus<>());
        }
        auto shift = original;
        const auto quantized = output_means(*layout, weights.quantized, shares, input);
        std::transform(original.begin(), original.end(), quantized.begin(), shift.begin(), std::minus<>());
        if (!std::all_of(shift.begin(), shift.end(), [](double value) { return std::isfinite(value); })) {
            remark("bias left: the input's mean is not finite");
        } else if (const auto* heir = find_bias(node) ? nullptr : find_heir(node)) {
            missing[heir] = std::move(shift);
            remark("no bias to correct: left to " + heir->get_friendly_name());
        } else {
            remark(add_to_bias(node, shift) ? "bias corrected"
                                            : "bias left: its constant is not one value per channel");
        }
    }
    return changes;
}

}  // namespace octet
