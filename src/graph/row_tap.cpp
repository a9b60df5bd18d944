#include "graph/row_tap.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <openvino/op/ops.hpp>

#include "graph/convolution_geometry.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"

namespace octet {
namespace {

constexpr std::size_t kOutside = static_cast<std::size_t>(-1);

std::size_t product(const ov::Shape& shape, std::size_t first, std::size_t last) {
    std::size_t result = 1;
    for (std::size_t axis = first; axis < last; ++axis) {
        result *= shape[axis];
    }
    return result;
}

/// The position of each point, below `count`; none where there is no position.
std::vector<std::size_t> draw_positions(const ov::Tensor& draws, std::size_t points, std::size_t count) {
    std::vector<std::size_t> positions;
    for (std::size_t p = 0; p < points && count > 0; ++p) {
        const double place = (static_cast<double>(p) + static_cast<double>(draws.data<const float>()[p])) *
                             static_cast<double>(count) / static_cast<double>(points);
        positions.push_back(std::min(static_cast<std::size_t>(place), count - 1));
    }
    return positions;
}

/// A matrix of f32 with a row a point.
class Tap : public ov::op::Op {
public:
    Tap() = default;
    Tap(const ov::OutputVector& inputs, std::size_t points, std::size_t width)
        : Op(inputs), points_(points), width_(width) {}

    void validate_and_infer_types() override {
        set_output_type(0, ov::element::f32, ov::Shape{points_, width_});
    }

    bool visit_attributes(ov::AttributeVisitor& visitor) override {
        auto points = static_cast<int64_t>(points_), width = static_cast<int64_t>(width_);
        visitor.on_attribute("points", points);
        visitor.on_attribute("width", width);
        return true;
    }

    bool has_evaluate() const override {
        return true;
    }

    bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override {
        outputs[0].set_shape({points_, width_});
        auto* rows = outputs[0].data<float>();
        std::fill(rows, rows + points_ * width_, 0.0F);
        fill(inputs[0], inputs[1], rows);
        return true;
    }

protected:
    virtual void fill(const ov::Tensor& values, const ov::Tensor& draws, float* rows) const = 0;

    std::size_t points_ = 0, width_ = 0;
};

/// Of what has its channels on one axis.
class ChannelTap final : public Tap {
public:
    OPENVINO_OP("ChannelTap", "octet");

    ChannelTap() = default;
    ChannelTap(const ov::OutputVector& inputs, std::size_t points, std::size_t channels, std::size_t axis)
        : Tap(inputs, points, channels), axis_(axis) {
        constructor_validate_and_infer_types();
    }

    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override {
        return std::make_shared<ChannelTap>(inputs, points_, width_, axis_);
    }

protected:
    void fill(const ov::Tensor& values, const ov::Tensor& draws, float* rows) const override {
        const auto& shape = values.get_shape();
        const std::size_t inner = product(shape, axis_ + 1, shape.size()), outer = product(shape, 0, axis_);
        const auto* from = values.data<const float>();
        for (const std::size_t position : draw_positions(draws, points_, outer * inner)) {
            const auto* first = from + position / inner * width_ * inner + position % inner;
            for (std::size_t c = 0; c < width_; ++c) {
                *rows++ = first[c * inner];
            }
        }
    }

private:
    std::size_t axis_ = 0;
};

/// Of what a convolution's window sees.
class WindowTap final : public Tap {
public:
    OPENVINO_OP("WindowTap", "octet");

