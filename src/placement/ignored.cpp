#include "placement/ignored.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include <openvino/op/ops.hpp>
#include <re2/re2.h>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "placement/patterns.hpp"

namespace octet {
namespace {

constexpr std::string_view kRegexPrefix = "re:";

/// Types that POT leaves in floating point in transformers: residual additions and normalizations.
const std::set<std::string> kTransformerTypes{"Add",        "Multiply",          "Power", "Squeeze", "Subtract",
                                              "ReduceMean", "SquaredDifference", "MVN"};

bool is_constant(const ov::Node& node) {
    return ov::is_type<ov::op::v0::Constant>(&node);
}

/// Everything that is computed from ShapeOf and constants alone.
void add_shape_subgraphs(const GraphIndex& graph, IgnoredOperations& ignored) {
    std::vector<bool> is_shape(graph.size(), false);
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto& node = graph[i];
        bool has_shape = ov::is_type<ov::op::v3::ShapeOf>(&node) || ov::is_type<ov::op::v0::ShapeOf>(&node);
        if (!has_shape) {
            bool has_value = false;
            for (const auto& input : node.input_values()) {
                const auto* source = input.get_node();
                has_shape = has_shape || is_shape[graph.number(source)];
                has_value = has_value || !(is_shape[graph.number(source)] || is_constant(*source));
            }
            has_shape = has_shape && !has_value;
        }
        is_shape[i] = has_shape;
        if (has_shape) {
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
            if (is_visited[next] || is_constant(*source) ||
                (is_weighted(*source) && find_constant(source->input_value(1)))) {
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
    bool fits(const ov::Node& node) const {
        return regex_ ? RE2::FullMatch(node.get_friendly_name(), *regex_) : node.get_friendly_name() == name_;
    }

private:
    const std::string& name_;
    std::unique_ptr<RE2> regex_;
};

bool has_type(const ov::Node& node, const std::string& type) {
    return lower_case(node.get_type_name()) == lower_case(type);
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

void add_scope(const GraphIndex& graph, const IgnoredScope& scope, IgnoredOperations& ignored) {
    for (const auto& name : scope.names) {
        const NameFilter filter(name);
        for (const std::size_t i : select(graph, [&](const ov::Node& node) { return filter.fits(node); })) {
            ignored.reasons.emplace(i, "ignored scope");
        }
    }
    for (const auto& type : scope.types) {
        for (const std::size_t i : select(graph, [&](const ov::Node& node) { return has_type(node, type); })) {
            ignored.reasons.emplace(i, "ignored type");
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

void check_scope(const GraphIndex& graph, const IgnoredScope& scope) {
    for (const auto& name : scope.names) {
        const NameFilter filter(name);
        if (select(graph, [&](const ov::Node& node) { return filter.fits(node); }).empty()) {
            std::vector<std::string> known;
            for (const std::size_t i : select(graph, [](const ov::Node& node) { return !is_constant(node); })) {
                known.push_back(graph[i].get_friendly_name());
            }
            throw Error(ErrorCode::InvalidOption, "ignored scope",
                        "no operation is named \"" + name + "\"" + did_you_mean(name, known));
        }
    }
    for (const auto& type : scope.types) {
        if (select(graph, [&](const ov::Node& node) { return has_type(node, type); }).empty()) {
            std::set<std::string> known;
            for (std::size_t i = 0; i < graph.size(); ++i) {
                known.insert(graph[i].get_type_name());
            }
            throw Error(ErrorCode::InvalidOption, "ignored type",
                        "no operation is of type \"" + type + "\"" +
                            did_you_mean(type, std::vector<std::string>(known.begin(), known.end())));
        }
    }
}

IgnoredOperations find_ignored(const GraphIndex& graph, const IgnoredScope& scope, bool is_transformer) {
    IgnoredOperations ignored;
    add_scope(graph, scope, ignored);
    add_shape_subgraphs(graph, ignored);
    add_detection_tails(graph, ignored);
    const auto patterns = ignored_patterns();
    for (const auto& [number, pattern] : match_patterns(graph, patterns)) {
        ignored.reasons.emplace(number, "part of " + pattern->name);
        if (pattern->is_fused) {
            ignored.fused.insert(number);
        }
    }
    for (std::size_t i = 0; is_transformer && i < graph.size(); ++i) {
        if (kTransformerTypes.count(graph[i].get_type_name())) {
            ignored.reasons.emplace(i, "transformer");
        }
    }
    return ignored;
}

}  // namespace octet
