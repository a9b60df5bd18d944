#include "placement/schemes.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "octet/error.hpp"

#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "placement/ignored.hpp"

namespace octet {
namespace {

using Schemes = std::vector<Scheme>;

constexpr int kWideBits = 16;  // of TensorOptions::int16_scope

Schemes intersect_equal(const Schemes& a, const Schemes& b, int primary_bits) {
    Schemes common;
    for (const auto& left : a) {
        for (const auto& right : b) {
            if (left.mode == right.mode && left.granularity == right.granularity) {
                const bool is_right =
                    left.bits != primary_bits && (right.bits == primary_bits || right.bits < left.bits);
                common.push_back(is_right ? right : left);
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

Schemes intersect(const Schemes& a, const Schemes& b, int primary_bits) {
    const Schemes common = intersect_equal(a, b, primary_bits);
    return common.empty() ? intersect_equal(extend(a), extend(b), primary_bits) : common;
}

const TensorOptions& options_for(TensorKind kind, const Options& options) {
    return kind == TensorKind::Weights   ? options.weights
           : kind == TensorKind::Outputs ? options.outputs
                                         : options.activations;
}

bool is_as_wanted(const Scheme& scheme, const TensorOptions& wanted) {
    return scheme.bits == wanted.bits.value_or(scheme.bits) && scheme.mode == wanted.mode.value_or(scheme.mode) &&
           scheme.granularity == wanted.granularity.value_or(scheme.granularity) &&
           scheme.level_low == wanted.level_low.value_or(scheme.level_low) &&
           scheme.level_high == wanted.level_high.value_or(scheme.level_high);
}

Scheme overridden(Scheme scheme, const TensorOptions& wanted, bool is_weights) {
    const bool has_new_grid = wanted.bits.value_or(scheme.bits) != scheme.bits || wanted.mode.has_value();
    scheme.bits = wanted.bits.value_or(scheme.bits);
    scheme.mode = wanted.mode.value_or(scheme.mode);
    scheme.granularity = wanted.granularity.value_or(scheme.granularity);
    if (has_new_grid) {
        std::tie(scheme.level_low, scheme.level_high) = default_levels(scheme, is_weights);
    }
    scheme.level_low = wanted.level_low.value_or(scheme.level_low);
    scheme.level_high = wanted.level_high.value_or(scheme.level_high);
    return scheme;
}

/// Of a table's schemes those that are as the user asks; if there are none, all of them with his values.
Schemes as_wanted(const Schemes& schemes, const TensorOptions& wanted, bool is_weights) {
    Schemes fitting;
    std::copy_if(schemes.begin(), schemes.end(), std::back_inserter(fitting),
                 [&](const Scheme& scheme) { return is_as_wanted(scheme, wanted); });
    for (std::size_t i = 0; fitting.empty() && i < schemes.size(); ++i) {
        const Scheme made = overridden(schemes[i], wanted, is_weights);
        if (std::find(fitting.begin(), fitting.end(), made) == fitting.end()) {
            fitting.push_back(made);
        }
    }
    for (auto& scheme : fitting) {
        check_levels(scheme);
        scheme.is_signed |= wanted.level_low && wanted.level_high && *wanted.level_low < 0;
    }
    return fitting;
}

/// Is axis 1 of the tensor still the channel axis of the operations that want a range per channel?
bool keeps_channels(const Quantizer& quantizer, bool is_careful) {
    static const std::set<std::string> kKeepers{"MaxPool", "Concat", "Pad"};
    const auto& shape = quantizer.tensor.get_partial_shape();
    const auto keeps = [&](const QuantizedInput& input) {
        return !is_careful || kKeepers.count(input.node->get_type_name()) != 0 ||
               (input.operations.size() == 1 && input.operations[0] == input.node);
    };
    return shape.rank().is_static() && shape.size() > 2 && shape[1].is_static() &&
           std::all_of(quantizer.inputs.begin(), quantizer.inputs.end(), keeps);
}

/// Whose schemes count for a quantizer: the operations that it serves, or the one that makes its tensor.
std::vector<const ov::Node*> deciding_operations(const Quantizer& quantizer) {
    if (quantizer.kind == TensorKind::Outputs) {
        return {quantizer.tensor.get_node()};
    }
    std::vector<const ov::Node*> operations;
    for (const auto& input : quantizer.inputs) {
        operations.insert(operations.end(), input.operations.begin(), input.operations.end());
    }
    return operations;
}

/// What the user asks of each quantizer, by the operations that it serves.
class Wishes {
public:
    explicit Wishes(const Options& options) {
        for (const auto kind : {TensorKind::Weights, TensorKind::Activations, TensorKind::Outputs}) {
            const auto& wanted = options_for(kind, options);
            wishes_[kind] = {wanted, wanted, fits_any(wanted.int16_scope)};
            auto& wide = wishes_[kind].wide;
            wide.bits = kWideBits;
            wide.level_low = wide.level_high = std::nullopt;
        }
    }

    const TensorOptions& of(const Quantizer& quantizer) const {
        const auto& wishes = wishes_.at(quantizer.kind);
        const auto operations = deciding_operations(quantizer);
        const bool is_wide = std::any_of(operations.begin(), operations.end(), [&](const ov::Node* operation) {
            return wishes.is_wide(quantizer.prefix + operation->get_friendly_name());
        });
        return is_wide ? wishes.wide : wishes.usual;
    }

private:
    struct OfKind {
        TensorOptions usual, wide;
        std::function<bool(const std::string& name)> is_wide;
    };
    std::map<TensorKind, OfKind> wishes_;
};

/// The same schemes with one range for the whole tensor.
Schemes per_tensor(Schemes schemes) {
    for (auto& scheme : schemes) {
        scheme.granularity = Granularity::PerTensor;
    }
    return schemes;
}

Schemes candidates(const HardwareRules& rules, const Quantizer& quantizer, const TensorOptions& wanted) {
    Schemes common;
    bool is_first = true;
    for (const auto* operation : deciding_operations(quantizer)) {
        const auto* rule = rules.find(*operation);
        if (!rule && quantizer.kind == TensorKind::Outputs) {  // an Add without a rule, behind a weighted operation
            rule = rules.find(*operation->get_input_node_ptr(0));
        }
        if (!rule) {
            continue;
        }
        const auto schemes = as_wanted(rule->schemes(quantizer.kind), wanted, quantizer.kind == TensorKind::Weights);
        if (schemes.empty()) {
            continue;
        }
        common = is_first ? schemes : intersect(common, schemes, rules.primary_bits);
        is_first = false;
    }
    return quantizer.kind == TensorKind::Activations && !keeps_channels(quantizer, rules.careful_propagation)
               ? per_tensor(common)
               : common;
}

Scheme pick(const Schemes& schemes, TensorKind kind, Preset preset) {
    const bool is_first = kind == TensorKind::Weights ? preset != Preset::Accuracy : preset == Preset::Performance;
    return is_first ? schemes.front() : schemes.back();
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
                flood(q);
                const bool is_unified = std::any_of(bridges_.begin(), bridges_.end(),
                                                    [this](std::size_t bridge) { return unifies(bridge); });
                if (is_unified && members_.size() > 1) {
                    groups.emplace_back(members_.begin(), members_.end());
                }
            }
        }
        add_port_groups(groups);
        return merged(groups);
    }

private:
    /// Groups that share a quantizer are one.
    static std::vector<std::vector<std::size_t>> merged(const std::vector<std::vector<std::size_t>>& groups) {
        std::vector<std::set<std::size_t>> disjoint;
        for (const auto& group : groups) {
            std::set<std::size_t> members(group.begin(), group.end());
            std::erase_if(disjoint, [&](const std::set<std::size_t>& other) {
                const bool is_shared =
                    std::any_of(other.begin(), other.end(), [&](std::size_t q) { return members.count(q) != 0; });
                if (is_shared) {
                    members.insert(other.begin(), other.end());
                }
                return is_shared;
            });
            disjoint.push_back(std::move(members));
        }
        std::vector<std::vector<std::size_t>> result;
        for (const auto& members : disjoint) {
            result.emplace_back(members.begin(), members.end());
        }
        return result;
    }

    void add_port_groups(std::vector<std::vector<std::size_t>>& groups) const {
        for (std::size_t number = 0; number < graph_.size(); ++number) {
            const auto ports = rules_.unified_ports.find(graph_[number].get_type_name());
            if (ports == rules_.unified_ports.end()) {
                continue;
            }
            for (const auto& group : ports->second) {
                std::set<std::size_t> members;
                for (const std::size_t port : group) {
                    if (const auto quantizer = quantizer_above(number, port)) {
                        members.insert(*quantizer);
                    }
                }
                const bool has_weights = std::any_of(members.begin(), members.end(), [this](std::size_t q) {
                    return plan_.quantizers[q].kind == TensorKind::Weights;
                });
                if (members.size() > 1 && !has_weights) {
                    groups.emplace_back(members.begin(), members.end());
                }
            }
        }
    }

    /// The quantizer that `number` reads on `port`, directly or above operations that keep values.
    std::optional<std::size_t> quantizer_above(std::size_t number, std::size_t port) const {
        while (port < graph_[number].get_input_size()) {
            if (const auto found = by_input_.find({number, port}); found != by_input_.end()) {
                return found->second;
            }
            number = graph_.number(graph_[number].get_input_node_ptr(port));
            port = 0;
            if (!rules_.is_agnostic(graph_[number])) {
                break;
            }
        }
        return std::nullopt;
    }

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
            open_.push_back(graph_.number(input.node));
        }
    }

