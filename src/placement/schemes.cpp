#include "placement/schemes.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "graph/constants.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

using Schemes = std::vector<Scheme>;

Schemes intersect_equal(const Schemes& a, const Schemes& b) {
    Schemes common;
    for (const auto& left : a) {
        for (const auto& right : b) {
            if (left.mode == right.mode && left.granularity == right.granularity) {
                common.push_back(left.bits <= right.bits ? left : right);
                break;
            }
        }
    }
    return common;
}

/// Each scheme, then what it can fall back to: per tensor where it was per channel, symmetric where it was asymmetric.
Schemes extend(const Schemes& schemes) {
    Schemes extended;
    const auto add = [&](Scheme scheme) {
        if (std::find(extended.begin(), extended.end(), scheme) == extended.end()) {
            extended.push_back(scheme);
        }
    };
    for (const bool per_tensor : {true, false}) {
        for (const Mode mode : {Mode::Symmetric, Mode::Asymmetric}) {
            for (const auto& scheme : schemes) {
                const bool has_granularity = per_tensor || scheme.granularity == Granularity::PerChannel;
                if (has_granularity && (mode == Mode::Symmetric || scheme.mode == Mode::Asymmetric)) {
                    Scheme fallback = scheme;
                    fallback.mode = mode;
                    fallback.granularity = per_tensor ? Granularity::PerTensor : Granularity::PerChannel;
                    add(fallback);
                }
            }
        }
    }
    return extended;
}

Schemes intersect(const Schemes& a, const Schemes& b) {
    const Schemes common = intersect_equal(a, b);
    return common.empty() ? intersect_equal(extend(a), extend(b)) : common;
}

/// Is axis 1 of the tensor still the channel axis of the operations that want a range per channel?
bool keeps_channels(const Quantizer& quantizer) {
    static const std::set<std::string> kKeepers{"MaxPool", "Concat", "Pad"};
    const auto& shape = quantizer.tensor.get_partial_shape();
    return shape.rank().is_static() && shape.size() > 2 && shape[1].is_static() &&
           std::all_of(quantizer.inputs.begin(), quantizer.inputs.end(), [](const QuantizedInput& input) {
               return kKeepers.count(input.node->get_type_name()) != 0 ||
                      (input.operations.size() == 1 && input.operations[0] == input.node);
           });
}

Schemes candidates(const HardwareRules& rules, const Quantizer& quantizer) {
    Schemes common;
    bool is_first = true;
    for (const auto& input : quantizer.inputs) {
        for (const auto* operation : input.operations) {
            const auto* rule = rules.find(*operation);
            const auto& schemes = quantizer.kind == TensorKind::Weights ? rule->weights : rule->activations;
            if (schemes.empty()) {
                continue;
            }
            common = is_first ? schemes : intersect(common, schemes);
            is_first = false;
        }
    }
    if (quantizer.kind == TensorKind::Activations && !keeps_channels(quantizer)) {
        common = extend(common);
        std::erase_if(common, [](const Scheme& scheme) { return scheme.granularity == Granularity::PerChannel; });
    }
    return common;
}

Scheme pick(const Schemes& schemes, TensorKind kind, Preset preset) {
    return kind == TensorKind::Weights || preset == Preset::Performance ? schemes.front() : schemes.back();
}

/// Finds the quantizers that must share one range.
class Unifier {
public:
    Unifier(const GraphIndex& graph, const HardwareRules& rules, const QuantizerPlan& plan)
        : graph_(graph), rules_(rules), plan_(plan) {
        for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
            for (const auto& input : plan.quantizers[q].inputs) {
                by_input_[{graph.number(input.node), input.port}] = q;
            }
        }
    }

    /// Groups of two or more quantizers, each in ascending order.
    std::vector<std::vector<std::size_t>> groups() {
        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t q = 0; q < plan_.quantizers.size(); ++q) {
            if (plan_.quantizers[q].kind == TensorKind::Activations && !seen_quantizers_.count(q)) {
                bridges_.clear();
                members_.clear();
                visit_quantizer(q);
                const bool is_unified = std::any_of(bridges_.begin(), bridges_.end(),
                                                    [this](std::size_t bridge) { return unifies(bridge); });
                if (is_unified && members_.size() > 1) {
                    groups.emplace_back(members_.begin(), members_.end());
                }
            }
        }
        return groups;
    }

