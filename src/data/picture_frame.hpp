#pragma once

#include "octet/preprocessing.hpp"

namespace octet {

/// A rectangle of whole pixels.
struct PixelArea {
    int left = 0, top = 0, width = 0, height = 0;

    bool operator==(const PixelArea&) const = default;
};

/// Which part of a picture goes where in a tensor.
struct PictureFrame {
    PixelArea kept;    ///< of the picture, in its own pixels
    PixelArea placed;  ///< where that lands, in pixels of the tensor
};

/// The frame of a picture of `width` x `height` in a tensor of `to_width` x `to_height`; where one of these is 0, that
/// side keeps the picture's own extent (not with a fit other than Stretch). Sizes of pictures are at least 1. What
/// `preprocessing` leaves unset has its default.
PictureFrame picture_frame(const Preprocessing& preprocessing, int width, int height, int to_width, int to_height);

}  // namespace octet
