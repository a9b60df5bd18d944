#include "graph/names.hpp"

#include <set>
#include <string>

#include <openvino/op/util/multi_subgraph_base.hpp>

namespace octet {
namespace {

// An unnamed node answers with the very string object of its automatic name.
bool is_unnamed(const ov::Node& node) {
    return &node.get_friendly_name() == &node.get_name();
}

class Namer {
public:
    explicit Namer(const ov::NodeVector& nodes) {
        for (const auto& node : nodes) {
            if (!is_unnamed(*node)) {
                taken_.insert(node->get_friendly_name());
            }
        }
    }

    void name(ov::Node& node, const std::string& wanted) {
        if (!is_unnamed(node)) {
            return;
        }
        std::string name = wanted;
        for (int i = 1; !taken_.insert(name).second; ++i) {
            name = wanted + "_" + std::to_string(i);
        }
        node.set_friendly_name(name);
    }

private:
    std::set<std::string> taken_;
};

}  // namespace

void name_unnamed_operations(const ov::Model& model) {
    const auto nodes = model.get_ordered_ops();
    Namer namer(nodes);
    // Results and other ends have no consumer; they are named after what they read.
    for (const auto& node : nodes) {
        if (node->get_output_size() == 0 || ov::is_type<ov::op::v0::Result>(node)) {
            const auto producer = node->get_input_size() ? node->get_input_node_ptr(0) : nullptr;
            const bool is_named = producer && !is_unnamed(*producer);
            namer.name(*node, (is_named ? producer->get_friendly_name() + "/" : "") + node->get_type_name());
        }
    }
    // From the ends upwards, so that a consumer has its name before its producers.
    for (auto it = nodes.rbegin(); it != nodes.rend(); ++it) {
        ov::Node& node = **it;
        namer.name(node, node.get_type_name());  // read by nothing in this model
        for (std::size_t port = 0; port < node.get_input_size(); ++port) {
            ov::Node& producer = *node.get_input_node_ptr(port);
            namer.name(producer,
                       node.get_friendly_name() + "/" + producer.get_type_name() + "_" + std::to_string(port));
        }
    }
    for (const auto& node : nodes) {
        if (const auto parent = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : parent->get_functions()) {
                name_unnamed_operations(*body);
            }
        }
    }
}

}  // namespace octet
