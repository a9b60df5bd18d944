#pragma once

#include <span>

namespace octet {

/// The quantile of `values` at `probability` in [0, 1], linearly interpolated between its two neighbours, as numpy's
/// default. Reorders `values`, without sorting them; 0 for none.
double quantile(std::span<float> values, double probability);
double quantile(std::span<double> values, double probability);

}  // namespace octet
