#include "placement/ignored.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <openvino/op/ops.hpp>
#include <openvino/opsets/opset.hpp>
#include <re2/re2.h>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/attributes.hpp"
#include "graph/bodies.hpp"
#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "placement/patterns.hpp"

namespace octet {
namespace {

constexpr std::string_view kRegexPrefix = "re:";

bool is_constant(const ov::Node& node) {
    return ov::is_type<ov::op::v0::Constant>(&node);
}

void add_shape_subgraphs(const GraphIndex& graph, IgnoredOperations& ignored) {
    const auto computes_shape = find_shape_subgraphs(graph);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (computes_shape[i]) {
            ignored.reasons.emplace(i, "computes a shape");
        }
    }
}

/// Post-processing of detectors: what lies between the last weighted operation and NonMaxSuppression or TopK.
void add_detection_tails(const GraphIndex& graph, IgnoredOperations& ignored) {
    std::vector<bool> is_visited(graph.size(), false);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const std::string type = graph[i].get_type_name();
        if (type == "TopK" || type.find("NonMaxSuppression") != std::string::npos || type == "MatrixNms" ||
            type == "MulticlassNms") {
            open.push_back(i);
        }
    }
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        for (const auto& input : graph[number].input_values()) {
            const auto* source = input.get_node();
            const std::size_t next = graph.number(source);
            if (is_visited[next] || is_constant(*source) || is_weighted(*source)) {
                continue;
            }
            is_visited[next] = true;
            ignored.reasons.emplace(next, "prepares a detection output");
            open.push_back(next);
        }
    }
}

/// Does an operation's name fit a scope's entry: a name, or re:EXPRESSION?
class NameFilter {
public:
    explicit NameFilter(const std::string& entry) : name_(entry) {
        if (entry.starts_with(kRegexPrefix)) {
            regex_ = std::make_unique<RE2>(entry.substr(kRegexPrefix.size()), RE2::Quiet);
            if (!regex_->ok()) {
                throw Error(ErrorCode::InvalidOption, "ignored scope",
                            "\"" + entry + "\" is no regular expression: " + regex_->error());
            }
        }
    }
    bool fits(const std::string& name) const {
        return regex_ ? RE2::FullMatch(name, *regex_) : name == name_;
    }

private:
    const std::string& name_;
    std::unique_ptr<RE2> regex_;
};

/// As in POT, Convolution stands for GroupConvolution, too.
bool has_type(const ov::Node& node, const std::string& type) {
    const std::string own = lower_case(node.get_type_name()), wanted = lower_case(type);
    return own == wanted || (own == "groupconvolution" && wanted == "convolution");
}

/// The number that `text` is, whole; else nothing.
std::optional<double> number_in(const std::string& text) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && rest == text.data() + text.size() ? std::optional<double>(number) : std::nullopt;
}

/// The parts of a list with commas between, in lower case and without blanks.
std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char letter : lower_case(text)) {
        if (letter == ',') {
            parts.emplace_back();
        } else if (letter != ' ') {
            parts.back() += letter;
        }
    }
    return parts;
}

/// Do two attributes say the same? "1, 2" is "1,2", and 1.0 is 1.
bool is_same_value(const std::string& a, const std::string& b) {
    const auto first = parts_of(a), second = parts_of(b);
    return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                      [](const std::string& x, const std::string& y) {
                          const auto number = number_in(x);
                          return x == y || (number && number == number_in(y));
                      });
}

bool has_attributes(const ov::Node& node, const std::map<std::string, std::string>& attributes) {
    return std::all_of(attributes.begin(), attributes.end(), [&](const auto& wanted) {
        const std::string value = attribute(node, wanted.first);
        return !value.empty() && is_same_value(value, wanted.second);
    });
}

/// The operations that `fits`.
template <class Filter>
std::vector<std::size_t> select(const GraphIndex& graph, const Filter& fits) {
    std::vector<std::size_t> selected;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (fits(graph[i])) {
            selected.push_back(i);
        }
    }
    return selected;
}

std::vector<std::size_t> predecessors(const GraphIndex& graph, std::size_t number) {
    std::vector<std::size_t> found;
    for (const auto& input : graph[number].input_values()) {
        found.push_back(graph.number(input.get_node()));
    }
    return found;
}

