#include "metrics/box_decoders.hpp"

#include <algorithm>
#include <cmath>

#include "octet/error.hpp"

#include "base/text.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostBoxes = 100;
constexpr std::size_t kDetectionValues = 7;
constexpr double kLargestScore = 1.01;

Box between(double left, double top, double right, double bottom) {
    const Box box{left, top, std::max(0.0, right - left), std::max(0.0, bottom - top)};
    const bool is_finite = std::isfinite(left) && std::isfinite(top) && std::isfinite(box.width) &&
                           std::isfinite(box.height) && std::isfinite(right) && std::isfinite(bottom);
    return is_finite ? box : Box{};
}

Box around(double x, double y, double width, double height) {
    return between(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
}

void add(std::vector<FoundBox>& boxes, const Box& box, double score, double label) {
    if (!std::isnan(score) && std::abs(label) < 1e9) {
        boxes.push_back({box, score, static_cast<std::int64_t>(label)});
    }
}

/// A score that is above the threshold; throws where it cannot be one.
bool counts(double score, double threshold) {
    if (score > kLargestScore) {
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    "expected scores of classes from 0 to 1, got " + short_number(score) +
                        "; keypoints behind them, or scores before their sigmoid, cannot be read");
    }
    return score > threshold;
}

[[noreturn]] void refuse_shape(const BoxReading& reading, const ov::Tensor& tensor) {
    throw Error(ErrorCode::UnsupportedModel, "boxes",
                "expected an output as " + format_name(reading.format) + " reads it, " + format_shapes(reading.format) +
                    ", got " + describe(tensor.get_element_type(), ov::PartialShape(tensor.get_shape())));
}

std::vector<FoundBox> decode_detection_output(const ov::Tensor& output, const PixelArea& area) {
    std::vector<FoundBox> boxes;
    for (std::size_t i = 0; i + kDetectionValues <= output.get_size(); i += kDetectionValues) {
        const float* row = output.data<const float>() + i;
        if (row[0] < 0) {
            break;
        }
        add(boxes,
            between(static_cast<double>(row[3]) * area.width, static_cast<double>(row[4]) * area.height,
                    static_cast<double>(row[5]) * area.width, static_cast<double>(row[6]) * area.height),
            row[2], row[1]);
    }
    return boxes;
}

std::vector<FoundBox> decode_separate(const BoxReading& reading, const std::vector<ov::Tensor>& outputs) {
    const ov::Tensor places = as_floats(outputs[reading.boxes]), labels = as_floats(outputs[*reading.labels]);
    const std::size_t values = reading.scores ? 4 : 5;
    const ov::Tensor scores = reading.scores ? as_floats(outputs[*reading.scores]) : labels;
    const std::size_t count = labels.get_size();
    if (places.get_size() != values * count || scores.get_size() != count) {
        refuse_shape(reading, outputs[reading.boxes]);
    }
    std::vector<FoundBox> boxes;
    for (std::size_t i = 0; i < count; ++i) {
        const float* place = places.data<const float>() + i * values;
        const float label = labels.data<const float>()[i];
        if (label >= 0) {  // others fill up the list
            add(boxes, between(place[0], place[1], place[2], place[3]),
                reading.scores ? scores.data<const float>()[i] : place[4], label);
        }
    }
    return boxes;
}

std::vector<FoundBox> decode_yolov8(const BoxDecoding& decoding, const ov::Tensor& output) {
    const std::size_t count = output.get_shape()[2];
    const auto value = [data = output.data<const float>(), count](std::size_t row, std::size_t i) -> double {
        return data[row * count + i];
    };
    std::vector<FoundBox> boxes;
    for (std::size_t c = 0; c < decoding.reading.classes; ++c) {
        for (std::size_t i = 0; i < count; ++i) {
            if (counts(value(4 + c, i), decoding.score_threshold)) {
                add(boxes, around(value(0, i), value(1, i), value(2, i), value(3, i)), value(4 + c, i),
                    static_cast<double>(c));
            }
        }
    }
    return boxes;
}

std::vector<FoundBox> decode_yolov5(const BoxDecoding& decoding, const ov::Tensor& output) {
    const std::size_t values = output.get_shape()[2];
    std::vector<FoundBox> boxes;
    for (std::size_t i = 0; i < output.get_shape()[1]; ++i) {
        const float* row = output.data<const float>() + i * values;
        for (std::size_t c = 0; c < decoding.reading.classes; ++c) {
            const double score = static_cast<double>(row[4]) * row[5 + c];
            if (counts(score, decoding.score_threshold)) {
                add(boxes, around(row[0], row[1], row[2], row[3]), score, static_cast<double>(c));
            }
        }
    }
    return boxes;
}

std::vector<FoundBox> decode_yolox(const BoxDecoding& decoding, const ov::Tensor& output, const PixelArea& area) {
    const std::size_t values = output.get_shape()[2];
    if (output.get_shape()[1] != grid_cells(area)) {
        refuse_shape(decoding.reading, output);
    }
    std::vector<FoundBox> boxes;
    const float* row = output.data<const float>();
    for (const int stride : {8, 16, 32}) {
        for (int y = 0; y < area.height / stride; ++y) {
            for (int x = 0; x < area.width / stride; ++x, row += values) {
                const float* best = std::max_element(row + 5, row + 5 + decoding.reading.classes);
                const double score = static_cast<double>(row[4]) * *best;
                if (counts(score, decoding.score_threshold)) {
                    add(boxes,
                        around((static_cast<double>(row[0]) + x) * stride, (static_cast<double>(row[1]) + y) * stride,
                               std::exp(static_cast<double>(row[2])) * stride,
                               std::exp(static_cast<double>(row[3])) * stride),
                        score, static_cast<double>(best - row - 5));
                }
            }
        }
    }
    return boxes;
}

/// Throws where a head has other values a box than the first sample's.
void check_head(const BoxReading& reading, const ov::Tensor& output) {
    const auto& shape = output.get_shape();
    const bool is_v8 = reading.format == BoxFormat::YoloV8;
    if (shape.size() != 3 || shape[0] != 1 || shape[is_v8 ? 1 : 2] < (is_v8 ? 4 : 5) + reading.classes) {
        refuse_shape(reading, output);
    }
}

}  // namespace

std::vector<FoundBox> decode_boxes(const BoxDecoding& decoding, const std::vector<ov::Tensor>& outputs,
                                   const PixelArea& area) {
    const BoxReading& reading = decoding.reading;
    if (reading.format == BoxFormat::Boxes) {
        return decode_separate(reading, outputs);
    }
    const ov::Tensor output = as_floats(outputs[reading.boxes]);
    if (reading.format == BoxFormat::DetectionOutput) {
        return decode_detection_output(output, area);
    }
    check_head(reading, output);
    std::vector<FoundBox> boxes = reading.format == BoxFormat::YoloV8   ? decode_yolov8(decoding, output)
                                  : reading.format == BoxFormat::YoloV5 ? decode_yolov5(decoding, output)
                                                                        : decode_yolox(decoding, output, area);
    return suppress(std::move(boxes), decoding.nms_iou, kMostBoxes);
}

}  // namespace octet
