#include "data/feed.hpp"

#include <exception>
#include <memory>
#include <optional>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"

namespace octet {
namespace {

[[noreturn]] void bad(const std::string& where, const ModelInput& input, const std::string& message) {
    throw Error(ErrorCode::InvalidData, where, "input \"" + input.name() + "\": " + message);
}

/// Which of `sample`'s tensors feeds each input. Throws Error of `code` at `where` where they do not match up.
std::vector<const ov::Tensor*> match(const std::vector<ModelInput>& inputs, const Sample& sample, ErrorCode code,
                                     const std::string& where) {
    std::vector<const ov::Tensor*> tensors(inputs.size(), nullptr);
    for (const auto& [name, tensor] : sample) {
        std::size_t i = 0;
        try {
            i = find_input(inputs, name, where);
        } catch (const Error& error) {
            throw at_sample(error, code, where);
        }
        if (tensors[i] != nullptr) {
            throw Error(code, where, "input \"" + inputs[i].name() + "\" is fed twice, under two of its names");
        }
        tensors[i] = &tensor;
    }
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (tensors[i] == nullptr) {
            missing.push_back(inputs[i].name());
        }
    }
    if (!missing.empty()) {
        throw Error(code, where, "no data for input " + quoted(missing) + "; each input of the model needs its own");
    }
    return tensors;
}

/// `[0,2,5]` for the value at `flat` of a dense tensor.
std::string position(std::size_t flat, const ov::Shape& shape) {
    std::vector<std::size_t> indices(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        indices[axis] = flat % shape[axis];
        flat /= shape[axis];
    }
    std::string text = "[";
    for (const std::size_t index : indices) {
        text += (text.size() > 1 ? "," : "") + std::to_string(index);
    }
    return text + "]";
}

/// The shape in which `shape` suits the input: itself, or with a leading batch of 1.
std::optional<ov::Shape> fitted_shape(const ov::Shape& shape, const ov::PartialShape& expected) {
    if (expected.compatible(ov::PartialShape(shape))) {
        return shape;
    }
    ov::Shape batched = shape;
    batched.insert(batched.begin(), 1);
    if (expected.compatible(ov::PartialShape(batched))) {
        return batched;
    }
    return std::nullopt;
}

/// `tensor`'s values in another shape; they stay alive with the result.
ov::Tensor reshaped(const ov::Tensor& tensor, const ov::Shape& shape) {
    if (tensor.get_shape() == shape) {
        return tensor;
    }
    ov::Tensor view(tensor.get_element_type(), shape, tensor.data());
    return {view, std::make_shared<ov::Tensor>(tensor)};
}

ov::Tensor dense(const ov::Tensor& tensor) {
    if (tensor.is_continuous()) {
        return tensor;
    }
    ov::Tensor copy(tensor.get_element_type(), tensor.get_shape());
    tensor.copy_to(copy);
    return copy;
}

ov::Tensor fit(const ov::Tensor& given, const ModelInput& input, const std::string& label) {
    if (!given) {
        bad(label, input, "expected " + describe(input.type, input.shape) + ", got an empty tensor");
    }
    const auto type = given.get_element_type();
    const auto shape = fitted_shape(given.get_shape(), input.shape);
    if (!shape || !is_plain_number(type)) {
        bad(label, input,
            "expected " + describe(input.type, input.shape) + ", got " +
                describe(type, ov::PartialShape(given.get_shape())));
    }
    const ov::Tensor tensor = dense(given);
    if (const auto index = find_nan(tensor)) {
        bad(label, input, "NaN at " + position(*index, *shape));
    }
    if (type == input.type || input.type.is_dynamic()) {
        return reshaped(tensor, *shape);
    }
    if (!is_plain_number(input.type)) {
        bad(label, input,
            "takes " + input.type.get_type_name() + ", which " + type.get_type_name() + " data cannot be turned into");
    }
    ov::Tensor converted(input.type, *shape);
    if (const auto value = convert(tensor, converted)) {
        bad(label, input,
            "expected " + describe(input.type, input.shape) + ", got " + type.get_type_name() + " " + value->text +
                " at " + position(value->index, *shape) + ", which " + input.type.get_type_name() + " cannot hold");
    }
    return converted;
}

Sample read_sample(const Dataset& dataset, std::size_t index) {
    try {
        return dataset.sample(index);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        std::throw_with_nested(Error(ErrorCode::InvalidData, dataset.label(index), error.what()));
    }
}

}  // namespace

std::vector<ov::Tensor> fit_sample(const std::vector<ModelInput>& inputs, const Sample& sample,
                                   const std::string& label) {
    const auto given = match(inputs, sample, ErrorCode::InvalidData, label);
    std::vector<ov::Tensor> tensors;
    tensors.reserve(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        tensors.push_back(fit(*given[i], inputs[i], label));
    }
    return tensors;
}

Feed::Feed(const ov::Model& model, const Dataset& dataset) : inputs_(model_inputs(model)), dataset_(dataset) {
    if (dataset_.size() == 0) {
        return;
    }
    Sample first;
    try {
        first = read_sample(dataset_, 0);
    } catch (const Error&) {
        return;  // reported when that sample is asked for
    }
    match(inputs_, first, ErrorCode::InvalidOption, "data");
}

std::size_t Feed::size() const {
    return dataset_.size();
}

std::string Feed::label(std::size_t index) const {
    return dataset_.label(index);
}

std::vector<ov::Tensor> Feed::operator()(std::size_t index) const {
    return fit_sample(inputs_, read_sample(dataset_, index), dataset_.label(index));
}

}  // namespace octet
