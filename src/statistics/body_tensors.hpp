#pragma once

#include <map>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>

#include "graph/bodies.hpp"

namespace octet {

/// A copy of a model in which tensors of bodies can be read from outside.
class BodyCopy {
public:
    explicit BodyCopy(const ov::Model& model);

    const std::shared_ptr<ov::Model>& model() const {
        return model_;
    }

    /// What `tensor` of the original is in the copy.
    ov::Output<ov::Node> find(const ov::Output<ov::Node>& tensor) const;

    /// Leads a vector out to the main graph which was made, in the copy, from find(tensor): its values in all
    /// iterations as rows, [iterations, n], of nested loops [outer, inner, n]; none where a branch of If was not taken.
    /// Expects a body that is_measurable. Of the main graph: `made` itself.
    ov::Output<ov::Node> lead_out(const ov::Output<ov::Node>& tensor, ov::Output<ov::Node> made);

private:
    struct Place {
        std::shared_ptr<ov::Node> node;
        std::size_t graph = 0;
    };
    std::shared_ptr<ov::Model> model_;
    std::vector<SubGraph> graphs_;
    std::map<const ov::Node*, Place> places_;  // by the original's operation; looked up only
};

}  // namespace octet