/// The operations of the given names, and all that `next` leads to from there.
template <class Next>
std::vector<bool> reach(const GraphIndex& graph, const std::vector<std::string>& names, const std::string& prefix,
                        const Next& next) {
    std::vector<bool> is_reached(graph.size(), false);
    std::vector<std::size_t> open;
    for (const auto& name : names) {
        const NameFilter filter(name);
        for (std::size_t i = 0; i < graph.size(); ++i) {
            if (filter.fits(prefix + graph[i].get_friendly_name()) && !is_reached[i]) {
                is_reached[i] = true;
                open.push_back(i);
            }
        }
    }
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        for (const std::size_t other : next(number)) {
            if (!is_reached[other]) {
                is_reached[other] = true;
                open.push_back(other);
            }
        }
    }
    return is_reached;
}

/// The operations on a way from one end of the region to the other.
std::vector<std::size_t> members(const GraphIndex& graph, const IgnoredRegion& region, const std::string& prefix) {
    const auto below =
        reach(graph, region.inputs, prefix, [&](std::size_t number) { return graph.successors(number); });
    const auto above =
        reach(graph, region.outputs, prefix, [&](std::size_t number) { return predecessors(graph, number); });
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (below[i] && above[i]) {
            found.push_back(i);
        }
    }
    return found;
}

void add_scope(const GraphIndex& graph, const IgnoredScope& scope, const std::string& prefix,
               IgnoredOperations& ignored) {
    for (const auto& name : scope.names) {
        const NameFilter filter(name);
        for (const std::size_t i :
             select(graph, [&](const ov::Node& node) { return filter.fits(prefix + node.get_friendly_name()); })) {
            ignored.reasons.emplace(i, "ignored scope");
        }
    }
    for (const auto& entry : scope.types) {
        for (const std::size_t i : select(graph, [&](const ov::Node& node) {
                 return has_type(node, entry.type) && has_attributes(node, entry.attributes);
             })) {
            ignored.reasons.emplace(i, "ignored type");
        }
    }
    for (const auto& region : scope.regions) {
        for (const std::size_t i : members(graph, region, prefix)) {
            ignored.reasons.emplace(i, "ignored region");
        }
    }
}

/// A quantizer of a reader could not move above the operation that it reads.
void add_readers_of_ignored(const GraphIndex& graph, const HardwareRules& rules, IgnoredOperations& ignored) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (ignored.contains(i) && rules.is_agnostic(graph[i])) {
            for (const std::size_t reader : graph.successors(i)) {
                ignored.reasons.emplace(reader, "reads an ignored " + std::string(graph[i].get_type_name()));
            }
        }
    }
}

bool is_activation_matmul(const ov::Node& node) {
    return ov::is_type<ov::op::v0::MatMul>(&node) && !find_constant(node.input_value(0)) &&
           !find_constant(node.input_value(1));
}

/// Does a MatMul of two activations read `node`, directly or behind operations that only move values?
bool reaches_matmul(const GraphIndex& graph, std::size_t number) {
    static const std::set<std::string> kMovers{"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Convert", "Identity"};
    std::vector<std::size_t> open{number};
    std::set<std::size_t> seen;
    while (!open.empty()) {
        const std::size_t current = open.back();
        open.pop_back();
        for (const std::size_t next : graph.successors(current)) {
            if (is_activation_matmul(graph[next])) {
                return true;
            }
            if (kMovers.count(graph[next].get_type_name()) && seen.insert(next).second) {
                open.push_back(next);
            }
        }
    }
    return false;
}

bool is_layer_normalization(const ov::Node& node) {
    const auto* mvn = ov::as_type<const ov::op::v6::MVN>(&node);
    const auto rank = node.get_input_size() ? node.get_input_partial_shape(0).rank() : ov::Rank();
    if (!mvn || rank.is_dynamic() || rank.get_length() > 3) {
        return false;
    }
    const auto axes = find_constant(node.input_value(1));
    if (!axes || ov::shape_size(axes->get_shape()) != 1) {
        return false;
    }
    const auto axis = axes->cast_vector<int64_t>()[0];
    return axis == -1 || axis == rank.get_length() - 1;
}

}  // namespace

std::string find_transformer(const GraphIndex& graph) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto& node = graph[i];
        const std::string type = node.get_type_name();
        if (type == "ScaledDotProductAttention" || (type == "Softmax" && reaches_matmul(graph, i))) {
            return "attention at " + node.get_friendly_name();
        }
        if (is_layer_normalization(node)) {
            return "layer normalization at " + node.get_friendly_name();
        }
    }
    return "";
}

