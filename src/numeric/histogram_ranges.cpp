#include "numeric/histogram_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace octet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The integral from 0 to u of (v - nearest step)^2, in steps; the steps are 0 ... last.
double integral(double u, double last) {
    const double step = std::clamp(std::floor(u + 0.5), 0.0, last), rest = u - step;
    return step / 12 + rest * rest * rest / 3;
}

/// The bins of a histogram that hold anything: [first, last).
struct Bins {
    std::size_t first = 0, last = 0;

    explicit Bins(const Histogram& histogram) : last(histogram.counts.size()) {
        while (last > 0 && histogram.counts[last - 1] == 0) {
            --last;
        }
        while (first < last && histogram.counts[first] == 0) {
            ++first;
        }
    }
};

/// A scale in (0, 1] of least cost, and that cost.
struct Scaled {
    double scale = 1, cost = 0;
};

/// Costs far above the least one end the scan: ranges only become narrower.
template <class Cost>
Scaled search_scale(const Cost& cost, Scaled start) {
    constexpr int kSteps = 88, kCoarse = 8, kFine = 64;
    constexpr double kHopeless = 8;
    Scaled best = start;
    int at = 0;
    for (int k = 1; k <= kSteps; ++k) {
        const Scaled now{std::exp2(-static_cast<double>(k) / kCoarse),
                         cost(std::exp2(-static_cast<double>(k) / kCoarse))};
        if (now.cost < best.cost) {
            best = now;
            at = k;
        } else if (now.cost > kHopeless * best.cost && std::isfinite(now.cost)) {
            break;
        }
    }
    constexpr int kAround = kFine / kCoarse;
    for (int k = std::max(1, at * kAround - kAround + 1); k < (at + 1) * kAround; ++k) {
        const double scale = std::exp2(-static_cast<double>(k) / kFine);
        if (const double now = cost(scale); now < best.cost) {
            best = {scale, now};
        }
    }
    return best;
}

}  // namespace

double squared_error(const Histogram& histogram, const Range& range, std::size_t levels) {
    const double last = static_cast<double>(levels - 1), step = (range.high - range.low) / last;
    const double total = histogram.total();
    if (!(step > 0) || !(total > 0)) {
        return total > 0 ? kInfinity : 0;
    }
    const Bins bins(histogram);
    const double width = histogram.width / step;  // in steps
    const auto place = [&](std::size_t bin) { return (histogram.bin_low(bin) - range.low) / step; };
    double sum = 0, before = integral(place(bins.first), last);
    for (std::size_t bin = bins.first; bin < bins.last; ++bin) {
        const double behind = integral(place(bin + 1), last);
        sum += histogram.counts[bin] * (behind - before) / width;
        before = behind;
    }
    const double zero = -range.low / step, off = zero - std::clamp(std::nearbyint(zero), 0.0, last);
    return (sum + histogram.zeros * off * off) * step * step / total;
}

double divergence(const Histogram& histogram, const Range& range, std::size_t levels) {
    constexpr double kSmoothing = 1e-4;
    const Bins all(histogram);
    const auto bin_at = [&](double value) {
        const double bin = std::floor(value / histogram.width) - histogram.first;
        return bin > 0 ? static_cast<std::size_t>(std::min(bin, static_cast<double>(kHistogramBins - 1))) : 0;
    };
    const std::size_t first = std::max(all.first, bin_at(range.low)), last = std::min(all.last, bin_at(range.high) + 1);
    if (histogram.empty() || (range.high - range.low) / histogram.width < static_cast<double>(levels) ||
        first >= last) {
        return kInfinity;
    }
    std::vector<double> clipped(histogram.counts.begin() + static_cast<std::ptrdiff_t>(first),
                                histogram.counts.begin() + static_cast<std::ptrdiff_t>(last));
    const auto group_of = [&](std::size_t bin) {
        const double middle = histogram.bin_low(first + bin) + histogram.width / 2;
        const double group = std::floor((middle - range.low) / (range.high - range.low) * static_cast<double>(levels));
        return static_cast<std::size_t>(std::clamp(group, 0.0, static_cast<double>(levels - 1)));
    };
    std::vector<double> coarse(clipped.size(), 0);
    double inside = 0;
    for (std::size_t begin = 0; begin < clipped.size();) {
        std::size_t end = begin, filled = 0;
        double sum = 0;
        for (const std::size_t group = group_of(begin); end < clipped.size() && group_of(end) == group; ++end) {
            sum += clipped[end];
            filled += clipped[end] > 0 ? 1 : 0;
        }
        for (; begin < end; ++begin) {
            coarse[begin] = clipped[begin] > 0 ? sum / static_cast<double>(filled) : 0;
        }
        inside += sum;
    }
    for (std::size_t bin = all.first; bin < all.last; ++bin) {
        if (bin < first) {
            clipped.front() += histogram.counts[bin];
        } else if (bin >= last) {
            clipped.back() += histogram.counts[bin];
        }
    }
    const double total = histogram.total() - histogram.zeros;
    double sum = 0;
    for (std::size_t bin = 0; bin < clipped.size(); ++bin) {
        if (clipped[bin] > 0) {
            const double p = clipped[bin] / total, q = coarse[bin] > 0 ? coarse[bin] / inside : kSmoothing;
            sum += p * std::log(p / q);
        }
    }
    return sum;
}

Range search_range(const Range& widest, bool is_symmetric, const std::function<double(const Range&)>& cost) {
    Range best = widest;
    Scaled reached{1, cost(widest)};
    const auto scan = [&](bool moves_low, bool moves_high) {
        const Range from = best;
        const auto scaled = [&](double scale) {
            return Range{moves_low ? from.low * scale : from.low, moves_high ? from.high * scale : from.high};
        };
        reached = search_scale([&](double scale) { return cost(scaled(scale)); }, {1, reached.cost});
        best = scaled(reached.scale);
    };
    const bool has_low = !is_symmetric && widest.low < 0;
    const bool has_high = widest.high > 0;
    scan(has_low, has_high);
    constexpr int kRounds = 2;
    for (int round = 0; round < kRounds && has_low && has_high; ++round) {
        for (const bool low : {false, true}) {
            best = low ? Range{widest.low, best.high} : Range{best.low, widest.high};
            reached.cost = cost(best);
            scan(low, !low);
        }
    }
    return best;
}

double weighted_error(std::span<const float> values, std::span<const float> importance, const Range& range,
                      std::size_t levels) {
    const double last = static_cast<double>(levels - 1), step = (range.high - range.low) / last;
    if (!(step > 0)) {
        return kInfinity;
    }
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double place = (values[i] - range.low) / step;
        const double off = place - std::clamp(std::nearbyint(place), 0.0, last);
        sum += importance[i] * off * off;
    }
    return sum * step * step;
}

}  // namespace octet