    WindowTap() = default;
    WindowTap(const ov::OutputVector& inputs, std::size_t points, std::shared_ptr<const ov::Node> operation)
        : Tap(inputs, points, 0), operation_(std::move(operation)), layout_(*weight_layout(*operation_)) {
        width_ = layout_.groups * layout_.inputs * ov::shape_size(layout_.kernel);
        constructor_validate_and_infer_types();
    }

    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override {
        return std::make_shared<WindowTap>(inputs, points_, operation_);
    }

protected:
    void fill(const ov::Tensor& values, const ov::Tensor& draws, float* rows) const override {
        const auto& shape = values.get_shape();
        const auto axes = convolution_axes(*operation_, layout_, shape);
        std::size_t places = 1;
        for (const auto& axis : axes) {
            places *= axis.output;
        }
        const std::size_t taps = ov::shape_size(layout_.kernel), channels = shape[1];
        const std::size_t inner = product(shape, 2, shape.size());
        const auto* from = values.data<const float>();
        for (const std::size_t position : draw_positions(draws, points_, shape[0] * places)) {
            const auto* item = from + position / places * channels * inner;
            const auto seen = window(axes, position % places);
            for (std::size_t c = 0; c < channels; ++c) {
                for (std::size_t tap = 0; tap < taps; ++tap) {
                    rows[c * taps + tap] = seen[tap] == kOutside ? 0.0F : item[c * inner + seen[tap]];
                }
            }
            rows += width_;
        }
    }

private:
    /// The input position that each tap of the kernel sees from output position `place`.
    std::vector<std::size_t> window(const std::vector<ConvolutionAxis>& axes, std::size_t place) const {
        std::vector<std::size_t> along(axes.size());  // the place on each axis
        for (std::size_t a = axes.size(); a-- > 0;) {
            along[a] = place % axes[a].output;
            place /= axes[a].output;
        }
        std::vector<std::size_t> seen{0};
        for (std::size_t a = 0; a < axes.size(); ++a) {
            std::vector<std::size_t> wider;
            for (const std::size_t before : seen) {
                for (std::size_t tap = 0; tap < axes[a].kernel; ++tap) {
                    const std::size_t at = input_place(axes[a], along[a], tap);
                    wider.push_back(before == kOutside || at == kOutside ? kOutside : before * axes[a].input + at);
                }
            }
            seen = std::move(wider);
        }
        return seen;
    }

    std::size_t input_place(const ConvolutionAxis& axis, std::size_t output, std::size_t tap) const {
        const auto signed_of = [](std::size_t value) { return static_cast<std::ptrdiff_t>(value); };
        std::ptrdiff_t at = 0;
        if (is_transposed_convolution(*operation_)) {
            const std::ptrdiff_t scaled = signed_of(output) + axis.pad_begin - signed_of(tap * axis.dilation);
            if (scaled < 0 || scaled % signed_of(axis.stride) != 0) {
                return kOutside;
            }
            at = scaled / signed_of(axis.stride);
        } else {
            at = signed_of(output * axis.stride + tap * axis.dilation) - axis.pad_begin;
        }
        return at < 0 || at >= signed_of(axis.input) ? kOutside : static_cast<std::size_t>(at);
    }

    std::shared_ptr<const ov::Node> operation_;
    WeightLayout layout_;
};

ov::Output<ov::Node> as_f32(const ov::Output<ov::Node>& tensor) {
    return tensor.get_element_type() == ov::element::f32
               ? tensor
               : std::make_shared<ov::op::v0::Convert>(tensor, ov::element::f32)->output(0);
}

}  // namespace

ov::Output<ov::Node> tap_rows(const ov::Output<ov::Node>& data, const ov::Output<ov::Node>& draws,
                              const std::shared_ptr<const ov::Node>& operation, std::size_t points) {
    const ov::OutputVector inputs{as_f32(data), draws};
    if (!ov::is_type<ov::op::v0::MatMul>(operation)) {
        return std::make_shared<WindowTap>(inputs, points, operation);
    }
    return std::make_shared<ChannelTap>(inputs, points, weight_layout(*operation)->inputs,
                                        input_channel_axis(*operation));
}

ov::Output<ov::Node> tap_outputs(const ov::Output<ov::Node>& made, const ov::Output<ov::Node>& draws,
                                 const ov::Node& operation, std::size_t points) {
    const auto layout = *weight_layout(operation);
    return std::make_shared<ChannelTap>(ov::OutputVector{as_f32(made), draws}, points, layout.groups * layout.outputs,
                                        output_channel_axis(operation));
}

std::size_t count_positions(const ov::Node& operation) {
    if (operation.get_output_partial_shape(0).is_dynamic()) {
        return 0;
    }
    const auto layout = *weight_layout(operation);
    return ov::shape_size(operation.get_output_shape(0)) / std::max<std::size_t>(1, layout.groups * layout.outputs);
}

}  // namespace octet
