#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/layout.hpp>
#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/preprocessing.hpp"

#include "data/picture_frame.hpp"
#include "data/preprocessing.hpp"

namespace octet {

/// One output as the first sample gave it.
struct OutputFacts {
    std::string name;
    ov::Layout layout;  ///< as the model declares it; empty where it does not
    ov::Tensor tensor;  ///< its shape, type and values

    const ov::Shape& shape() const {
        return shape_;
    }
    OutputFacts(std::string the_name, ov::Layout the_layout, const ov::Tensor& of_first);

private:
    ov::Shape shape_;
};

/// The input that pictures feed.
struct PictureInput {
    std::size_t position = 0;
    PictureLayout layout;
};

/// What the reading of outputs goes by.
struct ModelFacts {
    std::vector<OutputFacts> outputs;
    std::string type;                             ///< rt_info `model_info/model_type`, in lower case; may be empty
    std::optional<PictureInput> picture_input{};  ///< unset where no input, or more than one, can take pictures
    Preprocessing preparation{};                  ///< how pictures became samples
};

/// The facts of `model`; `outputs` are those of the first sample.
ModelFacts model_facts(const ov::Model& model, std::vector<ov::Tensor> outputs, const Preprocessing& preparation);

/// Width and height of a sample's picture input, as placed {0, 0, width, height}; unset without such an input.
std::optional<PixelArea> picture_area(const ModelFacts& facts, const std::vector<ov::Tensor>& inputs);

/// Position of the output called `name`; where that is empty, of the only one that is `suited`.
/// Throws Error(InvalidOption) for an unknown name (with the nearest) or one that is not suited,
/// Error(UnsupportedModel) where not exactly one is; `expected` says what suits.
std::size_t find_output(const ModelFacts& facts, const std::string& name,
                        const std::function<bool(const OutputFacts&)>& suited, const std::string& expected);

/// `"scores" f32[1,1000], ...`
std::string list_outputs(const ModelFacts& facts);

/// A dense tensor of f32 with the values of `tensor`; `tensor` itself where it is one.
/// Throws Error(UnsupportedModel) for a type that is no plain number.
ov::Tensor as_floats(const ov::Tensor& tensor);

}  // namespace octet
