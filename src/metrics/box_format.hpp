#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "octet/evaluate.hpp"

#include "metrics/model_facts.hpp"

namespace octet {

/// How the outputs of one model are read as boxes.
struct BoxReading {
    BoxFormat format = BoxFormat::Auto;   ///< never Auto
    std::size_t boxes = 0;                ///< position of the output with the boxes
    std::optional<std::size_t> labels{};  ///< of that with classes (format Boxes)
    std::optional<std::size_t> scores{};  ///< of that with scores; unset where the boxes have them
    std::size_t mask_coefficients = 0;    ///< values of a box behind its scores that are not read
    std::size_t classes = 0;              ///< 0 where the shapes do not tell
    std::string why{};                    ///< what it was chosen by, for a person
};

/// The name of a format as users write it: `yolov8`; and the shapes it reads.
std::string format_name(BoxFormat format);
std::string format_shapes(BoxFormat format);

/// Reads `wanted`, or what fits where that is Auto; `area` is the size of the input. `output` names the output with the
/// boxes, or is empty.
/// Throws Error(UnsupportedModel) where the outputs do not have the format's shapes, or fit none or several (with the
/// formats).
BoxReading choose_boxes(const ModelFacts& facts, BoxFormat wanted, const std::string& output, const PixelArea& area);

/// Cells of a grid of 8, 16 and 32 pixels over the input, that is the boxes of a head with one box a cell.
std::size_t grid_cells(const PixelArea& area);

}  // namespace octet
