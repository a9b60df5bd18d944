#include "graph/bodies.hpp"

#include <openvino/op/if.hpp>

namespace octet {
namespace {

bool is_within_loop(const std::vector<SubGraph>& graphs, std::size_t number) {
    for (; graphs[number].parent; number = graphs[number].outer) {
        if (!ov::is_type<ov::op::v8::If>(graphs[number].parent)) {
            return true;
        }
    }
    return false;
}

void collect(std::size_t outer, std::vector<SubGraph>& found) {
    for (const auto& node : found[outer].model->get_ordered_ops()) {
        auto* parent = ov::as_type<ov::op::util::MultiSubGraphOp>(node.get());
        for (std::size_t body = 0; parent && body < parent->get_functions().size(); ++body) {
            const bool is_branch = ov::is_type<ov::op::v8::If>(parent);
            found.push_back(
                {.model = parent->get_functions()[body].get(),
                 .prefix = found[outer].prefix + node->get_friendly_name() + "|",
                 .parent = parent,
                 .body = body,
                 .outer = outer,
                 .is_measurable = found[outer].is_measurable && !(is_branch && is_within_loop(found, outer))});
            collect(found.size() - 1, found);
        }
    }
}

}  // namespace

std::vector<SubGraph> all_graphs(const ov::Model& model) {
    std::vector<SubGraph> found{{.model = &model}};
    collect(0, found);
    return found;
}

}  // namespace octet