    /// Adds the quantizers and bridges that are found from a quantizer.
    void flood(std::size_t q) {
        visit_quantizer(q);
        while (!open_.empty()) {
            const std::size_t number = open_.back();
            open_.pop_back();
            visit_operation(number);
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
                open_.push_back(graph_.number(node.get_input_node_ptr(port)));
            }
        }
        for_each_free_consumer(number, [this](std::size_t next) { open_.push_back(next); });
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

    /// A Concat needs one range where a convolution or MatMul reads it and nothing wants it per channel.
    bool unifies(std::size_t bridge) const {
        if (!rules_.is_agnostic(graph_[bridge])) {
            return true;
        }
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
    std::vector<std::size_t> open_;  // operations to visit
};

bool feeds_activation_matmul(const Quantizer& quantizer) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(), [](const QuantizedInput& input) {
        return std::any_of(input.operations.begin(), input.operations.end(), [](const ov::Node* operation) {
            return std::string(operation->get_type_name()) == "MatMul" && !find_constant(operation->input_value(1));
        });
    });
}

}  // namespace

std::pair<std::int64_t, std::int64_t> default_levels(const Scheme& scheme, bool is_weights) {
    const std::int64_t half = std::int64_t{1} << (scheme.bits - 1);
    const bool is_narrow = is_weights && scheme.mode == Mode::Symmetric;
    return {is_narrow ? 1 - half : -half, half - 1};
}

