#include "placement/hoist.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "graph/constants.hpp"

namespace octet {
namespace {

bool is_type(const ov::Node& node, const char* type) {
    return std::string(node.get_type_name()) == type;
}

/// Answers, for the quantized inputs as first requested, above which operations a quantizer may move.
class HoistCheck {
public:
    HoistCheck(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored,
               const InputSet& inputs)
        : graph_(graph), rules_(rules), ignored_(ignored), inputs_(inputs) {
        for (std::size_t number = graph.size(); number-- > 0;) {  // from below, so that no call goes deep
            if (rules.is_transparent(graph[number])) {
                needs_float(number);
            }
        }
    }

    bool may_pass(std::size_t number) {
        const auto& node = graph_[number];
        return rules_.is_agnostic(node) && !ignored_.contains(number) &&
               !(rules_.careful_propagation && (is_limit(node) || leaves_float_parts(node))) &&
               !needs_float(number).is_blocked;
    }

private:
    struct Below {
        bool is_blocked = false;  // an operation in floating point reads the tensor
        bool has_quantizer = false;
    };

    /// A Maximum or Minimum with a constant is an activation: it runs in its producer's own loop, and what it cuts off
    /// must not widen the range.
    static bool is_limit(const ov::Node& node) {
        return (is_type(node, "Maximum") || is_type(node, "Minimum")) &&
               (find_constant(node.input_value(0)) || find_constant(node.input_value(1)));
    }

    /// Does it pick a part of a tensor of which other readers take floating point? Their parts must not widen the
    /// range: a state that holds an LSTM's hidden state, within [-1, 1], and its cell state.
    bool leaves_float_parts(const ov::Node& node) {
        static const std::set<std::string> kPicking{"Gather", "Slice", "StridedSlice", "Crop"};
        if (!kPicking.count(node.get_type_name())) {
            return false;
        }
        const auto readers = graph_.consumers(node.input_value(0));
        return std::any_of(readers.begin(), readers.end(), [&](const auto& reader) {
            const auto& other = *reader.get_node();
            const std::size_t number = graph_.number(&other);
            return &other != &node && !is_type(other, "ShapeOf") && !inputs_.count({number, reader.get_index()}) &&
                   (!rules_.is_transparent(other) || needs_float(number).is_blocked);
        });
    }

    /// What lies below operation `number`, down to the first quantizers.
    Below needs_float(std::size_t number) {
        if (const auto known = below_.find(number); known != below_.end()) {
            return known->second;
        }
        Below below;
        for (const auto& output : graph_[number].outputs()) {
            for (const auto& input : graph_.consumers(output)) {
                const std::size_t next = graph_.number(input.get_node());
                const auto& consumer = *input.get_node();
                if (is_type(consumer, "ShapeOf")) {
                    continue;
                }
                if (inputs_.count({next, input.get_index()})) {
                    below.has_quantizer = true;
                    continue;
                }
                if (!rules_.is_transparent(consumer)) {
                    below.is_blocked = true;
                    continue;
                }
                const Below further = needs_float(next);
                const bool is_concat = is_type(consumer, "Concat");
                if (!is_concat || has_float_sibling(next, number)) {
                    below.is_blocked |= further.is_blocked || (is_concat && !further.has_quantizer);
                }
                below.has_quantizer |= further.has_quantizer;
            }
        }
        return below_[number] = below;
    }

    /// Does Concat `number` have another input, besides the one from `from`, that an operation other than those that
    /// keep values has made?
    bool has_float_sibling(std::size_t number, std::size_t from) {
        std::set<std::size_t> seen{from, number};
        std::vector<std::size_t> open{number};
        while (!open.empty()) {
            const std::size_t current = open.back();
            open.pop_back();
            for (std::size_t port = 0; port < graph_[current].get_input_size(); ++port) {
                const auto source = graph_[current].input_value(port);
                const std::size_t next = graph_.number(source.get_node());
                if (inputs_.count({current, port}) || find_constant(source) || !seen.insert(next).second) {
                    continue;
                }
                if (!rules_.is_transparent(*source.get_node())) {
                    return true;
                }
                open.push_back(next);
            }
        }
        return false;
    }

    const GraphIndex& graph_;
    const HardwareRules& rules_;
    const IgnoredOperations& ignored_;
    const InputSet inputs_;
    std::map<std::size_t, Below> below_;
};

/// The source of all inputs of a Concat whose only use is that Concat (a channel shuffle made of Split and Concat).
const ov::Node* common_source(const GraphIndex& graph, const ov::Node& concat) {
    const auto* source = concat.get_input_node_ptr(0);
    for (const auto& input : concat.input_values()) {
        if (input.get_node() != source) {
            return nullptr;
        }
    }
    const auto successors = graph.successors(graph.number(source));
    return concat.get_input_size() > 1 && source->get_output_size() > 1 && successors.size() == 1 ? source : nullptr;
}

/// A quantizer that moves is as strong as any other, whatever asked for it.
void ask(InputSet& inputs, std::size_t number, std::size_t port) {
    auto& request = inputs[{number, port}];
    request.input_priority = std::max(request.input_priority, 1);
}

}  // namespace

InputSet hoist(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored, InputSet inputs) {
    HoistCheck check(graph, rules, ignored, inputs);
    // The last inputs in topological order first: what moves up is met again further up.
    for (std::size_t number = graph.size(); number-- > 0;) {
        for (std::size_t port = 0; port < graph[number].get_input_size(); ++port) {
            if (!inputs.count({number, port})) {
                continue;
            }
            const std::size_t source = graph.number(graph[number].get_input_node_ptr(port));
            if (!check.may_pass(source)) {
                continue;
            }
            inputs.erase({number, port});
            const auto& node = graph[source];
            switch (rules.agnostic.at(node.get_type_name())) {
                case Hoist::FirstInput:
                    ask(inputs, source, 0);
                    break;
                case Hoist::AllInputs:
                    if (const auto* shuffle = common_source(graph, node);
                        shuffle && check.may_pass(graph.number(shuffle))) {
                        ask(inputs, graph.number(shuffle), 0);
                        break;
                    }
                    for (std::size_t i = 0; i < node.get_input_size(); ++i) {
                        ask(inputs, source, i);
                    }
                    break;
                case Hoist::VariableInputs:
                    for (std::size_t i = 0; i < node.get_input_size(); ++i) {
                        if (!find_constant(node.input_value(i)) && node.get_input_element_type(i).is_real()) {
                            ask(inputs, source, i);
                        }
                    }
                    break;
            }
        }
    }
    return inputs;
}

std::vector<ov::Node*> served_operations(const GraphIndex& graph, const HardwareRules& rules, const InputSet& inputs,
                                         std::pair<std::size_t, std::size_t> input) {
    std::set<std::size_t> served;
    std::set<std::size_t> seen{input.first};
    std::vector<std::size_t> open{input.first};
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        if (!rules.is_agnostic(graph[number])) {
            served.insert(number);
            continue;
        }
        for (const auto& output : graph[number].outputs()) {
            for (const auto& next : graph.consumers(output)) {
                const std::size_t consumer = graph.number(next.get_node());
                if (!inputs.count({consumer, next.get_index()}) && seen.insert(consumer).second) {
                    open.push_back(consumer);
                }
            }
        }
    }
    std::vector<ov::Node*> operations;
    for (const std::size_t number : served) {
        if (rules.find(graph[number])) {
            operations.push_back(&graph[number]);
        }
    }
    return operations;
}

}  // namespace octet
