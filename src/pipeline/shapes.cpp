#include "pipeline/shapes.hpp"

#include <algorithm>

#include <openvino/core/layout.hpp>
#include <openvino/op/parameter.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "data/shapes.hpp"

namespace octet {
namespace {

using Shapes = std::map<ov::Output<ov::Node>, ov::PartialShape>;

constexpr int64_t kPictureRank = 4;  // a tensor of so many axes is not taken for a single item

bool has_layout(const ov::Output<ov::Node>& input) {
    const auto* parameter = ov::as_type<const ov::op::v0::Parameter>(input.get_node());
    return parameter && !parameter->get_layout().empty();
}

bool may_begin_with_batch(const ov::Output<ov::Node>& input) {
    const auto& shape = input.get_partial_shape();
    if (shape.rank().is_dynamic() || shape.size() == 0) {
        return false;
    }
    if (has_layout(input)) {
        const auto& layout = ov::as_type<const ov::op::v0::Parameter>(input.get_node())->get_layout();
        return ov::layout::has_batch(layout) && ov::layout::batch_idx(layout) == 0;
    }
    return shape.size() >= static_cast<std::size_t>(kPictureRank) || shape[0].is_static();
}

Shapes shapes_with_batch(ov::Model& model, int64_t batch) {
    Shapes shapes;
    for (const auto& input : model.inputs()) {
        auto shape = input.get_partial_shape();
        shape[0] = batch;
        shapes.emplace(input, shape);
    }
    return shapes;
}

/// Does every output begin with the batch of the inputs? Throws where the model cannot take it.
bool outputs_follow(const ov::Model& model, int64_t batch) {
    const auto copy = model.clone();
    copy->reshape(shapes_with_batch(*copy, batch));
    const auto outputs = copy->outputs();
    return std::all_of(outputs.begin(), outputs.end(), [&](const ov::Output<ov::Node>& output) {
        const auto& shape = output.get_partial_shape();
        return shape.rank().is_dynamic() || (shape.size() > 0 && shape[0].compatible(batch));
    });
}

}  // namespace

void check_shapes(const ov::Model& model, const Options& options) {
    if (options.reshape && options.shapes.empty()) {
        throw Error(ErrorCode::InvalidOption, "--reshape",
                    "expected a shape to write the model with, got none: add --shape");
    }
    if (!options.shapes.empty()) {
        reshape(*model.clone(), options.shapes);
    }
}

CalibrationShapes::CalibrationShapes(ov::Model& model, const Options& options) : model_(model) {
    if (options.shapes.empty()) {
        return;
    }
    for (const auto& input : model.inputs()) {
        if (!options.reshape) {
            original_.emplace(input, input.get_partial_shape());
        }
    }
    reshape(model, options.shapes);
}

CalibrationShapes::~CalibrationShapes() {
    if (!original_.empty()) {
        model_.reshape(original_);  // shapes it had before: cannot fail
    }
}

ItemShapes::ItemShapes(ov::Model& model, const Options& options) : model_(model) {
    const auto inputs = model.inputs();
    if (!options.split_batches || inputs.empty() || !model.get_variables().empty() ||
        !std::all_of(inputs.begin(), inputs.end(), may_begin_with_batch)) {
        return;
    }
    const auto batch = inputs[0].get_partial_shape()[0];
    if (batch == 1 || !std::all_of(inputs.begin(), inputs.end(), [&](const ov::Output<ov::Node>& input) {
            return input.get_partial_shape()[0] == batch;
        })) {
        return;
    }
    try {
        const bool is_declared = std::all_of(inputs.begin(), inputs.end(), has_layout);
        const int64_t other = batch.is_static() ? batch.get_length() : 3;  // any batch but 1
        const bool follows = outputs_follow(model, 1) && outputs_follow(model, other);
        obstacle_ = is_declared || follows ? "" : "an output has no batch";
    } catch (const ov::Exception& error) {
        obstacle_ = essential_line(error.what());
    }
    is_split_ = obstacle_.empty();
    obstacle_ = batch.is_static() ? obstacle_ : "";
    if (is_split_ && batch.is_static()) {
        for (const auto& input : inputs) {
            original_.emplace(input, input.get_partial_shape());
        }
        model.reshape(shapes_with_batch(model, 1));
    }
}

ItemShapes::~ItemShapes() {
    if (!original_.empty()) {
        model_.reshape(original_);  // shapes it had before: cannot fail
    }
}

}  // namespace octet
