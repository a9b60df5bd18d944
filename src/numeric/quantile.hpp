#pragma once

#include <span>
#include <vector>

namespace octet {

/// The quantile of `values` at `probability` in [0, 1], linearly interpolated between its two neighbours, as numpy's
/// default. Reorders `values`, without sorting them; 0 for none.
double quantile(std::span<float> values, double probability);
double quantile(std::span<double> values, double probability);

/// One quantile of a set: at `probability` in [0, 1], of x or of |x|.
struct QuantilePoint {
    double probability = 0;
    bool of_magnitude = false;
};

/// The same quantiles for each of `points`, with `values` left in place and uncopied, all in the same three passes.
/// A zero is +0 whatever its sign. Infinities order as usual; NaN lies beyond them, on the side of its sign.
std::vector<double> quantiles(std::span<const float> values, std::span<const QuantilePoint> points);

}  // namespace octet
