#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include <openvino/core/model.hpp>

namespace octet {

/// A model's operations in topological order, each with its number: what to walk instead of hashes or addresses.
class GraphIndex {
public:
    explicit GraphIndex(const ov::Model& model) : nodes_(model.get_ordered_ops()) {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            numbers_.emplace(nodes_[i].get(), i);
        }
    }

    std::size_t size() const {
        return nodes_.size();
    }
    ov::Node& operator[](std::size_t number) const {
        return *nodes_[number];
    }
    bool contains(const ov::Node* node) const {
        return numbers_.count(node) != 0;
    }
    std::size_t number(const ov::Node* node) const {
        return numbers_.at(node);
    }

    /// The inputs that read `output`, in topological order of their operations.
    std::vector<ov::Input<ov::Node>> consumers(const ov::Output<ov::Node>& output) const;

    /// The operations that read any output of operation `number`, ascending, each once.
    std::vector<std::size_t> successors(std::size_t number) const;

private:
    std::vector<std::shared_ptr<ov::Node>> nodes_;
    std::unordered_map<const ov::Node*, std::size_t> numbers_;
};

}  // namespace octet
