#include "metrics/segmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"

namespace octet {
namespace {

constexpr const char* kExpected =
    "a map of classes: scores [1,C,H,W] or [1,H,W,C], probabilities [1,1,H,W] or [1,H,W], or integers";
constexpr float kTolerance = 0.01F;  // of a probability beyond 0 or 1

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorCode::UnsupportedModel, "masks", message);
}

bool is_map(const OutputFacts& output) {
    const auto& shape = output.shape();
    return (shape.size() == 3 || shape.size() == 4) && shape[0] == 1 && shape[shape.size() - 2] > 1 &&
           is_plain_number(output.tensor.get_element_type());
}

/// How far the axes are from the input's proportions.
double disproportion(std::size_t height, std::size_t width, const PixelArea& area) {
    return std::abs(static_cast<double>(height) / area.height - static_cast<double>(width) / area.width);
}

/// Axis of the classes: 1 or 3.
std::size_t class_axis(const OutputFacts& output, const std::optional<PixelArea>& area) {
    if (ov::layout::has_channels(output.layout)) {
        const auto axis = ov::layout::channels_idx(output.layout);
        return axis == 3 || axis == -1 ? 3 : 1;
    }
    const auto& shape = output.shape();
    if (shape[1] == 1 || shape[3] == 1) {
        return shape[1] == 1 ? 1 : 3;
    }
    // Exactly the input's proportions, else the same but for a rest of a pixel.
    bool first = false, last = false;
    for (const double rest : {0.0, area ? 1.0 / std::min(area->height, area->width) : 0.0}) {
        if (area && first == last) {
            first = disproportion(shape[2], shape[3], *area) <= rest;
            last = disproportion(shape[1], shape[2], *area) <= rest;
        }
    }
    if (first == last) {
        refuse("cannot tell which axis of " + describe(output.tensor.get_element_type(), ov::PartialShape(shape)) +
               " is the classes'; give the output a layout");
    }
    return first ? 1 : 3;
}

/// Two-dimensional view of a tensor: channel, row, column.
struct Strides {
    std::size_t channels, height, width;        // extents
    std::size_t of_channel, of_row, of_column;  // steps
};

Strides strides_of(const ov::Shape& shape, const MapReading& reading) {
    std::array<std::size_t, 4> step{1, 1, 1, 1};
    for (std::size_t axis = shape.size() - 1; axis-- > 0;) {
        step[axis] = step[axis + 1] * shape[axis + 1];
    }
    const bool has_channels = reading.kind == MapReading::Kind::Scores;
    return {has_channels ? shape[reading.channels] : 1, shape[reading.height], shape[reading.width],
            has_channels ? step[reading.channels] : 0,  step[reading.height],  step[reading.width]};
}

void best_classes(const float* scores, const Strides& s, ClassMap& map) {
    // A pixel without any number as its score is of no class that there is, so never right.
    const auto none = static_cast<std::uint16_t>(s.channels);
    std::fill(map.values.begin(), map.values.end(), none);
    std::vector<float> best(map.values.size(), -std::numeric_limits<float>::infinity());
    for (std::size_t c = 0; c < s.channels; ++c) {
        std::size_t at = 0;
        for (std::size_t y = 0; y < s.height; ++y) {
            for (std::size_t x = 0; x < s.width; ++x, ++at) {
                const float value = scores[c * s.of_channel + y * s.of_row + x * s.of_column];
                if (value > best[at] || (map.values[at] == none && !std::isnan(value))) {
                    best[at] = value;
                    map.values[at] = static_cast<std::uint16_t>(c);
                }
            }
        }
    }
}

void probable_classes(const float* values, ClassMap& map) {
    for (std::size_t i = 0; i < map.values.size(); ++i) {
        if (!(values[i] >= -kTolerance && values[i] <= 1 + kTolerance)) {
            refuse("expected probabilities from 0 to 1 in the only channel, got " + short_number(values[i]));
        }
        map.values[i] = values[i] > 0.5F ? 1 : 0;
    }
}

/// Pixels by the mask's value and the prediction.
class PairCounts {
public:
    using Pair = std::pair<std::uint16_t, std::uint16_t>;

