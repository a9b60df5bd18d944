#include "metrics/box_format.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "octet/error.hpp"

#include "base/text.hpp"

namespace octet {
namespace {

struct Row {
    BoxFormat format;
    const char* name;
    const char* shapes;
};

constexpr std::array<Row, 5> kFormats{{
    {BoxFormat::DetectionOutput, "detection_output", "[1,1,N,7]"},
    {BoxFormat::Boxes, "boxes", "boxes [..,N,4] or with a score [..,N,5], classes [..,N], scores [..,N]"},
    {BoxFormat::YoloV5, "yolov5", "[1,N,5+C]"},
    {BoxFormat::YoloV8, "yolov8", "[1,4+C,N]"},
    {BoxFormat::YoloX, "yolox", "[1,N,5+C] before decoding"},
}};

constexpr float kLargestLogarithm = 16;  // of a size in cells: e^16 cells are no box

const Row& row_of(BoxFormat format) {
    return *std::find_if(kFormats.begin(), kFormats.end(), [&](const Row& row) { return row.format == format; });
}

[[noreturn]] void refuse_all(const ModelFacts& facts) {
    std::string text;
    for (const auto& row : kFormats) {
        text += (text.empty() ? "" : "; ") + std::string(row.name) + ": " + row.shapes;
    }
    throw Error(
        ErrorCode::UnsupportedModel, "boxes",
        "cannot tell how the outputs " + list_outputs(facts) + " hold boxes; say it with --boxes (" + text + ")");
}

bool is_real(const OutputFacts& output) {
    return output.tensor.get_element_type().is_real();
}

bool says(const OutputFacts& output, std::initializer_list<const char*> words) {
    const std::string name = lower_case(output.name);
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return name.find(word) != std::string::npos; });
}

/// All axes but the last `count` are 1.
bool has_only(const ov::Shape& shape, std::size_t count) {
    return shape.size() >= count && std::all_of(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(count),
                                                [](std::size_t n) { return n == 1; });
}

bool is_detection_output(const OutputFacts& output) {
    return is_real(output) && has_only(output.shape(), 2) && output.shape().back() == 7;
}

bool is_head(const OutputFacts& output) {
    return is_real(output) && output.shape().size() == 3 && output.shape()[0] == 1;
}

bool is_box_list(const OutputFacts& output) {
    const auto& shape = output.shape();
    return is_real(output) && has_only(shape, 2) && (shape.back() == 4 || shape.back() == 5) &&
           !says(output, {"label", "class", "score", "conf"});
}

bool is_list_of(const OutputFacts& output, std::size_t count) {
    return has_only(output.shape(), 1) && output.shape().back() == count;
}

/// Boxes, classes and scores in outputs of their own, where they are.
std::optional<BoxReading> separate_outputs(const ModelFacts& facts) {
    BoxReading reading{BoxFormat::Boxes};
    std::vector<std::size_t> boxes;
    for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
        if (is_box_list(facts.outputs[i])) {
            boxes.push_back(i);
        }
    }
    if (boxes.size() != 1) {
        return std::nullopt;
    }
    reading.boxes = boxes.front();
    const auto& shape = facts.outputs[reading.boxes].shape();
    for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
        const auto& output = facts.outputs[i];
        if (i == reading.boxes || !is_list_of(output, shape[shape.size() - 2])) {
            continue;
        }
        const bool is_class = !is_real(output) || says(output, {"label", "class"});
        auto& place = is_class ? reading.labels : reading.scores;
        if (place) {
            return std::nullopt;
        }
        place = i;
    }
    if (shape.back() == 5) {
        reading.scores.reset();
    }
    return reading.labels && (shape.back() == 5 || reading.scores) ? std::optional(reading) : std::nullopt;
}

/// Coefficients of masks that stand behind the scores of a box: as many as a fourth-rank output has channels.
std::size_t mask_coefficients(const ModelFacts& facts, std::size_t values) {
    for (const auto& output : facts.outputs) {
        const auto& shape = output.shape();
        if (shape.size() == 4 && shape[0] == 1 && shape[1] + 4 < values) {
            return shape[1];
        }
    }
    return 0;
}

BoxReading read_head(const ModelFacts& facts, BoxFormat format, std::size_t position) {
    const auto& shape = facts.outputs[position].shape();
    const bool is_v8 = format == BoxFormat::YoloV8;
    const std::size_t values = is_v8 ? shape[1] : shape[2];
    const std::size_t before = is_v8 ? 4 : 5;
    BoxReading reading{format, position};
    if (values <= before) {
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    std::string(row_of(format).name) + " reads " + row_of(format).shapes + ", the output is " +
                        list_outputs(facts));
    }
    reading.mask_coefficients = mask_coefficients(facts, values);
    reading.classes = values - before - reading.mask_coefficients;
    return reading;
}

