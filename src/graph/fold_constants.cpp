#include "graph/fold_constants.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <openvino/op/ops.hpp>
#include <openvino/op/util/arithmetic_reduction.hpp>
#include <openvino/op/util/binary_elementwise_arithmetic.hpp>
#include <openvino/op/util/broadcast_base.hpp>
#include <openvino/op/util/gather_base.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>
#include <openvino/op/util/unary_elementwise_arithmetic.hpp>
#include <openvino/pass/constant_folding.hpp>

#include "graph/operations.hpp"

namespace octet::rewrite {

namespace {

using Node = std::shared_ptr<ov::Node>;

bool is_constant(const Node& node) {
    return ov::is_type<ov::op::v0::Constant>(node);
}

// A constant's way from small storage to the type it is computed in.
bool is_decompression(const Node& node) {
    if (!ov::is_type<ov::op::v0::Convert>(node) || !is_constant(node->get_input_node_shared_ptr(0)) ||
        !node->get_output_element_type(0).is_real()) {
        return false;
    }
    const auto& from = node->get_input_element_type(0);
    const bool small_integer = from.is_integral_number() && from.bitwidth() <= 8;
    return small_integer || (from.is_real() && from.bitwidth() < node->get_output_element_type(0).bitwidth());
}

bool is_half(const Node& decompression) {
    const auto& from = decompression->get_input_element_type(0);
    return from == ov::element::f16 || from == ov::element::bf16;
}

bool only_moves_data(const Node& node) {
    return ov::is_type_any_of<ov::op::v1::Reshape, ov::op::v0::Squeeze, ov::op::v15::Squeeze, ov::op::v0::Unsqueeze,
                              ov::op::v1::Transpose, ov::op::v0::Tile, ov::op::v8::Slice, ov::op::v1::StridedSlice,
                              ov::op::v1::Split, ov::op::v1::VariadicSplit, ov::op::v0::Concat,
                              ov::op::util::BroadcastBase, ov::op::util::GatherBase>(node);
}

bool is_computed_elementwise(const Node& node) {
    return ov::is_type_any_of<ov::op::util::BinaryElementwiseArithmetic, ov::op::util::UnaryElementwiseArithmetic,
                              ov::op::util::ArithmeticReduction>(node) ||
           only_moves_data(node);
}

// How many of the inputs come from a decompression, if all others are constants; 0 otherwise.
std::size_t count_decompressions(const Node& node) {
    std::size_t count = 0;
    for (const auto& value : node->input_values()) {
        const auto source = value.get_node_shared_ptr();
        const bool decompressed = is_decompression(source) && is_half(source);
        if (!decompressed && !is_constant(source)) {
            return 0;
        }
        count += decompressed ? 1 : 0;
    }
    return count;
}

// Constant f16 -> Convert -> Reshape    ==>    Constant f16 (reshaped) -> Convert
// for what moves data and does not compute; Concat only where all its inputs are stored in the same type.
bool move_behind(const Node& node) {
    if (!only_moves_data(node)) {
        return false;
    }
    const bool concat = ov::is_type<ov::op::v0::Concat>(node);
    const auto decompressions = count_decompressions(node);
    const auto decompression = node->get_input_node_shared_ptr(0);
    if (decompressions != (concat ? node->get_input_size() : 1) || !is_decompression(decompression)) {
        return false;
    }
    auto inputs = node->input_values();
    for (std::size_t i = 0; i < decompressions; ++i) {
        inputs[i] = inputs[i].get_node()->input_value(0);
        if (inputs[i].get_element_type() != inputs[0].get_element_type()) {
            return false;
        }
    }
    ov::OutputVector moved(node->get_output_size());
    if (!node->clone_with_new_inputs(inputs)->constant_fold(moved, inputs)) {
        return false;
    }
    for (std::size_t i = 0; i < node->get_output_size(); ++i) {
        const auto name = tensor_name(node->output(i));
        moved[i].get_node()->set_friendly_name(name + "/compressed");
        const auto convert = decompression->clone_with_new_inputs({moved[i]});
        convert->get_rt_info() = decompression->get_rt_info();  // copy_runtime_info() leaves decompression out
        convert->set_friendly_name(name);
        node->output(i).replace(convert->output(0));
    }
    return true;
}

// Gives an operation that computes on nothing but constants its own Convert, for ConstantFolding to take away.
bool release(const Node& node, std::unordered_set<const ov::Node*>& released) {
    if (!is_computed_elementwise(node) || count_decompressions(node) == 0) {
        return false;
    }
    for (auto& input : node->inputs()) {
        const auto source = input.get_source_output().get_node_shared_ptr();
        if (is_decompression(source)) {
            const auto own = source->clone_with_new_inputs(source->input_values());
            own->set_friendly_name(node->get_friendly_name() + "/decompressed." + std::to_string(input.get_index()));
            input.replace_source_output(own->output(0));
            released.insert(own.get());
        }
    }
    return true;
}

void collect(ov::Model& model, std::vector<ov::Model*>& models) {
    models.push_back(&model);
    for (const auto& node : model.get_ops()) {
        if (const auto owner = ov::as_type_ptr<ov::op::util::MultiSubGraphOp>(node)) {
            for (const auto& body : owner->get_functions()) {
                collect(*body, models);
            }
        }
    }
}

std::size_t count_operations(const ov::Model& model) {
    const auto nodes = model.get_ops();
    return static_cast<std::size_t>(
        std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return !is_constant(node); }));
}

bool reads_shape(const Node& node) {
    return ov::is_type<ov::op::v0::ShapeOf>(node) || ov::is_type<ov::op::v3::ShapeOf>(node);
}

// Keeps ConstantFolding away from all decompressions while it lives, but from those that were released; and from
// shapes, unless they are to be folded.
class Protection {
public:
    Protection(const std::vector<ov::Model*>& models, const std::unordered_set<const ov::Node*>& released,
               bool fold_shapes) {
        for (const auto* model : models) {
            for (const auto& node : model->get_ops()) {
                const bool is_kept =
                    is_decompression(node) ? released.count(node.get()) == 0 : !fold_shapes && reads_shape(node);
                if (is_kept && !ov::pass::constant_folding_is_disabled(node)) {
                    ov::pass::disable_constant_folding(node);
                    nodes_.push_back(node);
                }
            }
        }
    }
    ~Protection() {
        for (const auto& weak : nodes_) {
            if (const auto node = weak.lock()) {
                ov::pass::enable_constant_folding(node);
            }
        }
    }
    Protection(const Protection&) = delete;
    Protection& operator=(const Protection&) = delete;

private:
    std::vector<std::weak_ptr<ov::Node>> nodes_;
};

}  // namespace

std::size_t fold_constants(ov::Model& model, bool fold_shapes) {
    const std::shared_ptr<ov::Model> borrowed(&model, [](ov::Model*) {});
    std::vector<ov::Model*> models;
    collect(model, models);
    const std::size_t before = count_operations(model);
    // Each pass may lay bare constants that the next one can move or release; chains are short.
    constexpr int kMaxPasses = 8;
    std::unordered_set<const ov::Node*> released;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
        {
            const Protection protection(models, released, fold_shapes);
            ov::pass::ConstantFolding().run_on_model(borrowed);
        }
        released.clear();
        bool changed = false;
        for (const auto* each : models) {
            for (const auto& node : each->get_ordered_ops()) {
                changed = (move_behind(node) || release(node, released)) || changed;
            }
        }
        if (!changed) {
            break;
        }
    }
    const std::size_t after = count_operations(model);
    return before > after ? before - after : 0;
}

}  // namespace octet::rewrite