namespace {

/// Throws where a region has no way from one end to the other.
void check_region(const ov::Model& model, const IgnoredRegion& region) {
    for (const auto& part : all_graphs(model)) {
        if (!members(GraphIndex(*part.model), region, part.prefix).empty()) {
            return;
        }
    }
    throw Error(ErrorCode::InvalidOption, "ignored region",
                "there is no way from " + quoted(region.inputs) + " to " + quoted(region.outputs) +
                    "; expected ends of which the second comes after the first");
}

/// What is to be told of a type that no operation has: a remark, or an error where OpenVINO does not have it either.
/// `is_met`: an operation of the type has the attributes.
std::string check_type(const IgnoredType& entry, bool is_met, const std::set<std::string>& types) {
    const std::string& type = entry.type;
    const std::string wanted = lower_case(type);
    const auto is_wanted = [&](const std::string& known) { return lower_case(known) == wanted; };
    if (std::any_of(types.begin(), types.end(), is_wanted) ||
        (wanted == "convolution" && types.count("GroupConvolution"))) {
        return is_met ? "" : "ignored type: no " + type + " of the model has all the attributes given";
    }
    std::vector<std::string> all(types.begin(), types.end());
    for (const auto& [name, make] : ov::get_available_opsets()) {
        for (const auto& info : make().get_types_info()) {
            all.emplace_back(info.name);
        }
    }
    if (std::none_of(all.begin(), all.end(), is_wanted)) {
        throw Error(ErrorCode::InvalidOption, "ignored type",
                    "no operation is of type \"" + type + "\"" + did_you_mean(type, all));
    }
    return "ignored type: no operation of the model is of type \"" + type + "\"";
}

}  // namespace

void check_names(const ov::Model& model, const std::vector<std::string>& names, const std::string& option) {
    std::vector<std::string> known;
    for (const auto& part : all_graphs(model)) {
        for (const auto& node : part.model->get_ordered_ops()) {
            if (!is_constant(*node)) {
                known.push_back(part.prefix + node->get_friendly_name());
            }
        }
    }
    for (const auto& name : names) {
        const NameFilter filter(name);
        if (std::none_of(known.begin(), known.end(), [&](const auto& each) { return filter.fits(each); })) {
            throw Error(ErrorCode::InvalidOption, option,
                        "no operation is named \"" + name + "\"" + did_you_mean(name, known));
        }
    }
}

std::vector<std::string> check_scope(const ov::Model& model, const IgnoredScope& scope) {
    constexpr const char* kOption = "ignored scope";
    std::vector<std::shared_ptr<ov::Node>> nodes;
    std::set<std::string> types;
    for (const auto& part : all_graphs(model)) {
        for (const auto& node : part.model->get_ordered_ops()) {
            if (!is_constant(*node)) {
                types.insert(node->get_type_name());
                nodes.push_back(node);
            }
        }
    }
    check_names(model, scope.names, kOption);
    for (const auto& region : scope.regions) {
        check_names(model, region.inputs, kOption);
        check_names(model, region.outputs, kOption);
        check_region(model, region);
    }
    std::vector<std::string> remarks;
    for (const auto& entry : scope.types) {
        const bool is_met = std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) {
            return has_type(*node, entry.type) && has_attributes(*node, entry.attributes);
        });
        if (auto remark = check_type(entry, is_met, types); !remark.empty()) {
            remarks.push_back(std::move(remark));
        }
    }
    return remarks;
}

std::function<bool(const std::string& name)> fits_any(const std::vector<std::string>& names) {
    const auto filters = std::make_shared<std::vector<NameFilter>>();  // a function can be copied, a filter cannot
    for (const auto& name : names) {
        filters->emplace_back(name);
    }
    return [filters](const std::string& name) {
        return std::any_of(filters->begin(), filters->end(),
                           [&](const NameFilter& filter) { return filter.fits(name); });
    };
}

IgnoredOperations find_ignored(const GraphIndex& graph, const HardwareRules& rules, const Options& options,
                               bool is_transformer, const std::string& prefix) {
    IgnoredOperations asked;
    add_scope(graph, options.ignored, prefix, asked);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (is_transformer && rules.transformer_types.count(graph[i].get_type_name())) {
            asked.reasons.emplace(i, "transformer");
        }
    }
    add_readers_of_ignored(graph, rules, asked);
    IgnoredOperations ignored;
    add_shape_subgraphs(graph, ignored);
    ignored.reasons.merge(asked.reasons);
    add_detection_tails(graph, ignored);
    auto sets = rules.pattern_sets;
    if (options.fuse_activation_scales && sets.count("fused")) {
        sets.insert("fused_activations");
    }
    const auto patterns = ignored_patterns(sets);
    for (const auto& [number, pattern] : match_patterns(graph, patterns)) {
        ignored.reasons.emplace(number, "part of " + pattern->name);
        if (pattern->is_fused) {
            ignored.fused.insert(number);
        }
    }
    return ignored;
}

}  // namespace octet
