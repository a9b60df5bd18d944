#include "graph/bias.hpp"

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "graph/constants.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

/// [1,..,C,..,1] of the output's rank.
ov::Shape bias_shape(const ov::Node& node, std::size_t channels) {
    const auto rank = static_cast<std::size_t>(node.get_output_partial_shape(0).rank().get_length());
    ov::Shape shape(rank, 1);
    shape[output_channel_axis(node)] = channels;
    return shape;
}

std::shared_ptr<ov::op::v0::Constant> make_bias(const ov::Node& node, const ov::Shape& shape,
                                                const std::vector<double>& values, const std::string& name) {
    const std::vector<float> rounded(values.begin(), values.end());
    auto constant = ov::op::v0::Constant::create(node.get_output_element_type(0), shape, rounded);
    constant->set_friendly_name(name);
    return constant;
}

}  // namespace

bool is_bias_shape(const ov::Node& node, const ov::Shape& shape) {
    const auto& output = node.get_output_partial_shape(0);
    if (output.rank().is_dynamic() || shape.size() > output.size()) {
        return false;
    }
    if (ov::shape_size(shape) == 1) {
        return true;
    }
    const std::size_t missing = output.size() - shape.size();  // leading axes of 1
    const std::size_t axis = output_channel_axis(node);
    return axis >= missing && ov::shape_size(shape) == shape[axis - missing] && output[axis] == shape[axis - missing];
}

bool add_to_bias(ov::Node& node, const std::vector<double>& shift) {
    if (node.get_output_partial_shape(0).rank().is_dynamic()) {
        return false;
    }
    if (const auto bias = find_bias(node)) {
        const auto constant = find_constant(bias->add->input_value(bias->port));
        if (!is_bias_shape(node, constant->get_shape())) {
            return false;
        }
        const auto old = constant->cast_vector<double>();
        std::vector<double> values(shift);
        for (std::size_t c = 0; c < values.size(); ++c) {
            values[c] += old[old.size() == 1 ? 0 : c];
        }
        const ov::Shape shape = old.size() == values.size() ? constant->get_shape() : bias_shape(node, values.size());
        const auto corrected = make_bias(node, shape, values, constant->get_friendly_name());
        ov::copy_runtime_info(constant, corrected);
        bias->add->input(bias->port).replace_source_output(corrected);
        return true;
    }
    auto output = node.output(0);
    const auto readers = output.get_target_inputs();
    const std::string name = node.get_friendly_name() + "/bias";
    const auto add = std::make_shared<ov::op::v1::Add>(
        output, make_bias(node, bias_shape(node, shift.size()), shift, name + "/value"));
    add->set_friendly_name(name);
    for (auto reader : readers) {
        reader.replace_source_output(add->output(0));
    }
    add->output(0).set_names(output.get_names());
    output.set_names({});
    return true;
}

}  // namespace octet