    void add(std::span<const std::uint16_t> mask, const std::uint16_t* predictions,
             const std::vector<std::ptrdiff_t>& cell, std::int64_t ignored) {
        for (std::size_t x = 0; x < mask.size(); ++x) {
            if (mask[x] == ignored || cell[x] < 0) {
                continue;
            }
            const Pair pair{mask[x], predictions[cell[x]]};
            if (last_ == nullptr || pair != last_->first) {  // neighbours mostly are of the same class
                last_ = &*counts_.emplace(pair, 0).first;
            }
            ++last_->second;
        }
    }
    const std::map<Pair, std::uint64_t>& get() const {
        return counts_;
    }

private:
    std::map<Pair, std::uint64_t> counts_;
    std::pair<const Pair, std::uint64_t>* last_ = nullptr;
};

}  // namespace

MapReading read_map_shape(const OutputFacts& output, const std::optional<PixelArea>& area) {
    const auto& shape = output.shape();
    MapReading reading;
    const bool is_real = output.tensor.get_element_type().is_real();
    if (!is_map(output)) {
        refuse("output \"" + output.name + "\" is not " + kExpected);
    }
    if (shape.size() == 3) {
        return {is_real ? MapReading::Kind::Probability : MapReading::Kind::Classes, 0, 1, 2, is_real ? 2U : 0U};
    }
    reading.channels = class_axis(output, area);
    reading.height = reading.channels == 1 ? 2 : 1;
    reading.width = reading.height + 1;
    if (shape[reading.channels] == 1) {
        reading.kind = is_real ? MapReading::Kind::Probability : MapReading::Kind::Classes;
        reading.classes = is_real ? 2 : 0;
        return reading;
    }
    if (!is_real || shape[reading.channels] > UINT16_MAX) {
        refuse("output \"" + output.name + "\" is not " + kExpected);
    }
    reading.classes = shape[reading.channels];
    return reading;
}

namespace {

/// A model of dynamic shape may give another sample another rank, batch or number of classes.
void refuse_another_shape(const ov::Shape& shape, const MapReading& reading) {
    const bool has_scores = reading.kind == MapReading::Kind::Scores;
    const std::size_t last = std::max({reading.height, reading.width, has_scores ? reading.channels : 0});
    const std::size_t channels = has_scores ? reading.classes : 1;
    if (last >= shape.size() || (has_scores && shape[reading.channels] != channels) ||
        ov::shape_size(shape) != channels * shape[reading.height] * shape[reading.width]) {
        refuse("expected one map of classes as for the first sample, got the shape " +
               ov::PartialShape(shape).to_string());
    }
}

}  // namespace

ClassMap class_map(const ov::Tensor& output, const MapReading& reading) {
    const auto& shape = output.get_shape();
    refuse_another_shape(shape, reading);
    const Strides strides = strides_of(shape, reading);
    ClassMap map{strides.width, strides.height, std::vector<std::uint16_t>(strides.width * strides.height)};
    if (reading.kind == MapReading::Kind::Classes) {
        ov::Tensor values(ov::element::u16, shape, map.values.data());
        if (const auto bad = convert(output, values)) {
            refuse("expected classes from 0 to 65535, got " + bad->text);
        }
        return map;
    }
    const ov::Tensor floats = as_floats(output);
    if (reading.kind == MapReading::Kind::Probability) {
        probable_classes(floats.data<const float>(), map);
    } else {
        best_classes(floats.data<const float>(), strides, map);
    }
    return map;
}

std::vector<std::ptrdiff_t> cell_of_pixel(const AxisMapping& axis) {
    std::vector<std::ptrdiff_t> cells(static_cast<std::size_t>(axis.length), -1);
    const double to_canvas = static_cast<double>(axis.placed_length) / axis.kept_length;
    const double to_cells = static_cast<double>(axis.cells) / axis.canvas;
    for (int i = axis.kept_begin; i < axis.kept_begin + axis.kept_length; ++i) {
        const double place = axis.placed_begin + (i + 0.5 - axis.kept_begin) * to_canvas;
        cells[static_cast<std::size_t>(i)] = std::clamp(static_cast<std::ptrdiff_t>(place * to_cells),
                                                        std::ptrdiff_t{0}, static_cast<std::ptrdiff_t>(axis.cells) - 1);
    }
    return cells;
}

double mean_iou(const PixelCounts& counts) {
    double sum = 0;
    for (const auto& [number, pixels] : counts) {
        sum +=
            static_cast<double>(pixels.shared) / static_cast<double>(pixels.truth + pixels.predicted - pixels.shared);
    }
    return counts.empty() ? 0 : sum / static_cast<double>(counts.size());
}