void check_levels(const Scheme& scheme) {
    constexpr std::uint64_t kFewest = 3, kMost = std::uint64_t{1} << 32;
    const auto difference =
        static_cast<std::uint64_t>(scheme.level_high) - static_cast<std::uint64_t>(scheme.level_low);
    if (scheme.level_low >= scheme.level_high || difference + 1 < kFewest || difference >= kMost) {
        throw Error(ErrorCode::InvalidOption, "level_low, level_high",
                    "expected 3 to 2^32 levels from the lower to the higher; got " + std::to_string(scheme.level_low) +
                        " to " + std::to_string(scheme.level_high));
    }
}

void choose_schemes(const GraphIndex& graph, const HardwareRules& rules, const Options& options, QuantizerPlan& plan) {
    const Wishes wishes(options);
    std::vector<Schemes> allowed;
    for (std::size_t q = 0; q < plan.quantizers.size();) {
        auto schemes = candidates(rules, plan.quantizers[q], wishes.of(plan.quantizers[q]));
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
        plan.quantizers[q].scheme = pick(allowed[q], plan.quantizers[q].kind, options.preset);
    }
    std::size_t number = 0;
    for (const auto& group : Unifier(graph, rules, plan).groups()) {
        Schemes common = allowed[group[0]];
        const bool is_wide = std::any_of(
            group.begin(), group.end(), [&](std::size_t q) { return wishes.of(plan.quantizers[q]).bits == kWideBits; });
        for (const std::size_t q : group) {
            common = intersect(common, allowed[q], is_wide ? kWideBits : rules.primary_bits);
        }
        if (common.empty()) {
            continue;
        }
        const auto is_per_channel = [](const Scheme& s) { return s.granularity == Granularity::PerChannel; };
        if (std::all_of(common.begin(), common.end(), is_per_channel)) {
            common = per_tensor(common);  // asked for by the user: channels of different tensors share no range
        }
        std::erase_if(common, is_per_channel);
        for (const std::size_t q : group) {
            plan.quantizers[q].scheme = pick(common, TensorKind::Activations, options.preset);
            plan.quantizers[q].group = number;
        }
        ++number;
    }
    for (auto& quantizer : plan.quantizers) {
        if (plan.is_transformer && rules.attention_is_symmetric && quantizer.kind == TensorKind::Activations &&
            feeds_activation_matmul(quantizer)) {
            quantizer.scheme.mode = Mode::Symmetric;
        }
    }
}

std::vector<std::string> unused_scopes(const QuantizerPlan& plan, const Options& options) {
    constexpr std::pair<TensorKind, const char*> kSections[] = {
        {TensorKind::Weights, "weights"}, {TensorKind::Activations, "activations"}, {TensorKind::Outputs, "outputs"}};
    std::vector<std::string> unused;
    for (const auto& [kind, section] : kSections) {
        for (const auto& entry : options_for(kind, options).int16_scope) {
            const std::vector<std::string> entries{entry};  // which the filter refers to
            const auto is_named = fits_any(entries);
            const bool is_used = std::any_of(
                plan.quantizers.begin(), plan.quantizers.end(), [&, kind = kind](const Quantizer& quantizer) {
                    const auto operations = deciding_operations(quantizer);
                    return quantizer.kind == kind &&
                           std::any_of(operations.begin(), operations.end(), [&](const ov::Node* each) {
                               return is_named(quantizer.prefix + each->get_friendly_name());
                           });
                });
            if (!is_used) {
                unused.push_back(std::string(section) + ".int16_scope: " + entry);
            }
        }
    }
    return unused;
}

}  // namespace octet
