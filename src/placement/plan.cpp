#include "placement/plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <openvino/op/parameter.hpp>
#include <openvino/op/util/rnn_cell_base.hpp>

#include "graph/bodies.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "placement/hoist.hpp"
#include "placement/ignored.hpp"
#include "placement/islands.hpp"
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
    if (is_scale_shift(graph, node)) {
        return {0};
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

/// Does a recurrent operation begin with a state that is an input of the model (of the body that it stands in), or one
/// that the model keeps? What it leaves is fed back to it, so that errors add up from run to run, which samples on
/// their own do not show.
bool carries_state(const ov::Node& node, const HardwareRules& rules) {
    if (dynamic_cast<const ov::op::util::RNNCellBase*>(&node) == nullptr) {
        return false;
    }
    const auto* state = node.get_input_node_ptr(1);
    while (rules.is_agnostic(*state)) {
        state = state->get_input_node_ptr(0);
    }
    return ov::is_type<ov::op::v0::Parameter>(state) || std::string(state->get_type_name()) == "ReadValue";
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
                        const Options& options, std::vector<Remark>& left) {
    InputSet inputs;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto& node = graph[i];
        const auto* rule = rules.find(node);
        if (!rule || rules.is_agnostic(node)) {
            continue;
        }
        const auto ports = ports_to_quantize(graph, node, *rule);
        std::string reason = refusal(node, ports, ignored, i);
        if (reason.empty() && rule->acceleration == Acceleration::Never && !options.quantize_unaccelerated) {
            reason = "the device computes it in floating point";
        }
        if (reason.empty() && options.careful_propagation && carries_state(node, rules)) {
            reason = "errors would add up in the state that it carries from run to run";
        }
        if (!reason.empty()) {
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
            inputs[{i, port}].input_priority = rule->input_priority;
        }
    }
    return inputs;
}

/// The tensor that is quantized for the sake of what makes it: behind the bias of a weighted operation.
ov::Output<ov::Node> quantized_output(const ov::Node& node, const ov::Output<ov::Node>& output) {
    const auto bias = is_weighted(node) ? find_bias(node) : std::nullopt;
    return bias ? bias->add->output(0) : output;
}

/// Adds the inputs that read what some operations ask to have quantized (GNA).
void request_outputs(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored,
                     InputSet& inputs) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto* rule = rules.find(graph[i]);
        if (!rule || rule->outputs.empty() || ignored.contains(i)) {
            continue;
        }
        for (const auto& output : graph[i].outputs()) {
            const auto tensor = quantized_output(graph[i], output);
            if (is_integer(tensor.get_element_type())) {
                continue;
            }
            const auto* maker = rules.find(*tensor.get_node());
            for (const auto& input : graph.consumers(tensor)) {
                const std::size_t reader = graph.number(input.get_node());
                if (std::string(input.get_node()->get_type_name()) != "ShapeOf" && !ignored.contains(reader)) {
                    auto& request = inputs[{reader, input.get_index()}];
                    request.output_priority = maker ? maker->output_priority : rule->output_priority;
                }
            }
        }
    }
}

/// Where the device adds two tensors inside the operation that makes one of them, that one stays in floating point.
class FusedAdditions {
public:
    FusedAdditions(const GraphIndex& graph, InputSet& inputs) : graph_(graph), inputs_(inputs) {}

    void release() {
        for (std::size_t i = 0; i < graph_.size(); ++i) {
            const auto& node = graph_[i];
            if (std::string(node.get_type_name()) == "Add" && inputs_.count({i, 0}) && inputs_.count({i, 1}) &&
                !find_constant(node.input_value(0)) && !find_constant(node.input_value(1))) {
                release_one(node);
            }
        }
    }

private:
    std::vector<std::pair<std::size_t, std::size_t>> readers(const ov::Output<ov::Node>& tensor) const {
        std::vector<std::pair<std::size_t, std::size_t>> found;
        for (const auto& input : graph_.consumers(tensor)) {
            const std::pair edge{graph_.number(input.get_node()), input.get_index()};
            if (inputs_.count(edge)) {
                found.push_back(edge);
            }
        }
        return found;
    }

    void release_one(const ov::Node& add) {
        auto wide = add.input_value(1), narrow = add.input_value(0);
        if (readers(narrow).size() > readers(wide).size()) {
            std::swap(wide, narrow);
        }
        const auto* maker = narrow.get_node();
        const bool has_constant = maker->get_input_size() > 1 && find_constant(maker->input_value(1));
        if (readers(wide).size() > 1 && readers(narrow).size() == 1 && has_constant) {
            drop(narrow);
        } else if (is_made_by_weighted(wide) && is_made_by_weighted(narrow)) {
            drop(is_larger(narrow, wide) ? narrow : wide);
        }
    }

    void drop(const ov::Output<ov::Node>& tensor) {
        for (const auto& edge : readers(tensor)) {
            inputs_.erase(edge);
        }
    }

    static bool is_larger(const ov::Output<ov::Node>& a, const ov::Output<ov::Node>& b) {
        const auto &left = a.get_partial_shape(), &right = b.get_partial_shape();
        return left.is_static() && right.is_static() &&
               ov::shape_size(left.to_shape()) > ov::shape_size(right.to_shape());
    }

    /// Do operations of one tensor and constants lead up to a convolution or MatMul?
    static bool is_made_by_weighted(ov::Output<ov::Node> tensor) {
        while (true) {
            const auto* node = tensor.get_node();
            if (is_weighted(*node)) {
                return true;
            }
            std::vector<ov::Output<ov::Node>> sources;
            for (const auto& input : node->input_values()) {
                if (!find_constant(input)) {
                    sources.push_back(input);
                }
            }
            if (sources.size() != 1) {
                return false;
            }
            tensor = sources[0];
        }
    }

