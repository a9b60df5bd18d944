#include "placement/plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "placement/hoist.hpp"
#include "placement/ignored.hpp"
#include "placement/rules.hpp"
#include "placement/schemes.hpp"

namespace octet {
namespace {

/// A Multiply by a constant followed by an Add of a constant: only the tensor is quantized, never the factor.
bool is_scale_shift(const GraphIndex& graph, const ov::Node& node) {
    if (std::string(node.get_type_name()) != "Multiply" || !find_constant(node.input_value(1))) {
        return false;
    }
    const auto consumers = graph.consumers(const_cast<ov::Node&>(node).output(0));
    return !consumers.empty() && std::string(consumers[0].get_node()->get_type_name()) == "Add" &&
           find_constant(consumers[0].get_node()->input_value(1));
}

std::vector<std::size_t> ports_to_quantize(const GraphIndex& graph, const ov::Node& node, const OperationRule& rule) {
    const bool is_variable_divide =
        std::string(node.get_type_name()) == "Divide" && !find_constant(node.input_value(1));
    if (is_scale_shift(graph, node) || is_variable_divide) {
        return {0};  // a small divisor would become zero on the grid
    }
    if (rule.ports) {
        return *rule.ports;
    }
    std::vector<std::size_t> ports(node.get_input_size());
    for (std::size_t i = 0; i < ports.size(); ++i) {
        ports[i] = i;
    }
    return ports;
}

/// Why an operation with a rule still stays in floating point, or empty.
std::string refusal(const ov::Node& node, const std::vector<std::size_t>& ports, const IgnoredOperations& ignored,
                    std::size_t number) {
    if (ignored.contains(number)) {
        return ignored.reasons.at(number);
    }
    for (const std::size_t port : ports) {
        if (port >= node.get_input_size()) {
            continue;
        }
        const auto& type = node.get_input_element_type(port);
        const auto& shape = node.get_input_partial_shape(port);
        if (is_integer(type)) {
            return "integer input";
        }
        if (type != ov::element::f32 && type != ov::element::f16) {
            return "input of type " + type.get_type_name();
        }
        if (shape.is_static() && ov::shape_size(shape.to_shape()) == 0) {
            return "empty input";
        }
        if (std::string(node.get_input_node_ptr(port)->get_type_name()) == "ReadValue") {
            return "reads a state, which samples on their own do not show";
        }
    }
    // The plugin gives a product with a vector in INT8 another rank.
    if (std::string(node.get_type_name()) == "MatMul" && node.get_input_partial_shape(0).rank().compatible(1)) {
        return "input of one axis";
    }
    const bool is_constant_only = [&] {
        const auto inputs = node.input_values();
        return std::all_of(inputs.begin(), inputs.end(),
                           [](const auto& input) { return find_constant(input) != nullptr; });
    }();
    return is_constant_only ? "constant" : "";
}

/// The inputs that quantizable operations ask to have quantized.
InputSet request_inputs(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored,
                        std::vector<Remark>& left) {
    InputSet inputs;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto& node = graph[i];
        const auto* rule = rules.find(node);
        if (!rule || rules.is_agnostic(node)) {
            continue;
        }
        const auto ports = ports_to_quantize(graph, node, *rule);
        if (const std::string reason = refusal(node, ports, ignored, i); !reason.empty()) {
            if (reason != "computes a shape" && reason != "constant" && !ignored.fused.count(i)) {
                left.push_back({node.get_friendly_name(), node.get_type_name(), reason});
            }
            continue;
        }
        for (const std::size_t port : ports) {
            if (port >= node.get_input_size()) {
                continue;
            }
            const auto* source = node.get_input_node_ptr(port);
            if (!find_constant(node.input_value(port)) && ignored.contains(graph.number(source)) &&
                ignored.reasons.at(graph.number(source)) == "computes a shape") {
                continue;
            }
            inputs.insert({i, port});
        }
    }
    return inputs;
}

/// One quantizer for all quantized inputs that read the same tensor; a constant gets one for each way its readers count
/// output channels (a matrix that one MatMul reads as it is and another transposed gets two).
std::vector<Quantizer> merge_siblings(const GraphIndex& graph, const HardwareRules& rules, const InputSet& inputs) {
    std::map<std::tuple<std::size_t, std::size_t, std::vector<std::size_t>>, Quantizer> by_tensor;
    for (const auto& [number, port] : inputs) {
        const auto input = graph[number].input(port);
        const auto tensor = input.get_source_output();
        const bool is_constant = find_constant(tensor) != nullptr;
        const auto axes = is_constant ? output_channel_axes(graph[number], port) : ov::AxisSet{};
        auto& quantizer = by_tensor[{graph.number(tensor.get_node()), tensor.get_index(), {axes.begin(), axes.end()}}];
        quantizer.tensor = tensor;
        quantizer.kind = is_constant ? TensorKind::Weights : TensorKind::Activations;
        quantizer.inputs.push_back({&graph[number], port, served_operations(graph, rules, inputs, {number, port})});
        const std::string middle = quantizer.kind == TensorKind::Weights ? "/fq_weights_" : "/fq_input_";
        const std::string name = graph[number].get_friendly_name() + middle + std::to_string(port);
        if (quantizer.name.empty() || name < quantizer.name) {
            quantizer.name = name;
        }
    }
    std::vector<Quantizer> quantizers;
    for (auto& [tensor, quantizer] : by_tensor) {
        quantizers.push_back(std::move(quantizer));
    }
    return quantizers;
}

bool serves(const Quantizer& quantizer, const std::set<const ov::Node*>& operations) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(), [&](const QuantizedInput& input) {
        return std::any_of(input.operations.begin(), input.operations.end(),
                           [&](const auto* operation) { return operations.count(operation) != 0; });
    });
}

}  // namespace

