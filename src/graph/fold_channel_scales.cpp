#include "graph/fold_channel_scales.hpp"

#include <algorithm>
#include <memory>

#include <openvino/op/constant.hpp>
#include <openvino/op/fake_quantize.hpp>
#include <openvino/op/multiply.hpp>

#include "graph/constants.hpp"

namespace octet {
namespace {

constexpr const char* kMark = "octet_channel_scale";

bool is_along_axis_1(const ov::Shape& shape) {
    return shape.size() > 1 && shape[1] == ov::shape_size(shape);
}

bool has_scalar_limits(const ov::Node& node) {
    const auto* quantizer = ov::as_type<const ov::op::v0::FakeQuantize>(&node);
    const auto is_scalar = [&](std::size_t port) {
        const auto limit = find_constant(node.input_value(port));
        return limit && ov::shape_size(limit->get_shape()) == 1;
    };
    return quantizer && is_scalar(1) && is_scalar(2);
}

void divide_limit(ov::Node& quantizer, std::size_t port, const ov::op::v0::Constant& factors) {
    const auto old = find_constant(quantizer.input_value(port));
    const double limit = double{float_values(*old)[0]};
    auto values = float_values(factors);
    std::transform(values.begin(), values.end(), values.begin(),
                   [limit](float factor) { return static_cast<float>(limit / factor); });
    const auto fresh =
        ov::op::v0::Constant::create(quantizer.get_input_element_type(port), factors.get_shape(), values);
    fresh->set_friendly_name(old->get_friendly_name());
    quantizer.input(port).replace_source_output(fresh);
}

}  // namespace

ov::Output<ov::Node> make_channel_scale(const ov::Output<ov::Node>& tensor, const ov::Shape& shape,
                                        const std::vector<float>& factors, const std::string& name) {
    const auto constant = ov::op::v0::Constant::create(tensor.get_element_type(), shape, factors);
    constant->set_friendly_name(name + "/factors");
    const auto multiply = std::make_shared<ov::op::v1::Multiply>(tensor, constant);
    multiply->set_friendly_name(name);
    multiply->get_rt_info()[kMark] = true;
    return multiply;
}

void fold_channel_scales(ov::Model& model) {
    for (const auto& node : model.get_ordered_ops()) {
        if (!node->get_rt_info().erase(kMark) || !is_along_axis_1(node->get_input_shape(1))) {
            continue;
        }
        const auto readers = node->output(0).get_target_inputs();
        if (!std::all_of(readers.begin(), readers.end(),
                         [](const auto& reader) { return has_scalar_limits(*reader.get_node()); })) {
            continue;
        }
        const auto factors = find_constant(node->input_value(1));
        for (auto reader : readers) {
            divide_limit(*reader.get_node(), 1, *factors);
            divide_limit(*reader.get_node(), 2, *factors);
            reader.replace_source_output(node->input_value(0));
        }
    }
}

}  // namespace octet
