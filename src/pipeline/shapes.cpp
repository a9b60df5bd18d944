#include "pipeline/shapes.hpp"

#include "octet/error.hpp"

#include "data/shapes.hpp"

namespace octet {

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

}  // namespace octet
