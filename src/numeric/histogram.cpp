#include "numeric/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "numeric/multiversion.hpp"

namespace octet {
namespace {

constexpr int kLeastExponent = -100, kMostExponent = 120;  // of a bin's width
constexpr int kBits = 22;                                  // of a value's bin number: f32 holds no finer bins
constexpr std::size_t kBlock = 512;
constexpr std::size_t kSlots = kHistogramBins + 1;  // the last one for zeros

double bin_number(double value, double width) {
    return std::floor(value / width);
}

/// The smallest width for values between these.
double bin_width(double low, double high) {
    const double magnitude = std::max(std::fabs(low), std::fabs(high));
    const double least = std::max(std::ldexp(magnitude, -kBits), (high - low) / kHistogramBins);
    const int start = least > 0 && std::isfinite(least) ? std::ilogb(least) : kLeastExponent;
    int exponent = std::clamp(start, kLeastExponent, kMostExponent);
    const auto bins = [&](double width) { return bin_number(high, width) - bin_number(low, width) + 1; };
    while (exponent < kMostExponent && bins(std::ldexp(1.0, exponent)) > static_cast<double>(kHistogramBins)) {
        ++exponent;
    }
    return std::ldexp(1.0, exponent);
}

Histogram make_empty(double low, double high) {
    Histogram histogram;
    histogram.low = low;
    histogram.high = high;
    histogram.width = bin_width(low, high);
    histogram.first = bin_number(low, histogram.width);
    return histogram;
}

/// The slots of values: a bin, or behind the bins for zeros.
OCTET_MULTIVERSION
void find_slots(const float* values, std::size_t count, double inverse, double first, std::int32_t* __restrict slots) {
    for (std::size_t i = 0; i < count; ++i) {
        const double place = std::floor(static_cast<double>(values[i]) * inverse) - first;
        slots[i] = values[i] == 0 ? static_cast<std::int32_t>(kHistogramBins) : static_cast<std::int32_t>(place);
    }
}

/// Calls action(place of the first, slots) for blocks of values.
template <class Action>
void for_each_block(std::span<const float> values, const Histogram& histogram, const Action& action) {
    std::array<std::int32_t, kBlock> slots;
    for (std::size_t at = 0; at < values.size(); at += kBlock) {
        const std::size_t count = std::min(kBlock, values.size() - at);
        find_slots(values.data() + at, count, 1 / histogram.width, histogram.first, slots.data());
        action(at, std::span<const std::int32_t>(slots.data(), count));
    }
}

void add_slots(Histogram& histogram, const double* table) {
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        histogram.counts[bin] += table[bin];
    }
    histogram.zeros += table[kHistogramBins];
}

/// The bin of `histogram` that holds bin number `number` of bins `share` times as wide.
std::size_t place_in(const Histogram& histogram, double number, double share) {
    const double place = std::floor(number * share) - histogram.first;  // of a damaged file it may be no number
    return place > 0 ? static_cast<std::size_t>(std::min(place, static_cast<double>(kHistogramBins - 1))) : 0;
}

void add_bins(Histogram& histogram, const Histogram& other) {
    const double share = other.width / histogram.width;
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        if (other.counts[bin] > 0) {
            const double number = other.first + static_cast<double>(bin);
            histogram.counts[place_in(histogram, number, share)] += other.counts[bin];
        }
    }
    histogram.zeros += other.zeros;
}

}  // namespace

double Histogram::total() const {
    return std::accumulate(counts.begin(), counts.end(), zeros);
}

