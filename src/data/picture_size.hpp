#pragma once

#include <memory>

#include "octet/dataset.hpp"

#include "data/model_inputs.hpp"
#include "data/preprocessing.hpp"

namespace octet {

/// Whether `input` has the shape in which older detectors take the size of their picture (`image_info`, `im_info`).
bool takes_picture_size(const ModelInput& input);

/// `pictures`, which feed `picture`, with a second tensor in each sample for the input `size`: the height, width and
/// number of channels of the picture as it is fed.
std::unique_ptr<Dataset> with_picture_size(std::unique_ptr<Dataset> pictures, const ModelInput& picture,
                                           const PictureLayout& layout, const ModelInput& size);

}  // namespace octet
