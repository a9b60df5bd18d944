#include "graph/expand_fake_quantize.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <vector>

#include <openvino/core/graph_util.hpp>
#include <openvino/core/rt_info.hpp>
#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/maximum.hpp>
#include <openvino/op/minimum.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/round.hpp>
#include <openvino/op/subtract.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "graph/bodies.hpp"

namespace octet {
namespace {

using ov::op::v0::Constant;
using ov::op::v0::FakeQuantize;
using Value = ov::Output<ov::Node>;

constexpr std::size_t kInt8Levels = 256;
constexpr std::size_t kCountable = std::size_t{1} << 23;  // f32 tells no more steps apart: as good as none

/// One end of the input's and output's range, and what follows from both; each pair has a shape of its own.
struct Grid {
    ov::Shape in_shape, out_shape;
    std::vector<float> low, high, out_low;
    std::vector<float> scale;  // steps per unit of the input
    std::vector<float> step;   // units of the output per step
};

/// Widths per step of a range, or empty where it is not finite; inputs must be ordered.
std::vector<double> widths(const std::vector<float>& low, const std::vector<float>& high, bool is_ordered) {
    std::vector<double> result;
    for (std::size_t i = 0; i < low.size(); ++i) {
        const double width = double{high[i]} - low[i];
        if (!std::isfinite(width) || (is_ordered && !(width > 0))) {
            return {};
        }
        result.push_back(width);
    }
    return result;
}

bool is_wide(const ov::Node& node, std::size_t levels = kInt8Levels) {
    const auto* quantizer = ov::as_type<const FakeQuantize>(&node);
    return quantizer && quantizer->get_levels() > levels;
}

std::optional<Grid> make_grid(const FakeQuantize& quantizer) {
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        const auto* constant = ov::as_type<Constant>(quantizer.get_input_node_ptr(i + 1));
        if (!constant || constant->get_shape() != quantizer.get_input_shape(i < 2 ? 1 : 3)) {
            return std::nullopt;
        }
        limits[i] = constant->cast_vector<float>();
    }
    Grid grid{quantizer.get_input_shape(1), quantizer.get_input_shape(3), limits[0], limits[1], limits[2], {}, {}};
    const auto in = widths(limits[0], limits[1], true), out = widths(limits[2], limits[3], false);
    if (in.empty() || out.empty()) {
        return std::nullopt;
    }
    const double steps = static_cast<double>(quantizer.get_levels()) - 1;
    std::transform(in.begin(), in.end(), std::back_inserter(grid.scale),
                   [&](double width) { return static_cast<float>(steps / width); });
    std::transform(out.begin(), out.end(), std::back_inserter(grid.step),
                   [&](double width) { return static_cast<float>(width / steps); });
    return grid;
}

/// The definition of FakeQuantize, operation by operation.
Value expand(const Value& source, const Grid& grid, std::size_t levels) {
    const auto constant = [&](const std::vector<float>& values, const ov::Shape& shape) {
        return Constant::create(ov::element::f32, shape, values);
    };
    Value value = source;
    if (value.get_element_type() != ov::element::f32) {
        value = std::make_shared<ov::op::v0::Convert>(value, ov::element::f32);
    }
    value = std::make_shared<ov::op::v1::Maximum>(value, constant(grid.low, grid.in_shape));
    value = std::make_shared<ov::op::v1::Minimum>(value, constant(grid.high, grid.in_shape));
    value = std::make_shared<ov::op::v1::Subtract>(value, constant(grid.low, grid.in_shape));
    value = std::make_shared<ov::op::v1::Multiply>(value, constant(grid.scale, grid.in_shape));
    if (levels <= kCountable) {
        value = std::make_shared<ov::op::v5::Round>(value, ov::op::v5::Round::RoundMode::HALF_TO_EVEN);
    }
    value = std::make_shared<ov::op::v1::Multiply>(value, constant(grid.step, grid.out_shape));
    value = std::make_shared<ov::op::v1::Add>(value, constant(grid.out_low, grid.out_shape));
    if (source.get_element_type() != ov::element::f32) {
        value = std::make_shared<ov::op::v0::Convert>(value, source.get_element_type());
    }
    return value;
}

}  // namespace

void expand_fake_quantize(ov::Model& model, std::size_t levels) {
    for (const auto& node : model.get_ordered_ops()) {
        if (const auto* parent = ov::as_type<ov::op::util::MultiSubGraphOp>(node.get())) {
            for (const auto& body : parent->get_functions()) {
                expand_fake_quantize(*body, levels);
            }
        }
        if (!is_wide(*node, levels)) {
            continue;
        }
        const auto& quantizer = *ov::as_type<FakeQuantize>(node.get());
        const auto grid = make_grid(quantizer);
        if (!grid) {
            continue;
        }
        const auto expanded = expand(quantizer.input_value(0), *grid, quantizer.get_levels()).get_node_shared_ptr();
        expanded->set_friendly_name(node->get_friendly_name());
        ov::copy_runtime_info(node, expanded);
        ov::replace_node(node, expanded);
    }
}

std::shared_ptr<const ov::Model> runnable_copy(const std::shared_ptr<const ov::Model>& model) {
    for (const auto& graph : all_graphs(*model)) {
        for (const auto& node : graph.model->get_ordered_ops()) {
            if (is_wide(*node)) {
                const auto copy = model->clone();
                expand_fake_quantize(*copy);
                return copy;
            }
        }
    }
    return model;
}

}  // namespace octet
