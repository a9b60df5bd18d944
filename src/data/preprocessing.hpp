#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "octet/preprocessing.hpp"

#include "data/model_inputs.hpp"

namespace octet {

/// Where the axes of a picture are in a model's input. All axes but these are 1.
struct PictureLayout {
    std::size_t channels = 0, height = 0, width = 0;  ///< axes
    std::string name;                                 ///< NCHW, NHWC, CHW or HWC

    bool is_channels_first() const {
        return channels < height;
    }
};

/// The layout of `input` as `wanted` (may be empty) says, else as the model declares, else by a dimension of 3 or 1.
/// Throws Error(InvalidOption) where it cannot take pictures of one or three channels, or is ambiguous.
PictureLayout picture_layout(const ModelInput& input, const std::string& wanted);

/// Position of the input that pictures feed: `name`, else the only one that can take pictures.
std::size_t find_picture_input(const std::vector<ModelInput>& inputs, const std::string& name,
                               const std::string& where);

/// effective_preprocessing() for an input that is already known.
Preprocessing resolve(const ov::Model& model, const ModelInput& input, const Preprocessing& given);

}  // namespace octet
