#include "graph/expand_fake_quantize.hpp"

#include <cmath>
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

/// The four limits by element of one shape, and what follows from them.
struct Grid {
    ov::Shape shape;
    std::vector<float> low, high, out_low;
    std::vector<float> scale;  // steps per unit of the input
    std::vector<float> step;   // units of the output per step
};

bool is_wide(const ov::Node& node, std::size_t levels = kInt8Levels) {
    const auto* quantizer = ov::as_type<const FakeQuantize>(&node);
    return quantizer && quantizer->get_levels() > levels;
}

std::optional<Grid> make_grid(const FakeQuantize& quantizer) {
    std::vector<float> limits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        const auto* constant = ov::as_type<Constant>(quantizer.get_input_node_ptr(i + 1));
        if (!constant || constant->get_shape() != quantizer.get_input_shape(1)) {
            return std::nullopt;
        }
        limits[i] = constant->cast_vector<float>();
    }
    Grid grid{quantizer.get_input_shape(1), limits[0], limits[1], limits[2], {}, {}};
    const double steps = static_cast<double>(quantizer.get_levels()) - 1;
    for (std::size_t i = 0; i < grid.low.size(); ++i) {
        const double width = double{limits[1][i]} - limits[0][i];
        const double out_width = double{limits[3][i]} - limits[2][i];
        if (!(width > 0) || !std::isfinite(width) || !std::isfinite(out_width)) {
            return std::nullopt;
        }
        grid.scale.push_back(static_cast<float>(steps / width));
        grid.step.push_back(static_cast<float>(out_width / steps));
    }
    return grid;
}

/// The definition of FakeQuantize, operation by operation.
Value expand(const Value& source, const Grid& grid, std::size_t levels) {
    const auto constant = [&](const std::vector<float>& values) {
        return Constant::create(ov::element::f32, grid.shape, values);
    };
    Value value = source;
    if (value.get_element_type() != ov::element::f32) {
        value = std::make_shared<ov::op::v0::Convert>(value, ov::element::f32);
    }
    value = std::make_shared<ov::op::v1::Maximum>(value, constant(grid.low));
    value = std::make_shared<ov::op::v1::Minimum>(value, constant(grid.high));
    value = std::make_shared<ov::op::v1::Subtract>(value, constant(grid.low));
    value = std::make_shared<ov::op::v1::Multiply>(value, constant(grid.scale));
    if (levels <= kCountable) {
        value = std::make_shared<ov::op::v5::Round>(value, ov::op::v5::Round::RoundMode::HALF_TO_EVEN);
    }
    value = std::make_shared<ov::op::v1::Multiply>(value, constant(grid.step));
    value = std::make_shared<ov::op::v1::Add>(value, constant(grid.out_low));
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
