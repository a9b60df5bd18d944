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

void insert_bias(ov::Node& node, const std::vector<double>& values) {
    auto output = node.output(0);
    const auto readers = output.get_target_inputs();
    const std::string name = node.get_friendly_name() + "/bias";
    const auto add = std::make_shared<ov::op::v1::Add>(
        output, make_bias(node, bias_shape(node, values.size()), values, name + "/value"));
    add->set_friendly_name(name);
    for (auto reader : readers) {
        reader.replace_source_output(add->output(0));
    }
    add->output(0).set_names(output.get_names());
    output.set_names({});
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

ov::Output<ov::Node> biased_output(const ov::Node& node) {
    const auto bias = find_bias(node);
    return bias ? bias->add->output(0) : const_cast<ov::Node&>(node).output(0);
}

std::optional<std::vector<double>> bias_values(const ov::Node& node) {
    const auto& output = node.get_output_partial_shape(0);
    if (output.rank().is_dynamic() || output.size() <= output_channel_axis(node) ||
        output[output_channel_axis(node)].is_dynamic()) {
        return std::nullopt;
    }
    const auto channels = static_cast<std::size_t>(output[output_channel_axis(node)].get_length());
    const auto bias = find_bias(node);
    if (!bias) {
        return std::vector<double>(channels, 0);
    }
    const auto constant = find_constant(bias->add->input_value(bias->port));
    if (!is_bias_shape(node, constant->get_shape())) {
        return std::nullopt;
    }
    const auto values = constant->cast_vector<double>();
    return values.size() == 1 ? std::vector<double>(channels, values[0]) : values;
}

bool set_bias(ov::Node& node, const std::vector<double>& values) {
    const auto old = bias_values(node);
    if (!old || old->size() != values.size()) {
        return false;
    }
    const auto bias = find_bias(node);
    if (!bias) {
        insert_bias(node, values);
        return true;
    }
    const auto constant = find_constant(bias->add->input_value(bias->port));
    const bool keeps_shape = ov::shape_size(constant->get_shape()) == values.size();
    const auto fresh = make_bias(node, keeps_shape ? constant->get_shape() : bias_shape(node, values.size()), values,
                                 constant->get_friendly_name());
    ov::copy_runtime_info(constant, fresh);
    bias->add->input(bias->port).replace_source_output(fresh);
    return true;
}

}  // namespace octet