/// Are the sizes of the boxes too large to be logarithms?
bool is_decoded(const OutputFacts& output) {
    const ov::Tensor floats = as_floats(output.tensor);
    const float* values = floats.data<const float>();
    const std::size_t width = output.shape()[2];
    for (std::size_t i = 0; i < floats.get_size() / width; ++i) {
        if (std::max(values[i * width + 2], values[i * width + 3]) > kLargestLogarithm) {
            return true;
        }
    }
    return false;
}

/// A head's format by the number of its boxes, else by what the model says of itself.
BoxReading guess_head(const ModelFacts& facts, std::size_t position, const PixelArea& area) {
    const auto& output = facts.outputs[position];
    const std::size_t rows = output.shape()[1], columns = output.shape()[2], cells = grid_cells(area);
    const auto read = [&](BoxFormat format, const char* why) {
        BoxReading reading = read_head(facts, format, position);
        reading.why = why;
        return reading;
    };
    if (columns == cells && rows > 4) {
        return read(BoxFormat::YoloV8, "one column a cell of the grids 8, 16, 32");
    }
    if (rows == cells && columns > 5) {
        return is_decoded(output)
                   ? read(BoxFormat::YoloV5, "one row a cell of the grids 8, 16, 32, sizes in pixels")
                   : read(BoxFormat::YoloX, "one row a cell of the grids 8, 16, 32, logarithms of sizes");
    }
    if (rows == 3 * cells && columns > 5) {
        return read(BoxFormat::YoloV5, "three rows a cell of the grids 8, 16, 32");
    }
    const bool is_newer =
        facts.type.find("yolov8") != std::string::npos || facts.type.find("yolo11") != std::string::npos;
    if (is_newer && rows < columns && rows > 4) {
        return read(BoxFormat::YoloV8, "the model's model_type");
    }
    if (facts.type.find("yolov5") != std::string::npos && rows > columns && columns > 5) {
        return read(BoxFormat::YoloV5, "the model's model_type");
    }
    refuse_all(facts);
}

BoxReading guess(const ModelFacts& facts, const PixelArea& area) {
    std::vector<std::size_t> heads;
    for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
        const auto& output = facts.outputs[i];
        if (output.shape().size() == 4 && is_detection_output(output)) {
            BoxReading reading{BoxFormat::DetectionOutput, i};
            reading.why = "its shape";
            return reading;
        }
        if (is_head(output)) {
            heads.push_back(i);
        }
    }
    if (auto reading = separate_outputs(facts)) {
        reading->why = "the outputs' shapes";
        return *reading;
    }
    if (heads.size() != 1) {
        refuse_all(facts);
    }
    return guess_head(facts, heads.front(), area);
}

}  // namespace

std::string format_name(BoxFormat format) {
    return row_of(format).name;
}

std::string format_shapes(BoxFormat format) {
    return row_of(format).shapes;
}

std::size_t grid_cells(const PixelArea& area) {
    std::size_t cells = 0;
    for (const int stride : {8, 16, 32}) {
        cells += static_cast<std::size_t>(area.width / stride) * static_cast<std::size_t>(area.height / stride);
    }
    return cells;
}

BoxReading choose_boxes(const ModelFacts& facts, BoxFormat wanted, const std::string& output, const PixelArea& area) {
    if (wanted == BoxFormat::Auto) {
        return guess(facts, area);
    }
    const std::string expected = std::string("as ") + row_of(wanted).name + " reads it, " + row_of(wanted).shapes;
    if (wanted == BoxFormat::DetectionOutput) {
        return {wanted, find_output(facts, output, is_detection_output, expected)};
    }
    if (wanted == BoxFormat::Boxes) {
        if (const auto reading = separate_outputs(facts)) {
            return *reading;
        }
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    "the outputs are not " + expected + ": " + list_outputs(facts));
    }
    const BoxReading reading = read_head(facts, wanted, find_output(facts, output, is_head, expected));
    const std::size_t rows = facts.outputs[reading.boxes].shape()[1];
    if (wanted == BoxFormat::YoloX && rows != grid_cells(area)) {
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    "yolox has a box for each of the " + std::to_string(grid_cells(area)) +
                        " cells of the grids 8, 16, 32, the output has " + std::to_string(rows));
    }
    return reading;
}

}  // namespace octet
