#include "graph/index.hpp"

#include <algorithm>
#include <map>

namespace octet {

std::vector<ov::Input<ov::Node>> GraphIndex::consumers(const ov::Output<ov::Node>& output) const {
    std::map<std::pair<std::size_t, std::size_t>, ov::Input<ov::Node>> sorted;
    for (const auto& input : output.get_target_inputs()) {
        // A node that is not part of this model (another model may share the producer) does not count.
        if (contains(input.get_node())) {
            sorted.emplace(std::pair(number(input.get_node()), input.get_index()), input);
        }
    }
    std::vector<ov::Input<ov::Node>> inputs;
    for (const auto& [place, input] : sorted) {
        inputs.push_back(input);
    }
    return inputs;
}

std::vector<std::size_t> GraphIndex::successors(std::size_t node) const {
    std::vector<std::size_t> found;
    for (const auto& output : nodes_[node]->outputs()) {
        for (const auto& input : output.get_target_inputs()) {
            if (contains(input.get_node())) {
                found.push_back(number(input.get_node()));
            }
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace octet