private:
    bool is_unifiable(std::size_t number) const {
        return rules_.unified.count(graph_[number].get_type_name()) != 0;
    }
    bool is_passed(std::size_t number) const {
        return rules_.is_agnostic(graph_[number]) || is_unifiable(number);
    }

    void visit_quantizer(std::size_t q) {
        if (!seen_quantizers_.insert(q).second) {
            return;
        }
        members_.insert(q);
        for (const auto& input : plan_.quantizers[q].inputs) {
            visit_operation(graph_.number(input.node));
        }
    }

    void visit_operation(std::size_t number) {
        if (!is_passed(number) || !seen_operations_.insert(number).second) {
            return;
        }
        const auto& node = graph_[number];
        if (is_unifiable(number)) {
            const auto inputs = node.input_values();
            if (std::none_of(inputs.begin(), inputs.end(), [](const auto& input) { return find_constant(input); })) {
                bridges_.insert(number);
            }
        }
        for (std::size_t port = 0; port < node.get_input_size(); ++port) {
            if (const auto found = by_input_.find({number, port}); found != by_input_.end()) {
                if (plan_.quantizers[found->second].kind == TensorKind::Activations) {
                    visit_quantizer(found->second);
                }
            } else if (node.get_input_element_type(port).is_real()) {
                visit_operation(graph_.number(node.get_input_node_ptr(port)));
            }
        }
        for_each_free_consumer(number, [this](std::size_t next) { visit_operation(next); });
    }

    template <class Action>
    void for_each_free_consumer(std::size_t number, const Action& action) const {
        for (const auto& output : graph_[number].outputs()) {
            for (const auto& input : graph_.consumers(output)) {
                const std::size_t next = graph_.number(input.get_node());
                if (input.get_element_type().is_real() && !by_input_.count({next, input.get_index()})) {
                    action(next);
                }
            }
        }
    }

    /// A bridge needs one range where a convolution or MatMul reads it and nothing wants it per channel.
    bool unifies(std::size_t bridge) const {
        std::set<std::size_t> seen{bridge};
        std::vector<std::size_t> open{bridge};
        bool has_weighted = false;
        bool has_per_channel = false;
        while (!open.empty()) {
            const std::size_t number = open.back();
            open.pop_back();
            for_each_free_consumer(number, [&](std::size_t next) {
                const auto& node = graph_[next];
                const auto* rule = rules_.find(node);
                if (rule && !rules_.is_agnostic(node)) {
                    has_weighted = has_weighted || is_weighted(node);
                    const auto& schemes = rule->activations;
                    has_per_channel |=
                        !schemes.empty() && std::all_of(schemes.begin(), schemes.end(), [](const auto& s) {
                            return s.granularity == Granularity::PerChannel;
                        });
                } else if (rules_.is_agnostic(node) && seen.insert(next).second) {
                    open.push_back(next);
                }
            });
        }
        return has_weighted && !has_per_channel;
    }

    const GraphIndex& graph_;
    const HardwareRules& rules_;
    const QuantizerPlan& plan_;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> by_input_;
    std::set<std::size_t> seen_quantizers_, seen_operations_, members_, bridges_;
};

bool feeds_activation_matmul(const Quantizer& quantizer) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(), [](const QuantizedInput& input) {
        return std::any_of(input.operations.begin(), input.operations.end(), [](const ov::Node* operation) {
            return std::string(operation->get_type_name()) == "MatMul" && !find_constant(operation->input_value(1));
        });
    });
}

}  // namespace

void choose_schemes(const GraphIndex& graph, const HardwareRules& rules, Preset preset, QuantizerPlan& plan) {
    std::vector<Schemes> allowed;
    for (std::size_t q = 0; q < plan.quantizers.size();) {
        auto schemes = candidates(rules, plan.quantizers[q]);
        if (schemes.empty()) {
            remove_quantizer(plan, q, "its operations have no scheme in common");
            allowed.clear();
            q = 0;
            continue;
        }
        allowed.push_back(std::move(schemes));
        ++q;
    }
    for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
        plan.quantizers[q].scheme = pick(allowed[q], plan.quantizers[q].kind, preset);
    }
    std::size_t number = 0;
    for (const auto& group : Unifier(graph, rules, plan).groups()) {
        Schemes common = allowed[group[0]];
        for (const std::size_t q : group) {
            common = intersect(common, allowed[q]);
        }
        std::erase_if(common, [](const Scheme& s) { return s.granularity == Granularity::PerChannel; });
        if (common.empty()) {
            continue;
        }
        for (const std::size_t q : group) {
            plan.quantizers[q].scheme = pick(common, TensorKind::Activations, preset);
            plan.quantizers[q].group = number;
        }
        ++number;
    }
    for (auto& quantizer : plan.quantizers) {
        if (plan.is_transformer && quantizer.kind == TensorKind::Activations && feeds_activation_matmul(quantizer)) {
            quantizer.scheme.mode = Mode::Symmetric;
        }
    }
}

}  // namespace octet
