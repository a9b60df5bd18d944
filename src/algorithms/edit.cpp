#include "algorithms/edit.hpp"

#include <algorithm>

#include <openvino/core/rt_info.hpp>

#include "graph/bias.hpp"
#include "graph/constants.hpp"

namespace octet {
namespace {

constexpr std::size_t kWeightsPort = 1;

std::string weights_quantizer_name(const QuantizedInput& reader) {
    return reader.node->get_friendly_name() + "/fq_weights_" + std::to_string(reader.port);
}

/// After the first of its readers by name, as placement names it.
void rename_weights_quantizer(Quantizer& quantizer) {
    std::vector<std::string> names;
    std::transform(quantizer.inputs.begin(), quantizer.inputs.end(), std::back_inserter(names), weights_quantizer_name);
    quantizer.name = *std::min_element(names.begin(), names.end());
}

bool reads_weights(const QuantizedInput& reader, const ov::Node& node) {
    return reader.node == &node && reader.port == kWeightsPort;
}

/// The quantizer of `node`'s weights now stands on `fresh`; readers that keep the old constant keep a quantizer of it.
void follow_weights(QuantizerPlan& plan, const ov::Node& node, const ov::Output<ov::Node>& fresh) {
    for (auto quantizer = plan.quantizers.begin(); quantizer != plan.quantizers.end(); ++quantizer) {
        auto& inputs = quantizer->inputs;
        const auto reader =
            std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return reads_weights(input, node); });
        if (reader == inputs.end()) {
            continue;
        }
        if (inputs.size() == 1) {
            quantizer->tensor = fresh;
            return;
        }
        Quantizer own = *quantizer;
        own.tensor = fresh;
        own.inputs = {*reader};
        rename_weights_quantizer(own);
        inputs.erase(reader);
        rename_weights_quantizer(*quantizer);
        plan.quantizers.insert(quantizer + 1, std::move(own));
        return;
    }
}

/// What was planned for and measured on one tensor holds for another.
void follow_output(Context& context, const ov::Output<ov::Node>& before, const ov::Output<ov::Node>& now) {
    context.statistics.rename(before, now);
    for (auto& quantizer : context.plan.quantizers) {
        quantizer.tensor = quantizer.tensor == before ? now : quantizer.tensor;
    }
}

}  // namespace

bool change_bias(Context& context, ov::Node& node, const std::vector<double>& values) {
    const auto before = biased_output(node);
    if (!set_bias(node, values)) {
        return false;
    }
    if (const auto now = biased_output(node); before != now) {
        follow_output(context, before, now);
    }
    return true;
}

void remove_bias(Context& context, ov::Node& node) {
    const auto before = biased_output(node);
    const auto own = node.output(0);
    if (before == own) {
        return;
    }
    auto& tensor = before.get_tensor();
    const auto names = tensor.get_names();
    tensor.set_names({});
    for (auto reader : before.get_target_inputs()) {
        reader.replace_source_output(own);
    }
    own.get_tensor().add_names(names);
    follow_output(context, before, own);
}

void change_weights(Context& context, ov::Node& node, const std::vector<float>& values) {
    const auto source = node.input_value(kWeightsPort);
    const auto old = find_constant(source);
    const auto fresh = ov::op::v0::Constant::create(source.get_element_type(), old->get_shape(), values);
    const bool is_shared = source.get_target_inputs().size() > 1;
    fresh->set_friendly_name(old->get_friendly_name() + (is_shared ? "/" + node.get_friendly_name() : ""));
    ov::copy_runtime_info(old, fresh);
    node.input(kWeightsPort).replace_source_output(fresh);
    follow_weights(context.plan, node, fresh);
}

}  // namespace octet
