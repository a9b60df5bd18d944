#include "algorithms/overflow_correction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "algorithms/correctable.hpp"
#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

constexpr std::size_t kLevelsOf8Bits = 255;
constexpr double kLargestSum = std::numeric_limits<std::int32_t>::max();

StatisticRequest largest_output(const ov::Node& node) {
    return {biased_output(node), std::nullopt, {Reducer::AbsMax, 0}, Keep::Largest};
}

/// The largest distance between two neighbouring values that `quantizer` makes, over its channels.
double largest_step(const ov::op::v0::FakeQuantize& quantizer) {
    const auto low = float_values(*find_constant(quantizer.input_value(3)));
    const auto high = float_values(*find_constant(quantizer.input_value(4)));
    double step = 0;
    for (std::size_t c = 0; c < low.size() && c < high.size(); ++c) {
        const double width = static_cast<double>(high[c]) - static_cast<double>(low[c]);
        step = std::max(step, width / static_cast<double>(quantizer.get_levels() - 1));
    }
    return step;
}

bool has_constant_limits(const ov::op::v0::FakeQuantize& quantizer) {
    return find_constant(quantizer.input_value(3)) && find_constant(quantizer.input_value(4));
}

/// The largest step of the FakeQuantize that are met first on the ways up from `tensor`; 0 where there is none.
double nearest_step(const ov::Output<ov::Node>& tensor) {
    double step = 0;
    std::set<const ov::Node*> seen{tensor.get_node()};
    std::vector<std::shared_ptr<ov::Node>> open{tensor.get_node_shared_ptr()};
    while (!open.empty()) {
        const auto node = open.back();
        open.pop_back();
        const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node);
        if (quantizer && has_constant_limits(*quantizer)) {
            step = std::max(step, largest_step(*quantizer));
            continue;
        }
        for (const auto& input : node->input_values()) {
            if (seen.insert(input.get_node()).second) {
                open.push_back(input.get_node_shared_ptr());
            }
        }
    }
    return step;
}

std::shared_ptr<ov::op::v0::Constant> scaled(const ov::Output<ov::Node>& source, double factor) {
    const auto constant = find_constant(source);
    auto values = float_values(*constant);
    for (float& value : values) {
        value = static_cast<float>(value * factor);
    }
    auto made = ov::op::v0::Constant::create(source.get_element_type(), constant->get_shape(), values);
    made->set_friendly_name(constant->get_friendly_name());
    ov::copy_runtime_info(constant, made);
    return made;
}

/// Gives `node` weights W / factor with output limits times `factor`: its own, where others read the same quantizer.
void rescale(ov::Node& node, const ov::op::v0::FakeQuantize& quantizer, double factor) {
    auto own = quantizer.clone_with_new_inputs({scaled(quantizer.input_value(0), 1 / factor), quantizer.input_value(1),
                                                quantizer.input_value(2), scaled(quantizer.input_value(3), factor),
                                                scaled(quantizer.input_value(4), factor)});
    own->set_friendly_name(quantizer.get_friendly_name());
    node.input(1).replace_source_output(own);
}

}  // namespace

void OverflowCorrection::request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const {
    const GraphIndex graph(model);
    for (const auto& quantizer : context.plan.quantizers) {
        for (const auto& reader : quantizer.inputs) {
            if (quantizer.kind == TensorKind::Weights && quantizer.scheme.levels() > kLevelsOf8Bits &&
                reader.port == 1 && is_weighted(*reader.node) && graph.contains(reader.node)) {
                statistics.request(largest_output(*reader.node));
            }
        }
    }
}

std::vector<Change> OverflowCorrection::apply(ov::Model& model, Context& context) const {
    std::vector<Change> changes;
    const GraphIndex graph(model);
    for (std::size_t number = 0; number < graph.size(); ++number) {
        auto& node = graph[number];
        const auto quantizer = is_weighted(node) ? weights_quantizer(node) : nullptr;
        if (!quantizer || quantizer->get_levels() <= kLevelsOf8Bits) {
            continue;
        }
        const auto largest = context.statistics.find(largest_output(node));
        const double step = largest_step(*quantizer) * nearest_step(node.input_value(0));
        if (largest.empty() || !(step > 0) || !std::isfinite(largest[0])) {
            continue;
        }
        const double sum = std::trunc(largest[0] / step);
        if (sum > kLargestSum) {
            rescale(node, *quantizer, sum / kLargestSum);
            changes.push_back({name(), node.get_friendly_name(), "weights rescaled"});
        }
    }
    return changes;
}

}  // namespace octet
