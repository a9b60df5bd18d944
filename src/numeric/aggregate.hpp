#pragma once

#include <span>

#include "octet/options.hpp"

namespace octet {

/// One number of the samples' numbers; 0 for none. In double, in sample order.
/// NoOutliers: of the values within the quantiles 0.01 and 0.99. HodgesLehmann: half the median of x_i + x_j over all
/// pairs i > j; x itself where there is one. After POT's aggregators.
double aggregate(std::span<const double> values, Aggregator aggregator);

}  // namespace octet
