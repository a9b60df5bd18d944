#include "placement/islands.hpp"

#include <numeric>
#include <set>

#include "graph/constants.hpp"
#include "placement/ignored.hpp"
#include "placement/rules.hpp"

namespace octet {
namespace {

/// Sets of operations that are joined.
class Islands {
public:
    explicit Islands(std::size_t size) : parents_(size) {
        std::iota(parents_.begin(), parents_.end(), std::size_t{0});
    }

    std::size_t island_of(std::size_t number) {
        while (parents_[number] != number) {
            number = parents_[number] = parents_[parents_[number]];
        }
        return number;
    }

    void join(std::size_t a, std::size_t b) {
        parents_[island_of(a)] = island_of(b);
    }

private:
    std::vector<std::size_t> parents_;
};

class Release {
public:
    Release(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored, InputSet& inputs,
            std::vector<Remark>& left)
        : graph_(graph), rules_(rules), ignored_(ignored), inputs_(inputs), left_(left) {
        for (const auto& [edge, request] : inputs) {
            quantized_.insert(edge.first);
        }
    }

    void release_ends() {
        std::vector<bool> is_read(graph_.size(), false);  // by an operation in INT8, at once or further down
        for (std::size_t number = graph_.size(); number-- > 0;) {
            for (const auto& output : graph_[number].outputs()) {
                for (const auto& input : graph_.consumers(output)) {
                    const std::size_t reader = graph_.number(input.get_node());
                    is_read[number] = is_read[number] || inputs_.count({reader, input.get_index()}) ||
                                      (!quantized_.count(reader) && passes(reader) && is_read[reader]);
                }
            }
            if (is_quantized(number, Acceleration::Before) && !is_read[number]) {
                release(number, "nothing that reads it runs in INT8");
            }
        }
    }

    void release_islands() {
        Islands islands(graph_.size());
        for (std::size_t number = 0; number < graph_.size(); ++number) {
            for (const auto& source : graph_[number].input_values()) {
                const std::size_t maker = graph_.number(source.get_node());
                if (!find_constant(source) && connects(number) && connects(maker)) {
                    islands.join(number, maker);
                }
            }
        }
        std::set<std::size_t> gaining;  // islands
        for (const std::size_t number : quantized_) {
            if (is_quantized(number, Acceleration::Always)) {
                gaining.insert(islands.island_of(number));
            }
        }
        for (const std::size_t number : std::set(quantized_)) {
            if (!gaining.count(islands.island_of(number))) {
                release(number, "no neighbour runs in INT8");
            }
        }
    }

private:
    bool is_quantized(std::size_t number, Acceleration acceleration) const {
        return quantized_.count(number) && rules_.find(graph_[number])->acceleration == acceleration;
    }

    bool passes(std::size_t number) const {
        const auto& node = graph_[number];
        return ignored_.contains(number)
                   ? ignored_.reasons.at(number) != "computes a shape"
                   : rules_.is_transparent(node) || rules_.fused_types.count(node.get_type_name());
    }

    bool connects(std::size_t number) const {
        return quantized_.count(number) || passes(number);
    }

    void release(std::size_t number, const char* reason) {
        const auto& node = graph_[number];
        std::erase_if(inputs_, [&](const auto& input) { return input.first.first == number; });
        quantized_.erase(number);
        left_.push_back({node.get_friendly_name(), node.get_type_name(), reason});
    }

    const GraphIndex& graph_;
    const HardwareRules& rules_;
    const IgnoredOperations& ignored_;
    InputSet& inputs_;
    std::vector<Remark>& left_;
    std::set<std::size_t> quantized_;  // operations
};

}  // namespace

void leave_islands(const GraphIndex& graph, const HardwareRules& rules, const IgnoredOperations& ignored,
                   InputSet& inputs, std::vector<Remark>& left) {
    Release release(graph, rules, ignored, inputs, left);
    release.release_ends();
    release.release_islands();
}

}  // namespace octet
