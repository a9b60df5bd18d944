#include "statistics/body_tensors.hpp"

#include <openvino/op/ops.hpp>

#include "octet/error.hpp"

namespace octet {
namespace {

/// Leads a tensor of body number `body` out of `parent`.
ov::Output<ov::Node> lead_out_of(ov::op::util::MultiSubGraphOp& parent, std::size_t body,
                                 const ov::Output<ov::Node>& tensor) {
    if (auto* loop = dynamic_cast<ov::op::util::SubGraphOp*>(&parent)) {
        const auto row = std::make_shared<ov::op::v0::Unsqueeze>(
            tensor, ov::op::v0::Constant::create(ov::element::i64, ov::Shape{1}, {0}));
        const auto result = std::make_shared<ov::op::v0::Result>(row);
        loop->get_function()->add_results({result});
        return loop->get_concatenated_slices(result->output(0), 0, 1, 1, -1, 0);
    }
    auto& branch = dynamic_cast<ov::op::v8::If&>(parent);
    const auto rank = static_cast<std::size_t>(tensor.get_partial_shape().rank().get_length());
    ov::ResultVector results;
    for (std::size_t i = 0; i < 2; ++i) {
        const auto none = ov::op::v0::Constant::create(tensor.get_element_type(), ov::Shape(rank, 0), {0});
        results.push_back(std::make_shared<ov::op::v0::Result>(i == body ? tensor : none->output(0)));
        branch.get_function(i)->add_results({results.back()});
    }
    return branch.set_output(results[0], results[1]);
}

}  // namespace

BodyCopy::BodyCopy(const ov::Model& model) : model_(model.clone()), graphs_(all_graphs(*model_)) {
    const auto originals = all_graphs(model);
    for (std::size_t g = 0; g < originals.size(); ++g) {
        const auto from = originals[g].model->get_ordered_ops(), to = graphs_.at(g).model->get_ordered_ops();
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (from[i]->get_friendly_name() != to.at(i)->get_friendly_name()) {
                throw Error(ErrorCode::Internal, from[i]->get_friendly_name(), "the model's copy has another order");
            }
            places_[from[i].get()] = {to[i], g};
        }
    }
}

ov::Output<ov::Node> BodyCopy::find(const ov::Output<ov::Node>& tensor) const {
    return places_.at(tensor.get_node()).node->output(tensor.get_index());
}

ov::Output<ov::Node> BodyCopy::lead_out(const ov::Output<ov::Node>& tensor, ov::Output<ov::Node> made) {
    for (const auto* graph = &graphs_[places_.at(tensor.get_node()).graph]; graph->parent;
         graph = &graphs_[graph->outer]) {
        made = lead_out_of(*graph->parent, graph->body, made);
    }
    return made;
}

}  // namespace octet
