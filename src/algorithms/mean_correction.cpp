#include "algorithms/mean_correction.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/correctable.hpp"
#include "graph/bias.hpp"
#include "graph/broadcast.hpp"
#include "graph/constants.hpp"
#include "graph/kernel_shares.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/fake_quantize.hpp"

namespace octet {
namespace {

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
                   node.get_output_partial_shape(0).rank().is_static() && weights_quantizer(*reader) &&
                   output_channel_axis(node) == input_channel_axis(*reader)
               ? reader
               : nullptr;
}

}  // namespace

SeenWeights seen_constant(const ov::op::v0::FakeQuantize& quantizer) {
    const auto constant = find_constant(quantizer.input_value(0));
    const auto values = float_values(*constant);
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        limits[i] = float_values(*find_constant(quantizer.input_value(i + 1)));
    }
    SeenWeights weights{std::vector<double>(values.size()), std::vector<double>(values.size())};
    for_each_run(constant->get_shape(), quantizer.get_input_shape(1),
                 [&](std::size_t first, std::size_t count, std::size_t channel) {
                     const double in_low = limits[0][channel], in_high = limits[1][channel];
                     const double out_low = limits[2][channel], out_high = limits[3][channel];
                     const double factor = (out_high - out_low) / (in_high - in_low);
                     for (std::size_t i = first; i < first + count; ++i) {
                         weights.original[i] = values[i] * factor;
                     }
                     fake_quantize(std::span(values).subspan(first, count), in_low, in_high, out_low, out_high,
                                   quantizer.get_levels(), std::span(weights.quantized).subspan(first, count));
                 });
    return weights;
}

SeenWeights seen_weights(const ov::Node& node) {
    if (const auto quantizer = weights_quantizer(node)) {
        return seen_constant(*quantizer);
    }
    const auto values = float_values(*find_constant(node.input_value(1)));
    const std::vector<double> wide(values.begin(), values.end());
    return {wide, wide};
}

bool has_channel_means(const ov::Node& node, std::size_t channels) {
    const auto layout = weight_layout(node);
    return layout && layout->groups * layout->inputs == channels;
}

std::vector<double> output_means(const ov::Node& node, const std::vector<double>& weights, const ov::Shape& input,
                                 const std::vector<double>& means) {
    const auto layout = *weight_layout(node);
    const auto shares = kernel_shares(node, layout, input);
    std::vector<double> outputs(layout.groups * layout.outputs, 0);
    const auto add = [&](std::size_t g, std::size_t o, std::size_t i) {
        const double* taps = weights.data() + layout.place(g, o, i);
        double of_input = 0;
        for (std::size_t k = 0; k < shares.size(); ++k) {
            of_input += shares[k] * taps[k];
        }
        outputs[g * layout.outputs + o] += of_input * means[g * layout.inputs + i];
    };
    // In the order of memory; each output's terms come in the same order either way.
    const bool is_output_inner = layout.output_stride < layout.input_stride;
    const std::size_t slow = is_output_inner ? layout.inputs : layout.outputs;
    const std::size_t fast = is_output_inner ? layout.outputs : layout.inputs;
    for (std::size_t g = 0; g < layout.groups; ++g) {
        for (std::size_t a = 0; a < slow; ++a) {
            for (std::size_t b = 0; b < fast; ++b) {
                is_output_inner ? add(g, b, a) : add(g, a, b);
            }
        }
    }
    return outputs;
}

std::string MeanCorrector::correct(ov::Node& node, const std::vector<double>& wanted,
                                   const std::vector<double>& weights, const ov::Shape& input,
                                   std::vector<double> means, double usual_threshold) {
    if (const auto inherited = missing_.find(&node); inherited != missing_.end()) {
        std::transform(means.begin(), means.end(), inherited->second.begin(), means.begin(), std::minus<>());
    }
    auto change = output_means(node, weights, input, means);
    std::transform(wanted.begin(), wanted.end(), change.begin(), change.begin(), std::minus<>());
    if (!std::all_of(change.begin(), change.end(), [](double value) { return std::isfinite(value); })) {
        return "bias left: the input's mean is not finite";
    }
    if (const auto* heir = find_bias(node) ? nullptr : find_heir(node)) {
        missing_[heir] = std::move(change);
        return "no bias to correct: left to " + heir->get_friendly_name();
    }
    return correct_bias(context_, node, change, usual_threshold);
}

}  // namespace octet
