#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "numeric/histogram.hpp"
#include "numeric/ranges.hpp"

namespace octet {

/// The mean of (x - q(x))^2 over a histogram's values, where q puts x on `levels` >= 2 even steps over `range`, as
/// FakeQuantize does: what lies outside becomes the nearer end. Values count as evenly spread inside their bin, but
/// zeros as zero. In the square of the values' unit; 0 for no values.
double squared_error(const Histogram& histogram, const Range& range, std::size_t levels);

/// The Kullback-Leibler divergence of a histogram whose values outside `range` moved into the bins at its ends, from
/// the same where the bins inside were put into `levels` groups, each spread evenly over its bins that are not empty.
/// Zeros, which are on every grid, are left out. Infinite where the range has fewer bins than levels, as nothing can be
/// told there. After "8-bit Inference with TensorRT" (S. Migacz, NVIDIA, GTC 2017); bins that only outliers fill count
/// as 1e-4 of the whole in the second distribution, as MXNet smooths it.
double divergence(const Histogram& histogram, const Range& range, std::size_t levels);

/// Of the ranges that widths below `widest` give, the one whose cost is least: of a symmetric one `high` moves towards
/// zero, else both ends do that are not on zero's other side. First in steps of 2^(1/8), then of 2^(1/64); both ends
/// together, then in turn. `widest` itself where nothing costs less.
Range search_range(const Range& widest, bool is_symmetric, const std::function<double(const Range&)>& cost);

/// sum importance * (v - q(v))^2 over the values, with q as in squared_error(). `importance`: one for each value.
double weighted_error(std::span<const float> values, std::span<const float> importance, const Range& range,
                      std::size_t levels);

}  // namespace octet
