#include "metrics/checker_adapters.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "octet/error.hpp"

#include "base/text.hpp"

namespace octet {
namespace {

constexpr std::size_t kDetectionValues = 7;

[[noreturn]] void refuse(const std::string& expected, const ov::Shape& shape) {
    throw Error(ErrorCode::UnsupportedModel, "adapter",
                "expected an output " + expected + ", got " + ov::PartialShape(shape).to_string());
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

CheckedBox around(double x, double y, double width, double height, double score, std::size_t label) {
    return {x - width / 2, y - height / 2, x + width / 2, y + height / 2, score, static_cast<std::int64_t>(label),
            false};
}

/// The names of the outputs that an adapter reads; an empty one is the only that fits.
struct Wanted {
    std::vector<std::string> names;
    bool (*suits)(const OutputFacts&);
    const char* expected;
};

bool is_any(const OutputFacts&) {
    return true;
}
bool is_detections(const OutputFacts& output) {
    return !output.shape().empty() && output.shape().back() == kDetectionValues;
}
bool is_rows(const OutputFacts& output) {
    return output.shape().size() == 3 && output.shape()[2] > 5;
}
bool is_columns(const OutputFacts& output) {
    return output.shape().size() == 3 && output.shape()[1] > 4;
}

Wanted wanted(const checker::SsdAdapter&) {
    return {{""}, is_detections, "of boxes [1,1,N,7]"};
}
Wanted wanted(const checker::YoloGridAdapter& adapter) {
    return {adapter.outputs, is_any, "a grid"};
}
Wanted wanted(const checker::YoloxAdapter& adapter) {
    return {{adapter.output}, is_rows, "of boxes [1,N,5+C]"};
}
Wanted wanted(const checker::YoloV8Adapter&) {
    return {{""}, is_columns, "of boxes [1,4+C,N]"};
}
template <class Other>
Wanted wanted(const Other&) {
    return {{}, is_any, ""};
}

std::vector<CheckedBox> decode_ssd(const ov::Tensor& output) {
    std::vector<CheckedBox> boxes;
    const auto* values = output.data<const float>();
    for (std::size_t i = 0; i + kDetectionValues <= output.get_size(); i += kDetectionValues) {
        const float* row = values + i;
        if (row[0] == -1) {
            break;
        }
        if (row[0] == 0 && std::abs(row[1]) < 1e9F) {
            boxes.push_back({row[3], row[4], row[5], row[6], row[2], static_cast<std::int64_t>(row[1]), false});
        }
    }
    return boxes;
}

/// A grid of one output, its channels first: the values of a cell's boxes, one after the other.
class Grid {
public:
    Grid(const checker::YoloGridAdapter& adapter, std::size_t layer, const ov::Tensor& output)
        : adapter_(adapter), values_(output.data<const float>()) {
        const bool has_masks = adapter.anchors.size() > 1;
        anchors_ = &adapter.anchors[has_masks ? layer : 0];
        boxes_ = has_masks ? anchors_->size() / 2 : static_cast<std::size_t>(adapter.boxes);
        ov::Shape shape = output.get_shape();
        if (!shape.empty() && shape[0] == 1) {
            shape.erase(shape.begin());
        }
        if (adapter.is_reshaped || shape.size() != 3) {
            shape = reshaped(layer, output);
        }
        // Values lie last where the two first axes are alike.
        is_last_ = shape[0] == shape[1];
        cells_ = adapter.is_channels_last ? shape[0] : shape[1];
        height_ = is_last_ ? shape[0] : shape[1];
        width_ = is_last_ ? shape[1] : shape[2];
        channels_ = is_last_ ? shape[2] : shape[0];
        box_size_ = (adapter.is_channels_last ? shape[2] : shape[0]) / boxes_;
        const auto classes = static_cast<std::size_t>(adapter.classes);
        has_objectness_ = box_size_ != classes + 4;
        if (channels_ != boxes_ * box_size_ || box_size_ != classes + 4 + (has_objectness_ ? 1 : 0) || cells_ == 0) {
            refuse("with " + std::to_string(boxes_) + " boxes a cell, of " + std::to_string(classes) + " classes each",
                   output.get_shape());
        }
    }

    void decode(const PixelArea& area, std::vector<CheckedBox>& boxes) const {
        for (std::size_t i = 0; i < height_ * width_ * boxes_; ++i) {
            decode_box(i, area, boxes);
        }
    }

private:
    ov::Shape reshaped(std::size_t layer, const ov::Tensor& output) const {
        if (layer >= adapter_.cells.size()) {
            refuse("for each of the sides in `cells`", output.get_shape());
        }
        const auto side = static_cast<std::size_t>(adapter_.cells[layer]);
        const std::size_t rest = output.get_size() / (side * side);
        if (rest * side * side != output.get_size() || rest == 0) {
            refuse("of " + std::to_string(side) + " x " + std::to_string(side) + " cells", output.get_shape());
        }
        return adapter_.is_channels_last ? ov::Shape{side, side, rest} : ov::Shape{rest, side, side};
    }

    double value(std::size_t channel, std::size_t cell) const {
        return values_[is_last_ ? cell * channels_ + channel : channel * height_ * width_ + cell];
    }

    double coordinate(double x) const {
        return !adapter_.is_raw ? x : adapter_.is_v5 ? 2 * sigmoid(x) - 0.5 : sigmoid(x);
    }
    double extent(double x) const {
        return adapter_.is_raw && adapter_.is_v5 ? std::pow(2 * sigmoid(x), 2) : std::exp(x);
    }
    double probability(double x) const {
        return adapter_.is_raw ? sigmoid(x) : x;
    }

    void decode_box(std::size_t i, const PixelArea& area, std::vector<CheckedBox>& boxes) const {
        const std::size_t cell = i / boxes_, anchor = i % boxes_, first = anchor * box_size_;
        const double objectness = has_objectness_ ? probability(value(first + 4, cell)) : 1;
        const auto score = [&](std::size_t label) {
            return probability(value(first + box_size_ - static_cast<std::size_t>(adapter_.classes) + label, cell)) *
                   objectness;
        };
        // The tool counts cells as if the grid were square.
        const std::size_t of_row = cells_ * boxes_, column = i % of_row / boxes_, row = i / of_row;
        const double cells = static_cast<double>(cells_);
        const double x = (coordinate(value(first, cell)) + static_cast<double>(column)) / cells;
        const double y = (coordinate(value(first + 1, cell)) + static_cast<double>(row)) / cells;
        const double width = extent(value(first + 2, cell)) * (*anchors_)[2 * anchor] / area.width;
        const double height = extent(value(first + 3, cell)) * (*anchors_)[2 * anchor + 1] / area.height;
        std::size_t best = 0;
        for (std::size_t label = 0; label < static_cast<std::size_t>(adapter_.classes); ++label) {
            if (adapter_.has_several_labels && score(label) > adapter_.threshold) {
                boxes.push_back(around(x, y, width, height, score(label), label));
            }
            best = score(label) > score(best) ? label : best;
        }
        if (!adapter_.has_several_labels && objectness > adapter_.threshold) {
            boxes.push_back(around(x, y, width, height, score(best), best));
        }
    }

    const checker::YoloGridAdapter& adapter_;
    const float* values_;
    const std::vector<double>* anchors_;
    std::size_t boxes_ = 0, cells_ = 0, height_ = 0, width_ = 0, channels_ = 0, box_size_ = 0;
    bool is_last_ = false, has_objectness_ = true;
};

/// Rows of centre, size, objectness and scores, in pixels.
std::vector<CheckedBox> decode_rows(const checker::YoloxAdapter& adapter, const ov::Tensor& output,
                                    const PixelArea& area) {
    if (output.get_shape().size() != 3 || output.get_shape()[2] < 6) {
        refuse("of boxes [1,N,5+C]", output.get_shape());
    }
    const std::size_t count = output.get_shape()[1], values = output.get_shape()[2];
    std::vector<CheckedBox> boxes;
    const auto add = [&](std::size_t i, double x, double y, double width, double height) {
        const float* row = output.data<const float>() + i * values;
        for (std::size_t label = 0; row[4] > adapter.threshold && label + 5 < values; ++label) {
            const double score = static_cast<double>(row[4]) * row[5 + label];
            if (score > adapter.threshold) {
                boxes.push_back(around(x, y, width, height, score, label));
            }
        }
    };
    const float* row = output.data<const float>();
    if (adapter.is_decoded) {
        for (std::size_t i = 0; i < count; ++i, row += values) {
            add(i, row[0], row[1], row[2], row[3]);
        }
        return boxes;
    }
    std::size_t i = 0;
    for (const int stride : {8, 16, 32}) {
        for (int y = 0; y < area.height / stride; ++y) {
            for (int x = 0; x < area.width / stride; ++x, ++i, row += values) {
                if (i >= count) {
                    refuse("with a box for each cell of 8, 16 and 32 pixels", output.get_shape());
                }
                add(i, (static_cast<double>(row[0]) + x) * stride, (static_cast<double>(row[1]) + y) * stride,
                    std::exp(static_cast<double>(row[2])) * stride, std::exp(static_cast<double>(row[3])) * stride);
            }
        }
    }
    if (i != count) {
        refuse("with a box for each cell of 8, 16 and 32 pixels", output.get_shape());
    }
    return boxes;
}

std::vector<CheckedBox> decode_columns(const checker::YoloV8Adapter& adapter, const ov::Tensor& output) {
    if (output.get_shape().size() != 3 || output.get_shape()[1] < 5) {
        refuse("of boxes [1,4+C,N]", output.get_shape());
    }
    const std::size_t classes = output.get_shape()[1] - 4, count = output.get_shape()[2];
    const auto value = [data = output.data<const float>(), count](std::size_t row, std::size_t i) -> double {
        return data[row * count + i];
    };
    std::vector<CheckedBox> boxes;
    for (std::size_t i = 0; i < count; ++i) {
        const auto add = [&](std::size_t label) {
            if (value(4 + label, i) > adapter.threshold) {
                boxes.push_back(around(value(0, i), value(1, i), value(2, i), value(3, i), value(4 + label, i), label));
            }
        };
        std::size_t best = 0;
        for (std::size_t label = 0; label < classes; ++label) {
            if (adapter.has_several_labels) {
                add(label);
            }
            best = value(4 + label, i) > value(4 + best, i) ? label : best;
        }
        if (!adapter.has_several_labels) {
            add(best);
        }
    }
    return boxes;
}

}  // namespace

CheckerAdapter::CheckerAdapter(const checker::Adapter& adapter, const ModelFacts& facts) : adapter_(adapter) {
    const Wanted wants = std::visit([](const auto& each) { return wanted(each); }, adapter);
    for (const auto& name : wants.names) {
        outputs_.push_back(find_output(facts, name, wants.suits, wants.expected));
    }
}

std::vector<CheckedBox> CheckerAdapter::decode(const std::vector<ov::Tensor>& outputs, const PixelArea& area) const {
    const ov::Tensor first = as_floats(outputs[outputs_.front()]);
    if (std::holds_alternative<checker::SsdAdapter>(adapter_)) {
        return decode_ssd(first);
    }
    if (const auto* rows = std::get_if<checker::YoloxAdapter>(&adapter_)) {
        return decode_rows(*rows, first, area);
    }
    if (const auto* columns = std::get_if<checker::YoloV8Adapter>(&adapter_)) {
        return decode_columns(*columns, first);
    }
    std::vector<CheckedBox> boxes;
    const auto& grids = std::get<checker::YoloGridAdapter>(adapter_);
    for (std::size_t layer = 0; layer < outputs_.size(); ++layer) {
        const ov::Tensor output = as_floats(outputs[outputs_[layer]]);
        Grid(grids, layer, output).decode(area, boxes);
    }
    return boxes;
}

}  // namespace octet
