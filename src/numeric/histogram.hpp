#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "numeric/reduce.hpp"

namespace octet {

inline constexpr std::size_t kHistogramBins = 2048;

/// How often values fall into bins whose width is a power of two and whose borders are multiples of it: bin i holds
/// [(first + i) * width, (first + i + 1) * width). The width is the smallest that puts [low, high] into kHistogramBins
/// bins (and the largest magnitude below 2^23 widths), so the histogram of many values is the same however they are
/// parted: what is merged doubles its width, by adding neighbours, until it holds both. Counts are whole numbers, and
/// so their sums exact below 2^53.
struct Histogram {
    double low = 0, high = 0;  ///< extremes of the values
    double width = 0;          ///< of a bin; 0: no values
    double first = 0;          ///< the number of bin 0
    double zeros = 0;          ///< values that are exactly zero; not among the bins
    std::vector<double> counts = std::vector<double>(kHistogramBins, 0);

    bool empty() const {
        return width == 0;
    }
    double bin_low(std::size_t bin) const {
        return (first + static_cast<double>(bin)) * width;
    }
    /// All values, or their weights.
    double total() const;

    bool operator==(const Histogram&) const = default;
};

/// Of `values`, whose extremes these are. Empty where there are none, or where one is not bounded.
Histogram count_values(std::span<const float> values, const Extremes& extremes);

/// The same, but a value of channel c counts weights[c] times, whole numbers of [channels].
Histogram count_weighted(std::span<const float> values, const Extremes& extremes, const ChannelView& view,
                         std::span<const double> weights);

/// Of the values of both.
void merge(Histogram& histogram, const Histogram& other);

/// A histogram as a row of numbers, and back: low, high, width, first, zeros, counts.
inline constexpr std::size_t kPackedHistogram = 5 + kHistogramBins;
void pack(const Histogram& histogram, std::span<double> to);
Histogram unpack_histogram(std::span<const double> row);

/// Of magnitudes: a negative bin counts with its positive twin, so low is 0.
Histogram fold(const Histogram& histogram);

/// The value below which a part `probability` of all values lies, linear inside a bin. 0 for an empty histogram.
double quantile(const Histogram& histogram, double probability);

}  // namespace octet
