#include "placement/patterns.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "graph/constants.hpp"
#include "rules_text.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

std::vector<std::string> read_types(const Json& classes, const Json& names) {
    std::vector<std::string> types;
    for (const std::string name : names) {
        if (classes.contains(name)) {
            for (const std::string type : classes.at(name)) {
                types.push_back(type);
            }
        } else {
            types.push_back(name);
        }
    }
    return types;
}

/// One variant of a pattern: without the optional nodes whose bit in `without` is set.
Pattern read_variant(const Json& json, const Json& classes, unsigned without) {
    Pattern pattern;
    pattern.name = json.at("name");
    pattern.is_single = json.value("single", false);
    pattern.is_fused = json.value("fused", false);
    std::map<std::string, std::size_t> numbers;
    unsigned bit = 1;
    for (const auto& row : json.at("nodes")) {
        std::vector<std::size_t> inputs;
        for (const std::string input : row.value("inputs", Json::array())) {
            inputs.push_back(numbers.at(input));
        }
        if (row.value("optional", false)) {
            const bool is_left_out = (without & bit) != 0;
            bit <<= 1;
            if (is_left_out) {
                numbers[row.at("id")] = inputs.at(0);
                continue;
            }
        }
        numbers[row.at("id")] = pattern.nodes.size();
        pattern.nodes.push_back(
            {read_types(classes, row.at("type")), inputs, row.value("const", false), row.value("keep", false)});
    }
    return pattern;
}

/// Finds one way to lay a pattern over the graph, from a given last node upwards.
class Matcher {
public:
    Matcher(const GraphIndex& graph, const Pattern& pattern)
        : graph_(graph), pattern_(pattern), found_(pattern.nodes.size(), nullptr) {}

    /// The operations in the order of the pattern's nodes, or nothing.
    std::optional<std::vector<const ov::Node*>> match(const ov::Node& last) {
        std::fill(found_.begin(), found_.end(), nullptr);
        return place(pattern_.nodes.size() - 1, last) && complete(pattern_.nodes.size() - 1) ? std::optional(found_)
                                                                                             : std::nullopt;
    }

private:
    bool fits(std::size_t number, const ov::Node& node) const {
        const auto& wanted = pattern_.nodes[number];
        if (std::find(wanted.types.begin(), wanted.types.end(), node.get_type_name()) == wanted.types.end()) {
            return false;
        }
        if (pattern_.is_single && number + 1 < pattern_.nodes.size() &&
            node.output(0).get_target_inputs().size() != 1) {
            return false;
        }
        if (wanted.has_constant) {
            const auto inputs = node.input_values();
            return std::any_of(inputs.begin(), inputs.end(),
                               [](const auto& input) { return find_constant(input) != nullptr; });
        }
        return true;
    }

    bool place(std::size_t number, const ov::Node& node) {
        if (!graph_.contains(&node) || !fits(number, node)) {
            return false;
        }
        found_[number] = &node;
        return true;
    }

    /// Places the inputs of node `number`, then those of the nodes before it; goes back where a choice fails.
    bool complete(std::size_t number) {
        return place_inputs(number, 0);
    }

    bool place_inputs(std::size_t number, std::size_t which) {
        const auto& inputs = pattern_.nodes[number].inputs;
        if (which == inputs.size()) {
            return number == 0 || complete(number - 1);
        }
        const std::size_t wanted = inputs[which];
        if (found_[number] == nullptr) {
            return false;  // not reached from the last node: the table is wrong
        }
        for (const auto& source : found_[number]->input_values()) {
            const auto* node = source.get_node();
            if (found_[wanted] != nullptr) {
                if (found_[wanted] == node && place_inputs(number, which + 1)) {
                    return true;
                }
            } else if (place(wanted, *node)) {
                if (place_inputs(number, which + 1)) {
                    return true;
                }
                found_[wanted] = nullptr;
            }
        }
        return false;
    }

    const GraphIndex& graph_;
    const Pattern& pattern_;
    std::vector<const ov::Node*> found_;
};

}  // namespace

std::vector<Pattern> ignored_patterns(const std::set<std::string>& sets) {
    const Json json = Json::parse(embedded::ignored_patterns, nullptr, true, /*ignore_comments=*/true);
    std::vector<Pattern> patterns;
    for (const auto& row : json.at("patterns")) {
        if (row.contains("set") && !sets.count(row.at("set"))) {
            continue;
        }
        const auto& nodes = row.at("nodes");
        const auto optional =
            std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.value("optional", false); });
        for (unsigned without = 0; without < (1U << optional); ++without) {
            patterns.push_back(read_variant(row, json.at("classes"), without));
        }
    }
    return patterns;
}

std::map<std::size_t, const Pattern*> match_patterns(const GraphIndex& graph, const std::vector<Pattern>& patterns) {
    std::map<std::size_t, const Pattern*> covered;
    for (const auto& pattern : patterns) {
        Matcher matcher(graph, pattern);
        for (std::size_t i = 0; i < graph.size(); ++i) {
            const auto match = matcher.match(graph[i]);
            for (std::size_t k = 0; match && k < match->size(); ++k) {
                if (!pattern.nodes[k].is_kept) {
                    covered.emplace(graph.number((*match)[k]), &pattern);
                }
            }
        }
    }
    return covered;
}

}  // namespace octet
