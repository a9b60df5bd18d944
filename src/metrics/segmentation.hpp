#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "octet/evaluate.hpp"

#include "data/mask.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// The classes that a model gives to pixels, row by row.
struct ClassMap {
    std::size_t width = 0, height = 0;
    std::vector<std::uint16_t> values;
};

/// Pixels of one class.
struct ClassPixels {
    std::uint64_t shared = 0, truth = 0, predicted = 0;
};

/// By class number, as far as there are pixels.
using PixelCounts = std::map<std::size_t, ClassPixels>;

/// Where the classes are in an output.
struct MapReading {
    enum class Kind { Scores, Probability, Classes } kind = Kind::Scores;
    std::size_t channels = 0, height = 0, width = 0;  ///< axes; `channels` only of Scores
    std::size_t classes = 0;                          ///< 0 where the shape does not tell
};

/// How `output` is to be read; `area` is the size of the input where it is known.
/// Throws Error(UnsupportedModel) where it is no map, or it cannot be told which axis is the classes'.
MapReading read_map_shape(const OutputFacts& output, const std::optional<PixelArea>& area);

/// The class of each pixel. Throws Error(UnsupportedModel) for values or a shape other than `reading` says.
ClassMap class_map(const ov::Tensor& output, const MapReading& reading);

/// For each pixel of `length`, the cell of `cells` that its centre falls into; -1 outside the kept part. The part from
/// `kept_begin` of `kept_length` pixels lies at `placed_begin` of `placed_length` pixels, of `canvas`.
struct AxisMapping {
    int length, kept_begin, kept_length, placed_begin, placed_length, canvas;
    std::size_t cells;
};
std::vector<std::ptrdiff_t> cell_of_pixel(const AxisMapping& axis);

/// Intersection over union as shares; their mean over the classes that occur.
double mean_iou(const PixelCounts& counts);

/// Mean intersection over union; a task of evaluate().
class Segmentation {
public:
    struct Truth {
        Mask mask;
        std::optional<PixelArea> area;
    };
    using Score = PixelCounts;

    Segmentation(const MaskLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                 const std::vector<ov::Tensor>& inputs, std::size_t models);

    Truth read(std::size_t index, const std::vector<ov::Tensor>& inputs) const;
    Score score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const;
    void add(std::size_t index, const std::vector<Score>& scores, SampleEvaluation& sample);
    void finish(Evaluation& result, Observer& observer) const;

private:
    std::size_t class_of(std::uint16_t value, std::size_t index) const;

    const MaskLabels& labels_;
    const ModelFacts& facts_;
    std::int64_t ignored_;
    std::size_t output_;
    MapReading reading_;
    std::vector<PixelCounts> of_model_;
};

}  // namespace octet