Histogram count_values(std::span<const float> values, const Extremes& extremes) {
    if (values.empty() || !extremes.is_bounded) {
        return {};
    }
    Histogram histogram = make_empty(extremes.low, extremes.high);
    // Equal values follow each other: with tables in turn, an addition need not wait for the one before.
    constexpr std::size_t kTables = 4;
    std::vector<std::uint32_t> tables(kTables * kSlots, 0);
    for_each_block(values, histogram, [&](std::size_t, std::span<const std::int32_t> slots) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            ++tables[i % kTables * kSlots + static_cast<std::size_t>(slots[i])];
        }
    });
    for (std::size_t t = 0; t < kTables; ++t) {
        const std::vector<double> table(tables.begin() + static_cast<std::ptrdiff_t>(t * kSlots),
                                        tables.begin() + static_cast<std::ptrdiff_t>((t + 1) * kSlots));
        add_slots(histogram, table.data());
    }
    return histogram;
}

Histogram count_weighted(std::span<const float> values, const Extremes& extremes, const ChannelView& view,
                         std::span<const double> weights) {
    if (values.empty() || !extremes.is_bounded) {
        return {};
    }
    Histogram histogram = make_empty(extremes.low, extremes.high);
    constexpr std::size_t kTables = 4;
    std::vector<double> tables(kTables * kSlots, 0);
    std::size_t channel = 0, left = view.inner;  // values that still belong to the channel
    for_each_block(values, histogram, [&](std::size_t, std::span<const std::int32_t> slots) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            tables[i % kTables * kSlots + static_cast<std::size_t>(slots[i])] += weights[channel];
            if (--left == 0) {
                left = view.inner;
                channel = channel + 1 == view.channels ? 0 : channel + 1;
            }
        }
    });
    for (std::size_t t = 0; t < kTables; ++t) {
        add_slots(histogram, tables.data() + t * kSlots);
    }
    return histogram;
}

void merge(Histogram& histogram, const Histogram& other) {
    if (other.empty()) {
        return;
    }
    if (histogram.empty()) {
        histogram = other;
        return;
    }
    Histogram both = make_empty(std::min(histogram.low, other.low), std::max(histogram.high, other.high));
    add_bins(both, histogram);
    add_bins(both, other);
    histogram = std::move(both);
}

void pack(const Histogram& histogram, std::span<double> to) {
    const std::array head{histogram.low, histogram.high, histogram.width, histogram.first, histogram.zeros};
    std::copy(head.begin(), head.end(), to.begin());
    std::copy(histogram.counts.begin(), histogram.counts.end(), to.begin() + head.size());
}

Histogram unpack_histogram(std::span<const double> row) {
    Histogram histogram;
    if (row.size() == kPackedHistogram) {
        histogram.low = row[0];
        histogram.high = row[1];
        histogram.width = row[2];
        histogram.first = row[3];
        histogram.zeros = row[4];
        histogram.counts.assign(row.begin() + (kPackedHistogram - kHistogramBins), row.end());
    }
    return histogram;
}

Histogram fold(const Histogram& histogram) {
    if (histogram.empty()) {
        return histogram;
    }
    Histogram folded = make_empty(0, std::max(std::fabs(histogram.low), std::fabs(histogram.high)));
    folded.width = std::max(folded.width, histogram.width);  // a bin cannot be parted
    folded.zeros = histogram.zeros;
    const double share = histogram.width / folded.width;
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        const double number = histogram.first + static_cast<double>(bin);
        folded.counts[place_in(folded, number < 0 ? -number - 1 : number, share)] += histogram.counts[bin];
    }
    return folded;
}

double quantile(const Histogram& histogram, double probability) {
    if (histogram.empty()) {
        return 0;
    }
    const double wanted = probability * histogram.total();
    double below = 0;
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        const double count = histogram.counts[bin];
        if (histogram.bin_low(bin) == 0) {
            below += histogram.zeros;
            if (histogram.zeros > 0 && below >= wanted) {
                return 0;
            }
        }
        if (count > 0 && below + count >= wanted) {
            const double value = histogram.bin_low(bin) + histogram.width * (wanted - below) / count;
            return std::clamp(value, histogram.low, histogram.high);
        }
        below += count;
    }
    return histogram.high;
}

}  // namespace octet
