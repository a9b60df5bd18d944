#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>

namespace octet {

/// The model itself, or the body of a TensorIterator, Loop or If in it, at any depth.
struct SubGraph {
    const ov::Model* model = nullptr;
    std::string prefix{};                             ///< what stands before the names of its operations:
                                                      ///< `outer|inner|`, or nothing
    ov::op::util::MultiSubGraphOp* parent = nullptr;  ///< whose body it is; null: the model itself
    std::size_t body = 0;                             ///< which of the parent's bodies
    std::size_t outer = 0;                            ///< the parent's own graph, by its place in all_graphs()
    bool is_measurable = true;                        ///< can its tensors be led out? Not those of a branch of If
                                                      ///< within a loop, as not every iteration has them
};

/// The model first, then every body, outer before inner, in topological order of their operations.
std::vector<SubGraph> all_graphs(const ov::Model& model);

}  // namespace octet
