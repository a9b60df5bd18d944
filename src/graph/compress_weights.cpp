#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/graph_util.hpp>
#include <openvino/core/rt_info.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/broadcast.hpp"
#include "graph/stored_weights.hpp"
#include "graph/write.hpp"

namespace octet {
namespace {

using ov::op::v0::Constant;
using ov::op::v0::FakeQuantize;

constexpr double kIntegerTolerance = 1e-4;  // in steps of the grid, as POT

/// The four limits of a FakeQuantize, brought to one shape.
struct Limits {
    ov::Shape shape;
    std::vector<float> in_low, in_high, out_low, out_high;
};

/// How to store the constant: per element of the limits' shape.
struct Grid {
    int lowest = 0;
    float steps = 0;  // levels - 1
    std::vector<float> scale, zero_point;
    std::vector<int> shift;     // added to the integers, for a zero point that fits into them
    std::vector<bool> is_flat;  // all levels are one value
};

std::vector<float> expand(const Constant& limit, const ov::Shape& shape) {
    const auto values = limit.cast_vector<float>();
    std::vector<float> out(ov::shape_size(shape));
    for_each_run(shape, limit.get_shape(), [&](std::size_t first, std::size_t count, std::size_t index) {
        std::fill_n(out.data() + first, count, values[index]);
    });
    return out;
}

/// Empty where the limits are not constant, not ordered or not finite, or would make the constant larger.
std::optional<Limits> read_limits(const FakeQuantize& node) {
    std::shared_ptr<Constant> limits[4];
    ov::PartialShape shape = ov::Shape{};
    for (std::size_t i = 0; i < 4; ++i) {
        limits[i] = constant_value(node.input_value(i + 1));
        if (!limits[i] ||
            !ov::PartialShape::broadcast_merge_into(shape, limits[i]->get_shape(), ov::op::AutoBroadcastType::NUMPY)) {
            return std::nullopt;
        }
    }
    Limits out{.shape = shape.to_shape(), .in_low = {}, .in_high = {}, .out_low = {}, .out_high = {}};
    const ov::Shape& data = node.get_input_shape(0);
    ov::PartialShape merged = data;
    if (out.shape.size() > data.size() ||
        !ov::PartialShape::broadcast_merge_into(merged, out.shape, ov::op::AutoBroadcastType::NUMPY) ||
        merged.to_shape() != data) {
        return std::nullopt;
    }
    out.in_low = expand(*limits[0], out.shape);
    out.in_high = expand(*limits[1], out.shape);
    out.out_low = expand(*limits[2], out.shape);
    out.out_high = expand(*limits[3], out.shape);
    for (std::size_t i = 0; i < out.in_low.size(); ++i) {
        const bool is_finite = std::isfinite(out.in_low[i]) && std::isfinite(out.in_high[i]) &&
                               std::isfinite(out.out_low[i]) && std::isfinite(out.out_high[i]);
        if (!is_finite || out.in_low[i] > out.in_high[i]) {
            return std::nullopt;
        }
    }
    return out;
}

bool is_integer(float value) {
    return std::abs(value - std::nearbyint(value)) <= kIntegerTolerance;
}

/// Moves zero points into the integers where every one of them is whole and leaves them within i8.
void fold_zero_points(Grid& grid) {
    const int highest = grid.lowest + static_cast<int>(grid.steps);
    for (float& zero_point : grid.zero_point) {
        zero_point = is_integer(zero_point) ? std::nearbyint(zero_point) : zero_point;
    }
    const bool fits = std::all_of(grid.zero_point.begin(), grid.zero_point.end(), [&](float zero) {
        return zero == std::nearbyint(zero) && grid.lowest - zero >= INT8_MIN && highest - zero <= INT8_MAX;
    });
    if (fits) {
        for (std::size_t i = 0; i < grid.zero_point.size(); ++i) {
            grid.shift[i] -= static_cast<int>(grid.zero_point[i]);
            grid.zero_point[i] = 0;
        }
    }
}

Grid make_grid(const Limits& limits, std::size_t levels) {
    const std::size_t count = limits.out_low.size();
    Grid grid{.lowest = -static_cast<int>(levels / 2),
              .steps = static_cast<float>(levels - 1),
              .scale = std::vector<float>(count),
              .zero_point = std::vector<float>(count, 0.F),
              .shift = std::vector<int>(count, 0),
              .is_flat = std::vector<bool>(count, false)};
    for (std::size_t i = 0; i < count; ++i) {
        const double low = limits.out_low[i];
        const double scale = (limits.out_high[i] - low) / (levels - 1.0);
        grid.scale[i] = static_cast<float>(scale);
        if (grid.scale[i] != 0) {
            grid.zero_point[i] = static_cast<float>(grid.lowest - low / scale);
        } else {
            // Level 0 stands for all levels and becomes 1 * value, or 0 * 1.
            grid.is_flat[i] = true;
            grid.scale[i] = low == 0 ? 1.F : limits.out_low[i];
            grid.shift[i] = (low == 0 ? 0 : 1) - grid.lowest;
        }
    }
    fold_zero_points(grid);
    return grid;
}

/// The level that FakeQuantize takes, 0..steps: the same arithmetic in f32, ties to even.
float level_of(float value, float low, float high, float steps) {
    if (value <= low) {
        return 0;
    }
    if (value > high) {
        return steps;
    }
    return std::nearbyint((value - low) / (high - low) * steps);
}

std::shared_ptr<Constant> make_integers(const FakeQuantize& node, const Constant& weights, const Limits& limits,
                                        const Grid& grid) {
    const float* values = weights.get_data_ptr<float>();
    ov::Tensor tensor(ov::element::i8, weights.get_shape());
    auto* out = tensor.data<std::int8_t>();
    for_each_run(weights.get_shape(), limits.shape, [&](std::size_t first, std::size_t count, std::size_t index) {
        const float low = limits.in_low[index];
        const float high = limits.in_high[index];
        const bool is_flat = grid.is_flat[index];
        const int lowest = grid.lowest + grid.shift[index];
        for (std::size_t i = first; i < first + count; ++i) {
            if (std::isnan(values[i])) {
                throw Error(ErrorCode::Numeric, node.get_friendly_name(),
                            "weights " + describe(ov::element::f32, weights.get_shape()) +
                                ": expected finite values, got NaN at element " + std::to_string(i));
            }
            const float level = is_flat ? 0 : level_of(values[i], low, high, grid.steps);
            out[i] = static_cast<std::int8_t>(lowest + static_cast<int>(level));
        }
    });
    return std::make_shared<Constant>(tensor);
}

/// The name of the source constant is kept for the integers where nothing else reads that constant.
std::string integers_name(const FakeQuantize& node) {
    const auto source = source_constant(node.input_value(0));
    ov::Output<ov::Node> output = node.input_value(0);
    while (output.get_target_inputs().size() == 1) {
        if (output.get_node() == source.get()) {
            return source->get_friendly_name();
        }
        output = output.get_node()->input_value(0);
    }
    return node.get_friendly_name() + "/quantized";
}

template <typename Op, typename... Args>
std::shared_ptr<Op> named(const std::string& name, Args&&... args) {
    auto node = std::make_shared<Op>(std::forward<Args>(args)...);
    node->set_friendly_name(name);
    return node;
}

ov::Output<ov::Node> subtract_zero_point(const ov::Output<ov::Node>& input, const Limits& limits, const Grid& grid,
                                         const std::string& name) {
    const auto& zero = grid.zero_point;
    if (std::all_of(zero.begin(), zero.end(), [](float value) { return value == 0; })) {
        return input;
    }
    const auto type = input.get_element_type();
    const bool fits_i8 = std::all_of(zero.begin(), zero.end(), [](float value) {
        return value == std::nearbyint(value) && value >= INT8_MIN && value <= INT8_MAX;
    });
    ov::Output<ov::Node> constant =
        named<Constant>(name + "/zero_point", fits_i8 ? ov::element::Type(ov::element::i8) : type, limits.shape, zero);
    if (fits_i8) {
        constant = named<ov::op::v0::Convert>(name + "/zero_point/convert", constant, type);
    }
    return named<ov::op::v1::Subtract>(name + "/subtract", input, constant);
}

void compress(const std::shared_ptr<FakeQuantize>& node) {
    const bool is_8_bit = node->get_levels() >= 2 && node->get_levels() <= kMaxLevels;
    if (!is_8_bit || node->get_auto_broadcast().m_type != ov::op::AutoBroadcastType::NUMPY) {
        return;
    }
    const auto weights = constant_value(node->input_value(0));
    const auto limits = weights ? read_limits(*node) : std::nullopt;
    if (!limits) {
        return;
    }
    const std::string name = node->get_friendly_name();
    const auto type = node->get_output_element_type(0);
    const Grid grid = make_grid(*limits, node->get_levels());

    const auto integers = make_integers(*node, *weights, *limits, grid);
    integers->set_friendly_name(integers_name(*node));
    const auto converted = named<ov::op::v0::Convert>(name + "/convert", integers, type);
    const auto shifted = subtract_zero_point(converted, *limits, grid, name);
    const auto scale = named<Constant>(name + "/scale", type, limits->shape, grid.scale);
    const auto multiply = named<ov::op::v1::Multiply>(name, shifted, scale);
    ov::copy_runtime_info(node, multiply);
    ov::replace_node(node, multiply);
}

}  // namespace

void compress_weights(ov::Model& model) {
    for (const auto& node : model.get_ordered_ops()) {
        if (const auto fake_quantize = ov::as_type_ptr<FakeQuantize>(node)) {
            compress(fake_quantize);
        } else if (const auto parent = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : parent->get_functions()) {
                compress_weights(*body);
            }
        }
    }
}

}  // namespace octet
