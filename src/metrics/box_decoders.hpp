#pragma once

#include <vector>

#include <openvino/runtime/tensor.hpp>

#include "metrics/box_format.hpp"
#include "metrics/overlap.hpp"

namespace octet {

/// What decoding needs besides the outputs.
struct BoxDecoding {
    BoxReading reading;
    double score_threshold = 0;  ///< boxes up to this are left out; only of the formats that need suppression
    double nms_iou = 1;
};

/// The boxes of one sample in pixels of its input, whose size is `area`. A box with a coordinate that is no finite
/// number has no extent; one with a score that is no number is left out. Formats of the YOLO kind are thinned out by
/// suppress() to 100 boxes; yolov5 and yolov8 give a box once for each class whose score is high enough, yolox only for
/// the best, as their own evaluations do.
/// Throws Error(UnsupportedModel) where the outputs do not have the shapes that `reading` was made for.
std::vector<FoundBox> decode_boxes(const BoxDecoding& decoding, const std::vector<ov::Tensor>& outputs,
                                   const PixelArea& area);

}  // namespace octet