QuantizerPlan place_quantizers(const ov::Model& model, const Options& options) {
    const HardwareRules rules = rules_for(options.target_device);
    const GraphIndex graph(model);
    QuantizerPlan plan;
    plan.is_transformer = options.model_type == ModelType::Transformer ||
                          (options.model_type == ModelType::Auto && !find_transformer(graph).empty());
    plan.saturation_fix = rules.saturation_fix;

    const IgnoredOperations ignored = find_ignored(graph, options.ignored, plan.is_transformer);
    InputSet inputs = request_inputs(graph, rules, ignored, plan.left);
    inputs = hoist(graph, rules, ignored, std::move(inputs));
    plan.quantizers = merge_siblings(graph, rules, inputs);
    choose_schemes(graph, rules, options.preset, plan);
    return plan;
}

void remove_quantizer(QuantizerPlan& plan, std::size_t quantizer, const std::string& reason) {
    std::set<const ov::Node*> operations;
    for (const auto& input : plan.quantizers[quantizer].inputs) {
        operations.insert(input.operations.begin(), input.operations.end());
    }
    std::set<std::string> named;
    std::vector<Quantizer> kept;
    for (auto& candidate : plan.quantizers) {
        if (serves(candidate, operations)) {
            for (auto& input : candidate.inputs) {
                std::erase_if(input.operations, [&](ov::Node* operation) {
                    const bool is_gone = operations.count(operation) != 0;
                    if (is_gone && named.insert(operation->get_friendly_name()).second) {
                        plan.left.push_back({operation->get_friendly_name(), operation->get_type_name(), reason});
                    }
                    return is_gone;
                });
            }
            std::erase_if(candidate.inputs, [](const QuantizedInput& input) { return input.operations.empty(); });
            if (candidate.inputs.empty()) {
                continue;
            }
        }
        kept.push_back(std::move(candidate));
    }
    plan.quantizers = std::move(kept);
}

}  // namespace octet
