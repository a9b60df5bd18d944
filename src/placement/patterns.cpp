#include "placement/patterns.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/group_conv.hpp>
#include <openvino/op/shape_of.hpp>

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

/// What `row` says of `key`: nothing, all of `types` (true), or the types that it lists.
std::vector<std::string> read_choice(const Json& row, const char* key, const Json& classes,
                                     const std::vector<std::string>& types) {
    const Json choice = row.value(key, Json(false));
    return choice.is_array() ? read_types(classes, choice) : choice ? types : std::vector<std::string>{};
}

bool has(const std::vector<std::string>& types, const ov::Node& node) {
    return std::find(types.begin(), types.end(), node.get_type_name()) != types.end();
}

bool is_shared_convolution(const ov::Output<ov::Node>& output) {
    return ov::is_type_any_of<ov::op::v1::Convolution, ov::op::v1::GroupConvolution>(output.get_node()) &&
           output.get_target_inputs().size() > 1;
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
        if (row.contains("optional")) {
            const bool is_left_out = (without & bit) != 0;
            bit <<= 1;
            if (is_left_out) {
                numbers[row.at("id")] = inputs.at(0);
                auto& types = pattern.nodes[inputs[0]].types;
                const auto behind = read_choice(row, "optional", classes, types);
                std::erase_if(types, [&](const auto& type) {
                    return std::find(behind.begin(), behind.end(), type) == behind.end();
                });
                continue;
            }
        }
        numbers[row.at("id")] = pattern.nodes.size();
        const auto types = read_types(classes, row.at("type"));
        const bool is_bias = row.value("bias", false);
        pattern.nodes.push_back(
            {types, inputs, is_bias || row.value("const", false), is_bias, read_choice(row, "keep", classes, types)});
    }
    return pattern;
}

/// The operations that `node` reads, each once.
std::vector<const ov::Node*> producers(const ov::Node& node) {
    std::vector<const ov::Node*> found;
    for (const auto& input : node.input_values()) {
        if (std::find(found.begin(), found.end(), input.get_node()) == found.end()) {
            found.push_back(input.get_node());
        }
    }
    return found;
}

/// Finds all ways to lay a pattern over the graph, from a given last node upwards.
class Matcher {
public:
    Matcher(const GraphIndex& graph, const std::vector<bool>& computes_shape, const Pattern& pattern)
        : graph_(graph), computes_shape_(computes_shape), pattern_(pattern), found_(pattern.nodes.size(), nullptr) {}

    /// For each way, the operations in the order of the pattern's nodes.
    std::vector<std::vector<const ov::Node*>> match(const ov::Node& last) {
        matches_.clear();
        const std::size_t number = found_.size() - 1;
        if (fits(number, last)) {
            found_[number] = &last;
            place_inputs(number, 0);
        }
        return matches_;
    }

private:
    bool fits(std::size_t number, const ov::Node& node) const {
        const auto& wanted = pattern_.nodes[number];
        if (!graph_.contains(&node) || !has(wanted.types, node)) {
            return false;
        }
        if (pattern_.is_single && number + 1 < pattern_.nodes.size() &&
            node.output(0).get_target_inputs().size() != 1) {
            return false;
        }
        const auto inputs = node.input_values();
        const auto is_known = [&](const ov::Output<ov::Node>& input) {
            return find_constant(input) != nullptr || computes_shape_[graph_.number(input.get_node())];
        };
        return (!wanted.has_constant || std::any_of(inputs.begin(), inputs.end(), is_known)) &&
               (!wanted.is_bias || std::none_of(inputs.begin(), inputs.end(), is_shared_convolution));
    }

    /// Places the inputs of node `number` from `which` on, then those of the nodes before it.
    void place_inputs(std::size_t number, std::size_t which) {
        if (found_[number] == nullptr) {
            return;  // not reached from the last node: the table is wrong
        }
        const auto& inputs = pattern_.nodes[number].inputs;
        if (which == inputs.size()) {
            if (number > 0) {
                place_inputs(number - 1, 0);
            } else if (is_exact()) {
                matches_.push_back(found_);
            }
            return;
        }
        const std::size_t wanted = inputs[which];
        const auto* const placed = found_[wanted];
        for (const auto* source : producers(*found_[number])) {
            if (placed != nullptr ? source == placed : fits(wanted, *source)) {
                found_[wanted] = source;
                place_inputs(number, which + 1);
            }
        }
        found_[wanted] = placed;
    }

    /// Do the operations found read of each other what the pattern says and, as in POT, no more? x * x is no scale of
    /// x.
    bool is_exact() const {
        for (std::size_t number = 0; number < found_.size(); ++number) {
            const auto inputs = found_[number]->input_values();
            const auto read = std::count_if(inputs.begin(), inputs.end(), [&](const auto& input) {
                return input.get_node()->get_output_size() == 1 &&
                       std::find(found_.begin(), found_.end(), input.get_node()) != found_.end();
            });
            if (static_cast<std::size_t>(read) > pattern_.nodes[number].inputs.size()) {
                return false;
            }
        }
        return true;
    }

    const GraphIndex& graph_;
    const std::vector<bool>& computes_shape_;
    const Pattern& pattern_;
    std::vector<const ov::Node*> found_;
    std::vector<std::vector<const ov::Node*>> matches_;
};

}  // namespace

std::vector<bool> find_shape_subgraphs(const GraphIndex& graph) {
    std::vector<bool> found(graph.size(), false);
    const auto is_shape = [&](const ov::Node* node) { return found[graph.number(node)]; };
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto sources = producers(graph[i]);
        found[i] = ov::is_type_any_of<ov::op::v0::ShapeOf, ov::op::v3::ShapeOf>(&graph[i]) ||
                   (std::any_of(sources.begin(), sources.end(), is_shape) &&
                    std::all_of(sources.begin(), sources.end(), [&](const ov::Node* source) {
                        return is_shape(source) || ov::is_type<ov::op::v0::Constant>(source);
                    }));
    }
    return found;
}

std::vector<Pattern> ignored_patterns(const std::set<std::string>& sets) {
    const Json json = Json::parse(embedded::ignored_patterns, nullptr, true, /*ignore_comments=*/true);
    std::vector<Pattern> patterns;
    for (const auto& row : json.at("patterns")) {
        if (row.contains("set") && !sets.count(row.at("set"))) {
            continue;
        }
        const auto& nodes = row.at("nodes");
        const auto optional =
            std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.contains("optional"); });
        for (unsigned without = 0; without < (1U << optional); ++without) {
            patterns.push_back(read_variant(row, json.at("classes"), without));
        }
    }
    return patterns;
}

std::map<std::size_t, const Pattern*> match_patterns(const GraphIndex& graph, const std::vector<Pattern>& patterns) {
    std::map<std::size_t, const Pattern*> covered;
    const auto computes_shape = find_shape_subgraphs(graph);
    for (const auto& pattern : patterns) {
        Matcher matcher(graph, computes_shape, pattern);
        for (std::size_t i = 0; i < graph.size(); ++i) {
            for (const auto& match : matcher.match(graph[i])) {
                for (std::size_t k = 0; k < match.size(); ++k) {
                    if (!has(pattern.nodes[k].kept, *match[k])) {
                        covered.emplace(graph.number(match[k]), &pattern);
                    }
                }
            }
        }
    }
    return covered;
}

}  // namespace octet
