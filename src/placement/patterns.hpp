#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/index.hpp"

namespace octet {

/// A group of connected operations, described as data (src/placement/rules/ignored_patterns.json).
struct Pattern {
    struct Node {
        std::vector<std::string> types;
        std::vector<std::size_t> inputs;  ///< earlier nodes of the pattern that feed this one
        bool has_constant = false;        ///< another input is a constant
        bool is_bias = false;             ///< no other operation reads the convolution that this one reads
        std::vector<std::string> kept{};  ///< of `types`, those that take part in the match only
    };
    std::string name;
    std::vector<Node> nodes;
    bool is_single = false;  ///< every node but the last has one consumer
    bool is_fused = false;   ///< what it covers runs inside another operation at no cost
};

/// For each operation by number: is it computed from ShapeOf and constants alone?
std::vector<bool> find_shape_subgraphs(const GraphIndex& graph);

/// The patterns of the embedded table that hold for every device or are of one of `sets`, each optional node spelt out.
std::vector<Pattern> ignored_patterns(const std::set<std::string>& sets);

/// The operations that the patterns cover, by number, with the first such pattern. What is computed from shapes counts
/// as a constant, as it is one in POT.
std::map<std::size_t, const Pattern*> match_patterns(const GraphIndex& graph, const std::vector<Pattern>& patterns);

}  // namespace octet
