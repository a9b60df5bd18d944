#include "algorithms/fast_bias_correction.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <openvino/op/ops.hpp>

#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/fake_quantize.hpp"
#include "numeric/tap_share.hpp"

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

/// (W - W') of each weight. W is the constant times output over input range: half of the grid doubles it.
std::vector<double> weight_errors(const ov::op::v0::FakeQuantize& quantizer) {
    const auto constant = find_constant(quantizer.input_value(0));
    const auto values = float_values(*constant);
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        limits[i] = float_values(*find_constant(quantizer.input_value(i + 1)));
    }
    std::vector<double> errors(values.size());
    const auto& shape = constant->get_shape();
    const auto& range_shape = quantizer.get_input_shape(1);
    for_each_broadcast(shape, range_shape, [&](std::size_t element, std::size_t channel) {
        const double in_low = limits[0][channel], in_high = limits[1][channel];
        const double out_low = limits[2][channel], out_high = limits[3][channel];
        const double original = values[element] * ((out_high - out_low) / (in_high - in_low));
        errors[element] =
            original - fake_quantize(values[element], in_low, in_high, out_low, out_high, quantizer.get_levels());
    });
    return errors;
}

std::size_t padded(std::size_t input, std::ptrdiff_t pads) {
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(input) + pads));
}

/// The geometry of a convolution along one spatial axis for an input of `input` positions.
template <class Convolution>
ConvolutionAxis convolution_axis(const Convolution& node, std::size_t axis, std::size_t kernel, std::size_t input) {
    ConvolutionAxis geometry{.input = input, .kernel = kernel};
    geometry.stride = node.get_strides()[axis];
    geometry.dilation = node.get_dilations()[axis];
    geometry.pad_begin = node.get_pads_begin()[axis];
    std::ptrdiff_t pad_end = node.get_pads_end()[axis];
    const std::size_t window = geometry.dilation * (kernel - 1) + 1;
    const auto auto_pad = node.get_auto_pad();
    if (auto_pad == ov::op::PadType::SAME_LOWER || auto_pad == ov::op::PadType::SAME_UPPER) {
        const std::size_t output = (input + geometry.stride - 1) / geometry.stride;
        const std::size_t needed = (output - 1) * geometry.stride + window;
        const std::ptrdiff_t total = needed > input ? static_cast<std::ptrdiff_t>(needed - input) : 0;
        geometry.pad_begin = auto_pad == ov::op::PadType::SAME_UPPER ? total / 2 : (total + 1) / 2;
        pad_end = total - geometry.pad_begin;
    }
    const std::size_t covered = padded(input, geometry.pad_begin + pad_end);
    geometry.output = covered < window ? 0 : (covered - window) / geometry.stride + 1;
    return geometry;
}

template <class Convolution>
ConvolutionAxis transposed_axis(const Convolution& node, std::size_t axis, std::size_t kernel, std::size_t input) {
    ConvolutionAxis geometry{.input = input, .kernel = kernel};
    geometry.stride = node.get_strides()[axis];
    geometry.dilation = node.get_dilations()[axis];
    geometry.pad_begin = node.get_pads_begin()[axis];
    const auto& output = node.get_output_partial_shape(0)[axis + 2];
    const std::size_t full = (input - 1) * geometry.stride + geometry.dilation * (kernel - 1) + 1;
    geometry.output = output.is_static() ? static_cast<std::size_t>(output.get_length())
                                         : padded(full, -(geometry.pad_begin + node.get_pads_end()[axis]));
    return geometry;
}

std::vector<double> axis_shares(const ov::Node& node, std::size_t axis, std::size_t kernel, std::size_t input) {
    if (const auto* conv = ov::as_type<const ov::op::v1::Convolution>(&node)) {
        return convolution_shares(convolution_axis(*conv, axis, kernel, input));
    }
    if (const auto* grouped = ov::as_type<const ov::op::v1::GroupConvolution>(&node)) {
        return convolution_shares(convolution_axis(*grouped, axis, kernel, input));
    }
    if (const auto* transposed = ov::as_type<const ov::op::v1::ConvolutionBackpropData>(&node)) {
        return transposed_convolution_shares(transposed_axis(*transposed, axis, kernel, input));
    }
    const auto* grouped = ov::as_type<const ov::op::v1::GroupConvolutionBackpropData>(&node);
    return transposed_convolution_shares(transposed_axis(*grouped, axis, kernel, input));
}

/// The weight of each kernel tap, row-major over the kernel: the product of the axes' shares.
std::vector<double> kernel_shares(const ov::Node& node, const WeightLayout& layout, const ov::Shape& input) {
    std::vector<double> shares{1};
    for (std::size_t axis = 0; axis < layout.kernel.size(); ++axis) {
        const auto along = axis_shares(node, axis, layout.kernel[axis], input.at(axis + 2));
        std::vector<double> product;
        for (const double before : shares) {
            for (const double share : along) {
                product.push_back(before * share);
            }
        }
        shares = std::move(product);
    }
    return shares;
}

std::vector<double> bias_shift(const WeightLayout& layout, const std::vector<double>& errors,
                               const std::vector<double>& shares, const std::vector<double>& means) {
    std::vector<double> shift(layout.groups * layout.outputs, 0);
    for (std::size_t g = 0; g < layout.groups; ++g) {
        for (std::size_t o = 0; o < layout.outputs; ++o) {
            double sum = 0;
            for (std::size_t i = 0; i < layout.inputs; ++i) {
                double of_input = 0;
                for (std::size_t k = 0; k < shares.size(); ++k) {
                    of_input += shares[k] * errors[layout.place(g, o, i) + k];
                }
                sum += of_input * means[g * layout.inputs + i];
            }
            shift[g * layout.outputs + o] = sum;
        }
    }
    return shift;
}

}  // namespace

void FastBiasCorrection::request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const {
    for (const auto& quantizer : context.plan.quantizers) {
        for (const auto& reader : quantizer.inputs) {
            if (quantizer.kind == TensorKind::Weights && is_weighted(*reader.node) && reader.port == 1 &&
                reader.node->get_input_partial_shape(0).rank().is_static()) {
                statistics.request_channel_mean(reader.node->input_value(0), input_channel_axis(*reader.node));
            }
        }
    }
    static_cast<void>(model);
}

std::vector<Change> FastBiasCorrection::apply(ov::Model& model, Context&, const Statistics& statistics) const {
    std::vector<Change> changes;
    const GraphIndex graph(model);
    for (std::size_t number = 0; number < graph.size(); ++number) {
        auto& node = graph[number];
        const auto quantizer = is_weighted(node) ? weights_quantizer(node) : nullptr;
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
        const auto shift = bias_shift(*layout, weight_errors(*quantizer), kernel_shares(node, *layout, measured->shape),
                                      measured->channel_mean);
        if (!std::all_of(shift.begin(), shift.end(), [](double value) { return std::isfinite(value); })) {
            remark("bias left: the input's mean is not finite");
            continue;
        }
        remark(add_to_bias(node, shift) ? "bias corrected" : "bias left: its constant is not one value per channel");
    }
    return changes;
}

}  // namespace octet
