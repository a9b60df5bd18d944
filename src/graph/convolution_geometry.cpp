#include "graph/convolution_geometry.hpp"

#include <algorithm>

#include <openvino/op/ops.hpp>

namespace octet {
namespace {

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

ConvolutionAxis find_axis(const ov::Node& node, std::size_t axis, std::size_t kernel, std::size_t input) {
    if (const auto* conv = ov::as_type<const ov::op::v1::Convolution>(&node)) {
        return convolution_axis(*conv, axis, kernel, input);
    }
    if (const auto* grouped = ov::as_type<const ov::op::v1::GroupConvolution>(&node)) {
        return convolution_axis(*grouped, axis, kernel, input);
    }
    if (const auto* transposed = ov::as_type<const ov::op::v1::ConvolutionBackpropData>(&node)) {
        return transposed_axis(*transposed, axis, kernel, input);
    }
    return transposed_axis(*ov::as_type<const ov::op::v1::GroupConvolutionBackpropData>(&node), axis, kernel, input);
}

}  // namespace

bool is_transposed_convolution(const ov::Node& node) {
    return ov::is_type<ov::op::util::ConvolutionBackPropBase>(&node);
}

std::vector<ConvolutionAxis> convolution_axes(const ov::Node& node, const WeightLayout& layout,
                                              const ov::Shape& input) {
    std::vector<ConvolutionAxis> axes;
    for (std::size_t axis = 0; axis < layout.kernel.size(); ++axis) {
        axes.push_back(find_axis(node, axis, layout.kernel[axis], input.at(axis + 2)));
    }
    return axes;
}

}  // namespace octet