    const GraphIndex& graph_;
    InputSet& inputs_;
};

std::string quantizer_name(const GraphIndex& graph, const ov::Input<ov::Node>& input,
                           const QuantizationRequest& request, bool is_constant) {
    const auto tensor = input.get_source_output();
    if (request.output_priority >= 0) {
        const auto readers = graph.consumers(tensor);
        const auto place = std::find(readers.begin(), readers.end(), input) - readers.begin();
        return tensor.get_node()->get_friendly_name() + "/fq_output_" + std::to_string(tensor.get_index()) + "_" +
               std::to_string(place);
    }
    return input.get_node()->get_friendly_name() + (is_constant ? "/fq_weights_" : "/fq_input_") +
           std::to_string(input.get_index());
}

/// One quantizer for all quantized inputs that read the same tensor; a constant gets one for each way its readers count
/// output channels (a matrix that one MatMul reads as it is and another transposed gets two).
std::vector<Quantizer> merge_siblings(const GraphIndex& graph, const HardwareRules& rules, const InputSet& inputs) {
    std::map<std::tuple<std::size_t, std::size_t, std::vector<std::size_t>>, Quantizer> by_tensor;
    for (const auto& [edge, request] : inputs) {
        const auto [number, port] = edge;
        const auto input = graph[number].input(port);
        const auto tensor = input.get_source_output();
        const bool is_constant = find_constant(tensor) != nullptr;
        const auto axes = is_constant ? output_channel_axes(graph[number], port) : ov::AxisSet{};
        auto& quantizer = by_tensor[{graph.number(tensor.get_node()), tensor.get_index(), {axes.begin(), axes.end()}}];
        quantizer.tensor = tensor;
        quantizer.inputs.push_back({&graph[number], port, served_operations(graph, rules, inputs, {number, port})});
        const std::string name = quantizer_name(graph, input, request, is_constant);
        if (quantizer.name.empty() || name < quantizer.name) {
            quantizer.name = name;
            quantizer.kind = is_constant           ? TensorKind::Weights
                             : request.is_output() ? TensorKind::Outputs
                                                   : TensorKind::Activations;
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

/// The plan of one graph of the model.
QuantizerPlan place_in_graph(const SubGraph& part, const HardwareRules& rules, const Options& options,
                             bool is_transformer) {
    const GraphIndex graph(*part.model);
    QuantizerPlan plan;
    plan.is_transformer = is_transformer;
    const IgnoredOperations ignored = find_ignored(graph, rules, options, is_transformer, part.prefix);
    InputSet inputs = request_inputs(graph, rules, ignored, options, plan.left);
    if (!options.quantize_unaccelerated) {
        leave_islands(graph, rules, ignored, inputs, plan.left);
    }
    request_outputs(graph, rules, ignored, inputs);
    inputs = hoist(graph, rules, ignored, std::move(inputs));
    if (rules.fused_additions) {
        FusedAdditions(graph, inputs).release();
    }
    plan.quantizers = merge_siblings(graph, rules, inputs);
    for (auto& quantizer : plan.quantizers) {
        quantizer.prefix = part.prefix;
    }
    choose_schemes(graph, rules, options, plan);
    for (auto& remark : plan.left) {
        remark.operation = part.prefix + remark.operation;
    }
    return plan;
}

/// Adds what was planned for a body.
void append(QuantizerPlan& plan, QuantizerPlan&& body) {
    std::size_t groups = 0;
    for (const auto& quantizer : plan.quantizers) {
        groups = std::max(groups, quantizer.group ? *quantizer.group + 1 : 0);
    }
    for (auto& quantizer : body.quantizers) {
        quantizer.group = quantizer.group ? std::optional(*quantizer.group + groups) : std::nullopt;
        plan.quantizers.push_back(std::move(quantizer));
    }
    std::move(body.left.begin(), body.left.end(), std::back_inserter(plan.left));
}

}  // namespace

QuantizerPlan place_quantizers(const ov::Model& model, const Options& options) {
    const HardwareRules rules = rules_for(options);
    QuantizerPlan plan;
    plan.is_transformer = options.model_type == ModelType::Transformer ||
                          (options.model_type == ModelType::Auto && !find_transformer(GraphIndex(model)).empty());
    plan.saturation_fix = rules.saturation_fix;
    if (options.ignored.skip_model) {
        return plan;
    }
    for (const auto& part : all_graphs(model)) {
        if (part.is_measurable) {
            append(plan, place_in_graph(part, rules, options, plan.is_transformer));
        }
    }
    return plan;
}

void remove_quantizer(QuantizerPlan& plan, std::size_t quantizer, const std::string& reason) {
    std::set<const ov::Node*> operations;
    for (const auto& input : plan.quantizers[quantizer].inputs) {
        operations.insert(input.operations.begin(), input.operations.end());
    }
    std::set<std::string> named;
    const auto release = [&](Quantizer& candidate) {
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
    };
    std::vector<Quantizer> kept;
    for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
        auto& candidate = plan.quantizers[q];
        if (serves(candidate, operations)) {
            release(candidate);
        }
        if (q != quantizer && !candidate.inputs.empty()) {
            kept.push_back(std::move(candidate));
        }
    }
    plan.quantizers = std::move(kept);
}

}  // namespace octet
