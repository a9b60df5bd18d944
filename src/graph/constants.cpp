#include "graph/constants.hpp"

#include <openvino/op/convert.hpp>

namespace octet {

std::shared_ptr<ov::op::v0::Constant> find_constant(const ov::Output<ov::Node>& output) {
    auto node = output.get_node_shared_ptr();
    if (ov::is_type<ov::op::v0::Convert>(node)) {
        node = node->get_input_node_shared_ptr(0);
    }
    return ov::as_type_ptr<ov::op::v0::Constant>(node);
}

std::vector<float> float_values(const ov::op::v0::Constant& constant) {
    return constant.cast_vector<float>();
}

}  // namespace octet
