#include <algorithm>
#include <cmath>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>
#include <openvino/op/util/convolution_base.hpp>

#include "graph/axis_symbols.hpp"
#include "graph/constants.hpp"
#include "graph/fold_rules.hpp"
#include "graph/weighted.hpp"

namespace octet::rewrite {

namespace {

using ov::op::v1::Add;
using ov::op::v1::Multiply;

std::vector<double> times(std::vector<double> a, const std::vector<double>& b) {
    std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::multiplies<>());
    return a;
}

// gamma (x - mean) / sqrt(var + eps) + beta    ==>    x * scale + shift, both [1,C,1,..]
bool split_batch_norm(const Node& node, Editor& editor, std::size_t data_port, double epsilon) {
    std::vector<std::size_t> ports{0, 1, 2, 3, 4};
    ports.erase(ports.begin() + static_cast<std::ptrdiff_t>(data_port));
    std::vector<std::vector<double>> numbers;  // gamma, beta, mean, variance
    for (const auto port : ports) {
        if (!find_constant(node->input_value(port))) {
            return false;
        }
        numbers.push_back(read(node->input_value(port)).values);
    }
    const auto rank = node->get_output_partial_shape(0).rank();
    if (rank.is_dynamic() || rank.get_length() < 2) {
        return false;
    }
    const std::size_t channels = numbers[0].size();
    Array scale{channel_shape(static_cast<std::size_t>(rank.get_length()), 1, channels), numbers[0]};
    Array shift{scale.shape, numbers[1]};
    for (std::size_t c = 0; c < channels; ++c) {
        scale.values[c] /= std::sqrt(numbers[3][c] + epsilon);
        shift.values[c] -= numbers[2][c] * scale.values[c];
    }
    const auto type = node->get_output_element_type(0);
    if (!are_storable(scale.values, type) || !are_storable(shift.values, type)) {
        return false;
    }
    const auto& name = node->get_friendly_name();
    const auto multiply =
        std::make_shared<Multiply>(node->input_value(data_port), make_constant(scale, type, name + "/scale/value"));
    multiply->set_friendly_name(name + "/scale");
    const auto add = std::make_shared<Add>(multiply, make_constant(shift, type, name + "/shift"));
    return editor.replace(node->output(0), add->output(0), "BatchNormInference made Multiply and Add");
}

bool split_batch_norm_v0(const Node& node, Editor& editor) {
    return split_batch_norm(node, editor, 2, ov::as_type_ptr<ov::op::v0::BatchNormInference>(node)->get_eps_value());
}
bool split_batch_norm_v5(const Node& node, Editor& editor) {
    return split_batch_norm(node, editor, 0, ov::as_type_ptr<ov::op::v5::BatchNormInference>(node)->get_eps_value());
}

// The constant of an elementwise operation by channel of the tensor it is applied to.
std::optional<std::vector<double>> channel_values(const Value& constant, std::size_t rank, std::size_t axis,
                                                  std::size_t channels) {
    const auto& shape = find_constant(constant)->get_shape();
    if (ov::shape_size(shape) > channels) {
        return std::nullopt;
    }
    return per_channel(read(constant), rank, axis, channels);
}

// What the weights were called, unless others go on reading those.
std::string weights_name(const Weighted& op, const Editor& editor) {
    const auto weights = op.node->input_value(1);
    return editor.count_readers(weights) > 1 ? op.node->get_friendly_name() + "/weights"
                                             : weights.get_node()->get_friendly_name();
}

Node with_weights(const Weighted& op, const Value& data, const Value& weights) {
    auto inputs = op.node->input_values();
    inputs[0] = data;
    inputs[1] = weights;
    return op.node->clone_with_new_inputs(inputs);
}

ov::Shape bias_shape(const Weighted& op) {
    return op.is_convolution ? channel_shape(op.out_rank, 1, op.out_channels()) : ov::Shape{op.out_channels()};
}

// Conv (W) [-> Add b] -> Multiply s    ==>    Conv (W s) [-> Add b s], s by output channel
// where nobody else reads what is between.
bool fold_scale_after(const Node& node, Editor& editor) {
    const auto scale = with_constant(node);
    if (!scale || !editor.has_one_reader(scale->data)) {
        return false;
    }
    const auto producer = scale->data.get_node_shared_ptr();
    const auto bias = ov::is_type<Add>(producer) ? with_constant(producer) : std::nullopt;
    const auto result = bias ? bias->data : scale->data;
    const auto op = editor.has_one_reader(result) ? find_weighted(result.get_node_shared_ptr()) : std::nullopt;
    if (!op) {
        return false;
    }
    const auto channels = op->out_channels();
    const auto factors = channel_values(scale->constant, op->out_rank, op->out_axis, channels);
    if (!factors || !are_safe_factors(*factors)) {
        return false;
    }
    const std::string what = std::string(producer == op->node ? "" : "bias and ") + "weights take the Multiply '" +
                             node->get_friendly_name() + "' behind";
    const auto weights = scaled_weights(*op, Side::Output, *factors, weights_name(*op, editor));
    if (!bias) {
        return weights && editor.replace_weighted(node->output(0), with_weights(*op, op->node->input_value(0), weights),
                                                  *op->node, what);
    }
    const auto shifts = channel_values(bias->constant, op->out_rank, op->out_axis, channels);
    if (!weights || !shifts || !are_storable(times(*shifts, *factors), node->get_output_element_type(0))) {
        return false;
    }
    const auto fresh = with_weights(*op, op->node->input_value(0), weights);
    ov::copy_runtime_info(op->node, fresh);
    fresh->set_friendly_name(op->node->get_friendly_name());
    const auto value = make_constant({bias_shape(*op), times(*shifts, *factors)}, node->get_output_element_type(0),
                                     op->node->get_friendly_name() + "/bias/value");
    return editor.replace(node->output(0), std::make_shared<Add>(fresh, value)->output(0), what);
}

// Multiply s -> Conv (W)    ==>    Conv (W s), s by input channel
bool fold_scale_before(const Node& node, Editor& editor) {
    const auto data = node->input_value(0);
    const auto multiply = data.get_node_shared_ptr();
    const auto scale =
        ov::is_type<Multiply>(multiply) && editor.has_one_reader(data) ? with_constant(multiply) : std::nullopt;
    const auto op = scale ? find_weighted(node) : std::nullopt;
    if (!op) {
        return false;
    }
    const auto factors = channel_values(scale->constant, op->in_rank, op->in_axis, op->in_channels());
    if (!factors || !are_safe_factors(*factors)) {
        return false;
    }
    const auto weights = scaled_weights(*op, Side::Input, *factors, weights_name(*op, editor));
    if (!weights) {
        return false;
    }
    const auto fresh = with_weights(*op, scale->data, weights);
    return editor.replace_weighted(node->output(0), fresh, *node,
                                   "weights take the Multiply '" + multiply->get_friendly_name() + "' in front");
}

// Does every weight meet data at every output position?
bool is_unpadded(const Node& node) {
    if (ov::is_type<ov::op::v0::MatMul>(node)) {
        return true;
    }
    const auto conv = ov::as_type_ptr<ov::op::util::ConvolutionFwdPropBase>(node);
    if (!conv) {
        return false;
    }
    if (conv->get_auto_pad() == ov::op::PadType::VALID) {
        return true;
    }
    const auto none = [](const ov::CoordinateDiff& pads) {
        return std::all_of(pads.begin(), pads.end(), [](auto pad) { return pad == 0; });
    };
    // SAME_* pads are known only once the shape is.
    const bool known =
        conv->get_auto_pad() == ov::op::PadType::EXPLICIT || node->get_output_partial_shape(0).is_static();
    return known && none(conv->get_pads_begin()) && none(conv->get_pads_end());
}

bool is_bias_of_another(const Value& data) {
    return find_weighted(data.get_node_shared_ptr()).has_value();
}

// Add b -> Conv (W)    ==>    Conv (W) -> Add W b, b by input channel, where no output position sees padding and the
// Add is no weighted operation's bias
bool fold_shift_before(const Node& node, Editor& editor) {
    const auto data = node->input_value(0);
    const auto add = data.get_node_shared_ptr();
    const auto shift = ov::is_type<Add>(add) && editor.has_one_reader(data) ? with_constant(add) : std::nullopt;
    const auto op = shift && is_unpadded(node) ? find_weighted(node) : std::nullopt;
    if (!op) {
        return false;
    }
    if (is_bias_of_another(shift->data)) {
        return false;
    }
    const auto shifts = channel_values(shift->constant, op->in_rank, op->in_axis, op->in_channels());
    if (!shifts || !are_safe_shifts(*shifts)) {
        return false;
    }
    const Array bias{bias_shape(*op), weights_times(*op, *shifts)};
    if (!are_safe_shifts(bias.values)) {
        return false;
    }
    const bool is_output = is_model_output(node->output(0));
    const auto name = node->get_friendly_name();
    const auto fresh = with_weights(*op, shift->data, node->input_value(1));
    ov::copy_runtime_info(node, fresh);
    const auto result =
        std::make_shared<Add>(fresh, make_constant(bias, node->get_output_element_type(0), name + "/bias/value"));
    if (!editor.replace(node->output(0), result->output(0),
                        "bias takes the Add '" + add->get_friendly_name() + "' in front")) {
        return false;
    }
    fresh->set_friendly_name(is_output ? name + "/WithoutBiases" : name);
    result->set_friendly_name(is_output ? name : name + "/bias");
    return true;
}

// Does a Squeeze, Unsqueeze or Reshape leave batch and channels the first two axes?
bool keeps_channels(const ov::Node& reshape) {
    const auto& from = reshape.get_input_partial_shape(0);
    const auto& to = reshape.get_output_partial_shape(0);
    if (from.rank().is_dynamic() || to.rank().is_dynamic() || from.size() < 2 || to.size() < 2) {
        return false;
    }
    const auto axes = ov::is_type<ov::op::v1::Reshape>(&reshape) || reshape.get_input_size() < 2
                          ? std::nullopt
                          : integers(reshape.input_value(1));
    if (axes) {
        const auto rank = static_cast<int64_t>(std::max(from.size(), to.size()));
        return std::all_of(axes->begin(), axes->end(), [=](int64_t axis) { return axis + (axis < 0 ? rank : 0) >= 2; });
    }
    return are_same_shape({from[0], from[1]}, {to[0], to[1]});
}

// Conv -> Squeeze | Unsqueeze | Reshape -> Add | Multiply by channel
//     ==>    Conv -> Add | Multiply -> Squeeze | Unsqueeze | Reshape
// where batch and channels stay the first two axes and nobody else reads what is between.
bool move_before_reshape(const Node& node, Editor& editor) {
    const auto operands = with_constant(node);
    if (!operands || !editor.has_one_reader(operands->data)) {
        return false;
    }
    const auto reshape = operands->data.get_node_shared_ptr();
    if (!ov::is_type_any_of<ov::op::v1::Reshape, ov::op::v0::Squeeze, ov::op::v15::Squeeze, ov::op::v0::Unsqueeze>(
            reshape)) {
        return false;
    }
    const auto result = reshape->input_value(0);
    const auto op = editor.has_one_reader(result) ? find_weighted(result.get_node_shared_ptr()) : std::nullopt;
    if (!op || !op->is_convolution || !keeps_channels(*reshape)) {
        return false;
    }
    const auto values =
        channel_values(operands->constant, reshape->get_output_partial_shape(0).size(), 1, op->out_channels());
    if (!values) {
        return false;
    }
    const auto name = node->get_friendly_name();
    const bool is_output = is_model_output(node->output(0));
    const auto constant = make_constant({bias_shape(*op), *values}, node->get_output_element_type(0), name + "/value",
                                        operands->constant);
    const auto moved = node->clone_with_new_inputs({result, constant});
    ov::copy_runtime_info(node, moved);
    auto inputs = reshape->input_values();
    inputs[0] = moved;
    const auto last = reshape->clone_with_new_inputs(inputs);
    const auto reshape_name = reshape->get_friendly_name();
    if (!editor.replace(node->output(0), last->output(0), "moved before '" + reshape_name + "'")) {
        return false;
    }
    moved->set_friendly_name(is_output ? name + "/moved" : name);
    last->set_friendly_name(is_output ? name : reshape_name);
    return true;
}

// The constant of an Add behind a convolution or MatMul as [1,C,1,..] or [C]
bool normalize_bias(const Node& node, Editor& editor) {
    const auto bias = with_constant(node);
    const auto op = bias ? find_weighted(bias->data.get_node_shared_ptr()) : std::nullopt;
    if (!op) {
        return false;
    }
    const auto& shape = find_constant(bias->constant)->get_shape();
    const bool is_normal =
        op->is_convolution ? shape == bias_shape(*op) : ov::shape_size(shape) != 1 || op->out_channels() == 1;
    const auto values =
        is_normal ? std::nullopt : channel_values(bias->constant, op->out_rank, op->out_axis, op->out_channels());
    if (!values) {
        return false;
    }
    const auto constant = make_constant({bias_shape(*op), *values}, node->get_output_element_type(0),
                                        op->node->get_friendly_name() + "/bias/value", bias->constant);
    const auto add = std::make_shared<Add>(bias->data, constant);
    return editor.replace(node->output(0), add->output(0), "bias brought to one value per output channel");
}

}  // namespace

Rules scale_shift_rules() {
    Rules rules{
        on<ov::op::v0::BatchNormInference>(split_batch_norm_v0),
        on<ov::op::v5::BatchNormInference>(split_batch_norm_v5),
        on<Multiply>(move_before_reshape),
        on<Add>(move_before_reshape),
        on<Multiply>(fold_scale_after),
        on<Add>(normalize_bias),
    };
    for (const auto& rule :
         {on<ov::op::v1::Convolution>, on<ov::op::v1::GroupConvolution>, on<ov::op::v1::ConvolutionBackpropData>,
          on<ov::op::v1::GroupConvolutionBackpropData>, on<ov::op::v0::MatMul>}) {
        rules.push_back(rule(fold_scale_before));
        rules.push_back(rule(fold_shift_before));
    }
    return rules;
}

}  // namespace octet::rewrite
