#pragma once

#include <optional>

#include "octet/options.hpp"

#include "placement/plan.hpp"
#include "statistics/statistics.hpp"

namespace octet {

/// How one end of a quantizer's range comes about.
struct RangeEnd {
    Measure measure{};
    Aggregator aggregator = Aggregator::Mean;
    Granularity granularity = Granularity::PerTensor;
    std::optional<double> clipping_value{};
};

struct RangeEstimator {
    RangeEnd min, max;
};

/// The estimator that `options` give to quantizers of this kind and scheme: the preset's row of POT's table, with what
/// the user set in place of its parts. Symmetric weights have no `min`: it is that of their magnitude.
/// Throws Error(InvalidOption) for outlier_prob outside [0, 1) and for an aggregator of weights.
RangeEstimator range_estimator(TensorKind kind, const Scheme& scheme, const Options& options);

}  // namespace octet