Segmentation::Segmentation(const MaskLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                           const std::vector<ov::Tensor>& inputs, std::size_t models)
    : labels_(labels),
      facts_(facts),
      ignored_(options.ignore_label),
      output_(find_output(facts, options.output, is_map, kExpected)),
      reading_(read_map_shape(facts.outputs[output_], picture_area(facts, inputs))),
      of_model_(models) {}

Segmentation::Truth Segmentation::read(std::size_t index, const std::vector<ov::Tensor>& inputs) const {
    return {read_mask(labels_.of_sample[index]), picture_area(facts_, inputs)};
}

std::size_t Segmentation::class_of(std::uint16_t value, std::size_t index) const {
    const std::int64_t number = value + labels_.offset;
    if (number < 0 || (reading_.classes != 0 && number >= static_cast<std::int64_t>(reading_.classes))) {
        throw Error(ErrorCode::InvalidData, labels_.of_sample[index].string(),
                    "has pixels of class " + std::to_string(number) + ", but the model has " +
                        (reading_.classes == 0 ? "the classes from 0 up"
                                               : "the classes 0 to " + std::to_string(reading_.classes - 1)) +
                        "; is a label offset or --ignore-label missing?");
    }
    return static_cast<std::size_t>(number);
}

Segmentation::Score Segmentation::score(std::size_t index, const Truth& truth,
                                        const std::vector<ov::Tensor>& outputs) const {
    const auto& mask = truth.mask;
    const ClassMap map = class_map(outputs[output_], reading_);
    const PixelArea area =
        truth.area.value_or(PixelArea{0, 0, static_cast<int>(map.width), static_cast<int>(map.height)});
    const int width = static_cast<int>(mask.width), height = static_cast<int>(mask.height);
    const auto [kept, placed] = picture_frame(facts_.preparation, width, height, area.width, area.height);
    const auto column = cell_of_pixel({width, kept.left, kept.width, placed.left, placed.width, area.width, map.width});
    const auto row = cell_of_pixel({height, kept.top, kept.height, placed.top, placed.height, area.height, map.height});

    PairCounts pairs;
    for (std::size_t y = 0; y < mask.height; ++y) {
        if (row[y] >= 0) {
            pairs.add({mask.values.data() + y * mask.width, mask.width},
                      map.values.data() + static_cast<std::size_t>(row[y]) * map.width, column, ignored_);
        }
    }
    PixelCounts counts;
    for (const auto& [pair, pixels] : pairs.get()) {
        const std::size_t number = class_of(pair.first, index);
        counts[number].truth += pixels;
        counts[pair.second].predicted += pixels;
        counts[number].shared += number == pair.second ? pixels : 0;
    }
    return counts;
}

void Segmentation::add(std::size_t, const std::vector<Score>& scores, SampleEvaluation& sample) {
    for (std::size_t m = 0; m < scores.size(); ++m) {
        for (const auto& [number, pixels] : scores[m]) {
            ClassPixels& sum = of_model_[m][number];
            sum.shared += pixels.shared;
            sum.truth += pixels.truth;
            sum.predicted += pixels.predicted;
        }
        SampleFigures figures;
        if (!scores[m].empty()) {
            figures.mean_iou = mean_iou(scores[m]);
        }
        sample.models.push_back(figures);
    }
}

void Segmentation::finish(Evaluation& result, Observer&) const {
    result.task = "segmentation";
    result.metrics = {{"mean IoU", {}}, {"pixel accuracy", {}}};
    result.class_metric = "IoU";
    std::map<std::size_t, ClassEvaluation> classes;
    for (std::size_t m = 0; m < of_model_.size(); ++m) {
        std::uint64_t right = 0, all = 0;
        for (const auto& [number, pixels] : of_model_[m]) {
            right += pixels.shared;
            all += pixels.truth;
            ClassEvaluation& each = classes[number];
            each.count = pixels.truth;
            each.values.resize(of_model_.size());
            each.values[m] = mean_iou({{number, pixels}});
        }
        if (all == 0) {
            throw Error(ErrorCode::InvalidData, "labels", "the masks have no pixel that counts");
        }
        result.metrics[0].values.push_back(mean_iou(of_model_[m]));
        result.metrics[1].values.push_back(static_cast<double>(right) / static_cast<double>(all));
    }
    for (auto& [number, each] : classes) {
        each.number = static_cast<std::int64_t>(number);
        each.name = number < labels_.names.size() ? labels_.names[number] : "";
        result.classes.push_back(std::move(each));
    }
}

}  // namespace octet
