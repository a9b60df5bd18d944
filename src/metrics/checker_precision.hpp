#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "octet/checker_rules.hpp"

#include "metrics/checker_boxes.hpp"

namespace octet {

/// Figures of the classes `labels`, unset where a metric has none, as the tool leaves them out of the mean.
using ClassFigures = std::vector<std::optional<double>>;

/// The tool's `map`: average precision at one overlap, after PASCAL VOC.
ClassFigures average_precisions(const checker::MeanAp& metric, const std::vector<CheckedPicture>& pictures,
                                const std::vector<std::int64_t>& labels);

/// The tool's `coco_precision`: the mean over overlaps of the mean precision at 101 recalls.
ClassFigures average_precisions(const checker::CocoPrecision& metric, const std::vector<CheckedPicture>& pictures,
                                const std::vector<std::int64_t>& labels);

/// Over the classes that have a figure; 0 where none has.
double mean_of(const ClassFigures& figures);

}  // namespace octet
