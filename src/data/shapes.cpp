#include "data/shapes.hpp"

#include "octet/dataset.hpp"
#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/text.hpp"
#include "data/model_inputs.hpp"

namespace octet {
namespace {

constexpr const char* kOption = "--shape";

}  // namespace

void reshape(ov::Model& model, const std::map<std::string, ov::PartialShape>& shapes) {
    const auto inputs = model_inputs(model);
    std::map<std::size_t, ov::PartialShape> by_position;
    for (const auto& [name, shape] : shapes) {
        const std::size_t position = find_input(inputs, name, kOption);
        const auto& input = inputs[position];
        if (input.shape.rank().is_static() && shape.rank() != input.shape.rank()) {
            throw Error(
                ErrorCode::InvalidOption, kOption,
                input.name() + " takes " + describe(input.type, input.shape) + ", got " + describe(input.type, shape));
        }
        by_position[position] = shape;
    }
    try {
        model.reshape(by_position);
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::InvalidOption, kOption, "the model cannot take it: " + essential_line(error.what()));
    }
}

std::shared_ptr<const ov::Model> with_shapes(const std::shared_ptr<const ov::Model>& model,
                                             const std::map<std::string, ov::PartialShape>& shapes) {
    if (shapes.empty()) {
        return model;
    }
    auto copy = model->clone();
    reshape(*copy, shapes);
    return copy;
}

}  // namespace octet
