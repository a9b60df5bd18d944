#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <openvino/core/layout.hpp>
#include <openvino/core/model.hpp>

#include "octet/error.hpp"

namespace octet {

/// What data must know about one of a model's inputs.
struct ModelInput {
    std::vector<std::string> names;  ///< tensor names in bytewise order, then the parameter's friendly name
    ov::element::Type type;
    ov::PartialShape shape;
    ov::Layout layout;  ///< as the model declares it; empty where it does not

    const std::string& name() const {
        return names.front();
    }
};

/// In the order of model.inputs().
std::vector<ModelInput> model_inputs(const ov::Model& model);

/// Position of the input called `name`; the empty name is the only input of a model with one input.
/// Throws Error(InvalidOption) at `where` for an unknown name (with the nearest) or an empty one that is ambiguous.
std::size_t find_input(const std::vector<ModelInput>& inputs, const std::string& name, const std::string& where);

/// `"ids", "mask"`: the first names of the inputs, for messages.
std::string list_names(const std::vector<ModelInput>& inputs);

/// `error` as an error of the sample called `label`: its own place, a file of the sample or a part of one, is left out
/// but for the part.
Error at_sample(const Error& error, ErrorCode code, const std::string& label);

}  // namespace octet
