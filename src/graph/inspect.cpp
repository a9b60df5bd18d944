#include "graph/inspect.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

#include "octet/model_io.hpp"

#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/stored_weights.hpp"

namespace octet {
namespace {

constexpr float kTolerance = 1e-4F;  // of a range's larger end

bool is_near(double a, double b, double scale) {
    return std::abs(a - b) <= kTolerance * std::abs(scale);
}

/// Symmetric: -M..M, -M*L/(L-2)..M (one level more below 0), or 0..M.
/// A range 0..M of an asymmetric quantizer looks the same and is called symmetric too: its grid is the same.
bool is_symmetric(double low, double high, std::size_t levels) {
    const double steps = static_cast<double>(levels);
    return low == 0 || is_near(low, -high, high) || (levels > 2 && is_near(low, -high * steps / (steps - 2), high));
}

void set_range(QuantizerInfo& info, std::vector<float> low, std::vector<float> high) {
    const std::size_t count = std::max(low.size(), high.size());
    low.resize(count, low.empty() ? 0.F : low.front());
    high.resize(count, high.empty() ? 0.F : high.front());
    info.granularity = count > 1 ? "perchannel" : "pertensor";
    info.mode = "symmetric";
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_symmetric(low[i], high[i], info.levels)) {
            info.mode = "asymmetric";
        }
    }
    info.low = std::move(low);
    info.high = std::move(high);
}

QuantizerInfo describe_place(const ov::Node& node, const ov::Output<ov::Node>& tensor, const GraphIndex& graph) {
    QuantizerInfo info;
    info.name = node.get_friendly_name();
    info.tensor = tensor_name(tensor);
    for (const auto& input : graph.consumers(const_cast<ov::Node&>(node).output(0))) {
        info.consumers.push_back(input_name(input));
    }
    return info;
}

int bits_of(std::size_t levels) {
    return levels < 2 ? 1 : static_cast<int>(std::bit_width(levels - 1));
}

QuantizerInfo describe_fake_quantize(const ov::op::v0::FakeQuantize& node, const GraphIndex& graph) {
    const auto constant = source_constant(node.input_value(0));
    auto info = describe_place(node, constant ? constant->output(0) : node.input_value(0), graph);
    info.kind = constant ? "weights" : "activations";
    info.levels = node.get_levels();
    info.bits = bits_of(info.levels);
    // In the units of the tensor: a constant may have been halved, an activation's channels may be scaled behind it.
    const auto low = constant_value(node.input_value(constant ? 3 : 1));
    const auto high = constant_value(node.input_value(constant ? 4 : 2));
    set_range(info, low ? low->cast_vector<float>() : std::vector<float>{},
              high ? high->cast_vector<float>() : std::vector<float>{});
    return info;
}

/// The number of integers in use: with the lowest one left out (-127..127) one less than the type has.
std::size_t levels_of(const StoredWeights& stored) {
    const auto type = stored.integers->get_element_type();
    const std::size_t all = std::size_t{1} << type.bitwidth();
    if (!type.is_signed() || stored.zero_point) {
        return all;
    }
    const int lowest = -static_cast<int>(all / 2);
    const auto values = stored.integers->cast_vector<std::int8_t>();
    return std::find(values.begin(), values.end(), lowest) == values.end() ? all - 1 : all;
}

QuantizerInfo describe_stored(const ov::Node& node, const StoredWeights& stored, const GraphIndex& graph) {
    auto info = describe_place(node, stored.integers->output(0), graph);
    info.kind = "weights";
    info.levels = levels_of(stored);
    info.bits = static_cast<int>(stored.integers->get_element_type().bitwidth());
    const bool is_signed = stored.integers->get_element_type().is_signed();
    const double lowest = is_signed ? -std::floor(static_cast<double>(info.levels) / 2) : 0.0;
    const double highest = lowest + static_cast<double>(info.levels) - 1;

    auto scale = stored.scale->cast_vector<float>();
    auto zero = stored.zero_point ? stored.zero_point->cast_vector<float>() : std::vector<float>{0};
    const std::size_t count = std::max(scale.size(), zero.size());
    scale.resize(count, scale.empty() ? 0.F : scale.front());
    zero.resize(count, zero.empty() ? 0.F : zero.front());
    std::vector<float> low(count), high(count);
    for (std::size_t i = 0; i < count; ++i) {
        low[i] = static_cast<float>((lowest - zero[i]) * scale[i]);
        high[i] = static_cast<float>((highest - zero[i]) * scale[i]);
    }
    set_range(info, std::move(low), std::move(high));
    return info;
}

void inspect_graph(const ov::Model& model, const std::string& prefix, std::vector<QuantizerInfo>& found) {
    const GraphIndex graph(model);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        ov::Node& node = graph[i];
        std::optional<QuantizerInfo> info;
        if (const auto* fake_quantize = ov::as_type<ov::op::v0::FakeQuantize>(&node)) {
            info = describe_fake_quantize(*fake_quantize, graph);
        } else if (const auto stored = match_stored_weights(node)) {
            info = describe_stored(node, *stored, graph);
        } else if (const auto* parent = ov::as_type<ov::op::util::MultiSubGraphOp>(&node)) {
            for (const auto& body : parent->get_functions()) {
                inspect_graph(*body, prefix + node.get_friendly_name() + "|", found);
            }
        }
        if (info) {
            info->name = prefix + info->name;
            found.push_back(std::move(*info));
        }
    }
}

}  // namespace

std::vector<QuantizerInfo> inspect(const ov::Model& model) {
    std::vector<QuantizerInfo> found;
    inspect_graph(model, "", found);
    return found;
}

std::string find_quantized_operation(const ov::Model& model) {
    for (const auto& node : model.get_ordered_ops()) {
        const auto fake_quantize = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node);
        if ((fake_quantize && fake_quantize->get_levels() <= kMaxLevels) || match_stored_weights(*node) ||
            has_integer_weights(*node)) {
            return node->get_friendly_name();
        }
        if (const auto parent = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : parent->get_functions()) {
                if (const auto name = find_quantized_operation(*body); !name.empty()) {
                    return node->get_friendly_name() + "|" + name;
                }
            }
        }
    }
    return "";
}

}  // namespace octet
