#include "graph/weight_layout.hpp"

#include <openvino/op/ops.hpp>

namespace octet {
namespace {

/// Axes of the constant: [groups,] outputs, inputs in this or the other order, then the kernel.
WeightLayout convolution_layout(const ov::Shape& shape, bool is_grouped, bool is_transposed) {
    const std::size_t first = is_grouped ? 1 : 0;
    WeightLayout layout;
    layout.kernel.assign(shape.begin() + static_cast<std::ptrdiff_t>(first) + 2, shape.end());
    const std::size_t taps = ov::shape_size(layout.kernel);
    layout.groups = is_grouped ? shape[0] : 1;
    layout.group_stride = shape[first] * shape[first + 1] * taps;
    layout.outputs = is_transposed ? shape[first + 1] : shape[first];
    layout.inputs = is_transposed ? shape[first] : shape[first + 1];
    layout.output_stride = is_transposed ? taps : layout.inputs * taps;
    layout.input_stride = is_transposed ? layout.outputs * taps : taps;
    return layout;
}

}  // namespace

std::optional<WeightLayout> weight_layout(const ov::Node& node) {
    if (node.get_input_size() < 2 || node.get_input_partial_shape(1).is_dynamic()) {
        return std::nullopt;
    }
    const auto& shape = node.get_input_shape(1);
    if (ov::is_type<ov::op::v1::Convolution>(&node)) {
        return convolution_layout(shape, false, false);
    }
    if (ov::is_type<ov::op::v1::GroupConvolution>(&node)) {
        return convolution_layout(shape, true, false);
    }
    if (ov::is_type<ov::op::v1::ConvolutionBackpropData>(&node)) {
        return convolution_layout(shape, false, true);
    }
    if (ov::is_type<ov::op::v1::GroupConvolutionBackpropData>(&node)) {
        return convolution_layout(shape, true, true);
    }
    const auto* matmul = ov::as_type<const ov::op::v0::MatMul>(&node);
    if (!matmul || shape.size() < 2) {
        return std::nullopt;
    }
    const std::size_t rows = shape[shape.size() - 2], columns = shape.back();
    if (ov::shape_size(shape) != rows * columns) {
        return std::nullopt;
    }
    WeightLayout layout;
    layout.outputs = matmul->get_transpose_b() ? rows : columns;
    layout.inputs = matmul->get_transpose_b() ? columns : rows;
    layout.output_stride = matmul->get_transpose_b() ? columns : 1;
    layout.input_stride = matmul->get_transpose_b() ? 1 : columns;
    return layout;
}

}  // namespace octet
