#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "octet/evaluate.hpp"

namespace octet {

/// A COCO file of boxes: pictures in the file's order, each with its name.
struct CocoFile {
    std::vector<BoxCategory> categories;    ///< in ascending order of id; class numbers are positions
    std::vector<std::size_t> order;         ///< where each category stands in the file
    std::vector<std::string> names;         ///< `file_name` of each picture
    std::vector<LabelledPicture> pictures;  ///< with their boxes in the file's order
};

/// Parses `text`; `where` names it in messages. Segmentations and keypoints are not kept; an annotation without `area`
/// has its box's, as has one without `iscrowd` none. Throws Error(InvalidData) at `where: annotations[3].bbox` and the
/// like where it is no JSON, a field is missing or of a wrong type or range, an id is there twice or refers to nothing.
CocoFile parse_coco(std::string_view text, const std::string& where);

}  // namespace octet
