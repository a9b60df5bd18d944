#include "algorithms/correctable.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <openvino/op/ops.hpp>

#include "algorithms/edit.hpp"
#include "graph/bias.hpp"
#include "graph/constants.hpp"
#include "graph/convolution_geometry.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

StatisticRequest output_extreme(const ov::Node& node, Reducer reducer) {
    const auto keep = reducer == Reducer::Min ? Keep::Least : Keep::Largest;
    return {biased_output(node), output_channel_axis(node), {reducer, 0}, keep};
}

bool has_static_ranks(const ov::Node& node) {
    return node.get_input_partial_shape(0).rank().is_static() && node.get_output_partial_shape(0).rank().is_static();
}

constexpr const char* kTooLarge = "bias left: the correction exceeds the threshold";

std::string refuse_relative(const ov::Node& node, const std::vector<double>& bias, const std::vector<double>& change,
                            double threshold) {
    if (!find_bias(node)) {
        return "bias left: none";
    }
    double magnitude = 0;
    bool is_zero = true;
    for (std::size_t c = 0; c < change.size(); ++c) {
        is_zero = is_zero && bias[c] == 0;
        magnitude = bias[c] == 0 ? magnitude : std::max(magnitude, std::fabs(change[c] / bias[c]));
    }
    if (is_zero) {
        return "bias left: all zero";
    }
    return magnitude < threshold ? "" : kTooLarge;
}

std::string refuse_against_range(const Context& context, const ov::Node& node, const std::vector<double>& bias,
                                 const std::vector<double>& change) {
    if (!context.options.threshold) {
        return "";
    }
    const auto low = context.statistics.find(output_extreme(node, Reducer::Min));
    const auto high = context.statistics.find(output_extreme(node, Reducer::Max));
    for (std::size_t c = 0; c < change.size() && low.size() == change.size(); ++c) {
        const double usual = std::max(std::fabs(bias[c]), (high[c] - low[c]) / 2);
        if (std::fabs(change[c]) >= *context.options.threshold * usual && change[c] != 0) {
            return kTooLarge;
        }
    }
    return "";
}

}  // namespace

std::vector<ov::Node*> planned_corrections(const GraphIndex& graph, const Context& context) {
    std::set<const ov::Node*> planned;  // looked up only
    for (const auto& entry : context.plan.quantizers) {
        for (const auto& reader : entry.inputs) {
            if (entry.kind == TensorKind::Weights && reader.port == 1 && is_weighted(*reader.node)) {
                planned.insert(reader.node);
            }
        }
    }
    const auto& options = context.options;
    std::vector<ov::Node*> operations;
    for (std::size_t number = 0; number < graph.size(); ++number) {
        auto& node = graph[number];
        const bool is_any =
            options.apply_for_all_nodes && is_weighted(node) && find_constant(node.input_value(1)) != nullptr;
        const bool is_left = options.bias_formula == BiasFormula::OutputMean && is_transposed_convolution(node);
        const auto& type = node.get_output_element_type(0);
        const bool is_real = type == ov::element::f32 || type == ov::element::f16;
        if ((planned.count(&node) || is_any) && !is_left && is_real && has_static_ranks(node)) {
            operations.push_back(&node);
        }
    }
    return operations;
}

std::vector<ov::Node*> due_corrections(const GraphIndex& graph, const Context& context) {
    auto operations = planned_corrections(graph, context);
    std::erase_if(operations, [&](const ov::Node* node) {
        return !context.options.apply_for_all_nodes && !weights_quantizer(*node);
    });
    return operations;
}

std::shared_ptr<ov::op::v0::FakeQuantize> weights_quantizer(const ov::Node& operation) {
    auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(operation.get_input_node_shared_ptr(1));
    return quantizer && find_constant(quantizer->input_value(0)) ? quantizer : nullptr;
}

StatisticRequest output_mean(const ov::Node& node, Keep keep) {
    return {biased_output(node), output_channel_axis(node), {Reducer::Mean, 0}, keep};
}

void request_acceptance(const ov::Node& node, const Options& options, StatisticPlan& statistics) {
    if (options.bias_formula == BiasFormula::Difference && options.threshold) {
        statistics.request(output_extreme(node, Reducer::Min));
        statistics.request(output_extreme(node, Reducer::Max));
    }
}

std::string refuse_correction(const Context& context, const ov::Node& node, const std::vector<double>& change,
                              double usual_threshold) {
    const auto bias = bias_values(node);
    if (!bias || bias->size() != change.size()) {
        return "bias left: its constant is not one value per channel";
    }
    if (!std::all_of(change.begin(), change.end(), [](double value) { return std::isfinite(value); })) {
        return "bias left: the correction is not finite";
    }
    return context.options.bias_formula == BiasFormula::OutputMean
               ? refuse_relative(node, *bias, change, context.options.threshold.value_or(usual_threshold))
               : refuse_against_range(context, node, *bias, change);
}

EarlierBiases::EarlierBiases(const std::vector<ov::Node*>& nodes) {
    for (auto* node : nodes) {
        if (auto bias = bias_values(*node)) {
            biases_.push_back({node, std::move(*bias), find_bias(*node).has_value()});
        }
    }
}

void EarlierBiases::keep_share(Context& context, double share) const {
    for (const auto& [node, earlier, had_one] : biases_) {
        if (share == 0 && !had_one) {
            remove_bias(context, *node);
            continue;
        }
        const auto now = bias_values(*node);
        if (!now || *now == earlier || now->size() != earlier.size()) {
            continue;
        }
        auto bias = earlier;
        for (std::size_t c = 0; c < bias.size(); ++c) {
            bias[c] += share * ((*now)[c] - bias[c]);
        }
        change_bias(context, *node, bias);
    }
}

std::string correct_bias(Context& context, ov::Node& node, const std::vector<double>& change, double usual_threshold) {
    const std::string refusal = refuse_correction(context, node, change, usual_threshold);
    if (!refusal.empty()) {
        return refusal;
    }
    if (std::all_of(change.begin(), change.end(), [](double value) { return value == 0; })) {
        return "bias left: nothing to correct";
    }
    auto bias = *bias_values(node);
    std::transform(change.begin(), change.end(), bias.begin(), bias.begin(), std::plus<>());
    change_bias(context, node, bias);
    return "bias corrected";
}

}  // namespace octet
