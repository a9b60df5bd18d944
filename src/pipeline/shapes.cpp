#include "pipeline/shapes.hpp"

#include <vector>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/text.hpp"

namespace octet {
namespace {

using Shapes = std::map<ov::Output<ov::Node>, ov::PartialShape>;

std::vector<std::string> input_names(ov::Model& model) {
    std::vector<std::string> names;
    for (const auto& input : model.inputs()) {
        names.insert(names.end(), input.get_names().begin(), input.get_names().end());
        names.push_back(input.get_node()->get_friendly_name());
    }
    return names;
}

ov::Output<ov::Node> find_input(ov::Model& model, const std::string& name) {
    if (name.empty() && model.inputs().size() == 1) {
        return model.input();
    }
    for (const auto& input : model.inputs()) {
        if (input.get_names().count(name) || input.get_node()->get_friendly_name() == name) {
            return input;
        }
    }
    throw Error(ErrorCode::InvalidOption, "shape",
                name.empty() ? "the model has several inputs: name one, as in NAME[1,3,224,224]"
                             : "no input is named \"" + name + "\"" + did_you_mean(name, input_names(model)));
}

Shapes resolve(ov::Model& model, const Options& options) {
    Shapes shapes;
    for (const auto& [name, shape] : options.shapes) {
        const auto input = find_input(model, name);
        if (!input.get_partial_shape().compatible(shape)) {
            throw Error(ErrorCode::InvalidOption, "shape",
                        input.get_node()->get_friendly_name() + " takes " +
                            describe(input.get_element_type(), input.get_partial_shape()) + ", got " +
                            describe(input.get_element_type(), shape));
        }
        shapes.emplace(input, shape);
    }
    return shapes;
}

}  // namespace

void check_shapes(const ov::Model& model, const Options& options) {
    if (options.reshape && options.shapes.empty()) {
        throw Error(ErrorCode::InvalidOption, "reshape", "expected a shape to write the model with, got none: add --shape");
    }
    const auto copy = model.clone();
    const CalibrationShapes attempt(*copy, options);
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
    try {
        model.reshape(resolve(model, options));
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidOption, "shape",
                    "the model cannot take this shape: " + essential_line(error.what()));
    }
}

CalibrationShapes::~CalibrationShapes() {
    if (!original_.empty()) {
        model_.reshape(original_);  // shapes it had before: cannot fail
    }
}

}  // namespace octet
