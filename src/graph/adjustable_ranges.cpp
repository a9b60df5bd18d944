#include "graph/adjustable_ranges.hpp"

#include <map>

#include <openvino/core/graph_util.hpp>
#include <openvino/op/ops.hpp>

#include "graph/expand_fake_quantize.hpp"

namespace octet {
namespace {

using Inputs = std::array<std::shared_ptr<ov::op::v0::Parameter>, kRangeInputs>;

Inputs make_inputs() {
    Inputs inputs;
    for (auto& input : inputs) {
        input = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{});
    }
    return inputs;
}

void replace(const std::shared_ptr<ov::op::v0::FakeQuantize>& quantizer, const Inputs& inputs) {
    const auto& [low, inverse, step] = inputs;
    const auto number = [](double value) {
        return ov::op::v0::Constant::create(ov::element::f32, {}, {static_cast<float>(value)});
    };
    const auto type = quantizer->get_input_element_type(0);
    ov::Output<ov::Node> x = quantizer->input_value(0);
    if (type != ov::element::f32) {
        x = std::make_shared<ov::op::v0::Convert>(x, ov::element::f32);
    }
    x = std::make_shared<ov::op::v1::Subtract>(x, low);
    x = std::make_shared<ov::op::v1::Multiply>(x, inverse);
    x = std::make_shared<ov::op::v5::Round>(x, ov::op::v5::Round::RoundMode::HALF_TO_EVEN);
    x = std::make_shared<ov::op::v1::Maximum>(x, number(0));
    x = std::make_shared<ov::op::v1::Minimum>(x, number(static_cast<double>(quantizer->get_levels() - 1)));
    x = std::make_shared<ov::op::v1::Multiply>(x, step);
    x = std::make_shared<ov::op::v1::Add>(x, low);
    if (type != ov::element::f32) {
        x = std::make_shared<ov::op::v0::Convert>(x, type);
    }
    ov::replace_node(quantizer, x.get_node_shared_ptr());
}

}  // namespace

std::shared_ptr<ov::Model> adjustable_copy(const ov::Model& model, const std::vector<std::string>& names) {
    const auto copy = model.clone();
    std::map<std::string, std::shared_ptr<ov::op::v0::FakeQuantize>> quantizers;
    for (const auto& node : copy->get_ordered_ops()) {
        if (const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node)) {
            quantizers.emplace(node->get_friendly_name(), quantizer);
        }
    }
    for (const auto& name : names) {
        const auto inputs = make_inputs();
        copy->add_parameters({inputs.begin(), inputs.end()});
        if (const auto found = quantizers.find(name); found != quantizers.end()) {
            replace(found->second, inputs);
        }
    }
    expand_fake_quantize(*copy);
    return copy;
}

std::array<float, kRangeInputs> range_inputs(double low, double high, std::size_t levels) {
    const double step = (high - low) / static_cast<double>(levels - 1);
    return {static_cast<float>(low), static_cast<float>(1 / step), static_cast<float>(step)};
}

}  // namespace octet
