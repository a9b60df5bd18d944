#pragma once

#include <openvino/core/model.hpp>

#include "octet/options.hpp"

#include "statistics/statistics.hpp"

namespace octet {

/// What quantizations of `model`, as prepared, with other options than `options` may ask of the samples: minima,
/// maxima, both tails and means of the tensors that any target, preset, profile or model type quantizes. Not what hangs
/// on numbers of the user's, such as other quantiles.
StatisticPlan every_statistic(ov::Model& model, const Options& options);

}  // namespace octet
