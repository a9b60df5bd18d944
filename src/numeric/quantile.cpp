#include "numeric/quantile.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace octet {
namespace {

template <class Value>
double select_quantile(std::span<Value> values, double probability) {
    if (values.empty()) {
        return 0;
    }
    const double place = probability * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
    const double share = place - std::floor(place);
    const auto nth = values.begin() + below;
    std::nth_element(values.begin(), nth, values.end());
    const double low = *nth;
    if (share == 0) {
        return low;
    }
    const double high = *std::min_element(nth + 1, values.end());
    return low + (high - low) * share;
}

// Radix selection: a float's bits, as an integer, order as its value does once negative ones are turned around. The
// first pass counts the values by their 11 highest bits; which bits the wanted values begin with is then known, and
// the two other passes count what begins like these by the next 11, and by the last 10 bits.

constexpr std::uint32_t kSign = 0x80000000U;
constexpr int kFirstShift = 21;
constexpr int kSecondShift = 10;
constexpr std::size_t kBuckets = std::size_t{1} << (32 - kFirstShift);
constexpr std::size_t kSmall = 2048;  // below, selecting in a copy is faster than walking the buckets

using Counts = std::array<std::size_t, kBuckets>;

std::uint32_t ordered_key(std::uint32_t bits, bool of_magnitude) {
    if (of_magnitude) {
        return bits & ~kSign;
    }
    return bits & kSign ? ~bits : bits | kSign;
}

double value_of(std::uint32_t key, bool of_magnitude) {
    const std::uint32_t bits = of_magnitude ? key : key & kSign ? key & ~kSign : ~key;
    return static_cast<double>(std::bit_cast<float>(bits)) + 0.0;  // -0 becomes +0
}

/// A value that is looked for: the one with `rank` others before it among those whose key begins with `prefix`; the
/// whole key where `is_found`.
struct Target {
    bool of_magnitude = false;
    std::size_t rank = 0;
    std::uint32_t prefix = 0;
    bool is_found = false;

    /// Goes down into the one of `counts` that holds it.
    void descend(const Counts& counts, int bits) {
        std::uint32_t bucket = 0;
        while (rank >= counts[bucket]) {
            rank -= counts[bucket++];
        }
        prefix = prefix << bits | bucket;
    }
};

/// The values whose key begins with `prefix`, counted by the bits that follow.
struct Group {
    bool of_magnitude = false;
    std::uint32_t prefix = 0;
    Counts counts{};
};

Counts count_high_bits(std::span<const float> values) {
    // Two rows, since neighbours often fall into the same bucket and would wait for each other's store.
    std::array<Counts, 2> counts{};
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        ++counts[0][std::bit_cast<std::uint32_t>(values[i]) >> kFirstShift];
        ++counts[1][std::bit_cast<std::uint32_t>(values[i + 1]) >> kFirstShift];
    }
    if (values.size() % 2 == 1) {
        ++counts[0][std::bit_cast<std::uint32_t>(values.back()) >> kFirstShift];
    }
    std::transform(counts[0].begin(), counts[0].end(), counts[1].begin(), counts[0].begin(), std::plus<>());
    return counts[0];
}

/// Where a target falls into the bucket that zeros begin: one of them it is in every second tensor, those behind a
/// ReLU, and counting on would go over all of them. `negative` of the `zeros` have a sign: they count as if they had
/// none.
void settle_zeros(Target& target, std::size_t zeros, std::size_t negative) {
    const std::uint32_t zero = ordered_key(0, target.of_magnitude);
    if (target.prefix != zero >> kFirstShift) {
        return;
    }
    if (target.rank < zeros) {
        target.prefix = zero;
        target.is_found = true;
    } else if (!target.of_magnitude) {
        target.rank -= negative;  // whose keys end the bucket before
    }
}

/// Those of the targets, which often share them.
std::vector<Group> groups_of(const std::vector<Target>& targets) {
    std::vector<Group> groups;
    for (const auto& target : targets) {
        if (!target.is_found && std::none_of(groups.begin(), groups.end(), [&](const Group& known) {
                return known.of_magnitude == target.of_magnitude && known.prefix == target.prefix;
            })) {
            groups.push_back({target.of_magnitude, target.prefix});
        }
    }
    return groups;
}

/// Counts by the `bits` above `shift`.
void count_next_bits(std::span<const float> values, std::vector<Group>& groups, int shift, int bits) {
    std::array<bool, kBuckets> is_wanted{};  // by a value's own 11 highest bits
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
        for (const auto& group : groups) {
            const std::uint32_t key = ordered_key(bucket << kFirstShift, group.of_magnitude);
            is_wanted[bucket] |= key >> kFirstShift == group.prefix >> (kFirstShift - shift - bits);
        }
    }
    const std::uint32_t mask = (1U << bits) - 1;
    for (const float value : values) {
        const auto raw = std::bit_cast<std::uint32_t>(value);
        if (!is_wanted[raw >> kFirstShift]) {
            continue;
        }
        for (auto& group : groups) {
            const std::uint32_t key = ordered_key(raw, group.of_magnitude);
            group.counts[(key >> shift) & mask] += key >> (shift + bits) == group.prefix;
        }
    }
}

void select_by_counting(std::span<const float> values, std::vector<Target>& targets) {
    const auto zeros = static_cast<std::size_t>(std::count(values.begin(), values.end(), 0.0F));
    const auto negative = static_cast<std::size_t>(std::count_if(
        values.begin(), values.end(), [](float value) { return std::bit_cast<std::uint32_t>(value) == kSign; }));
    Counts high = count_high_bits(values);
    high[kSign >> kFirstShift] -= negative;
    high[0] += negative;
    for (auto& target : targets) {
        Counts counts{};
        for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
            counts[ordered_key(bucket << kFirstShift, target.of_magnitude) >> kFirstShift] += high[bucket];
        }
        target.descend(counts, 32 - kFirstShift);
        settle_zeros(target, zeros, negative);
    }
    for (const auto& [shift, bits] : {std::pair{kSecondShift, kFirstShift - kSecondShift}, {0, kSecondShift}}) {
        auto groups = groups_of(targets);
        count_next_bits(values, groups, shift, bits);
        for (auto& target : targets) {
            const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
                return candidate.of_magnitude == target.of_magnitude && candidate.prefix == target.prefix;
            });
            if (!target.is_found) {
                target.descend(group->counts, bits);
            }
        }
    }
}

void select_in_copy(std::span<const float> values, std::vector<Target>& targets) {
    std::vector<std::uint32_t> keys(values.size());
    for (auto& target : targets) {
        std::transform(values.begin(), values.end(), keys.begin(), [&](float value) {
            return ordered_key(std::bit_cast<std::uint32_t>(value), target.of_magnitude);
        });
        const auto place = keys.begin() + static_cast<std::ptrdiff_t>(target.rank);
        std::nth_element(keys.begin(), place, keys.end());
        target.prefix = *place;
    }
}

}  // namespace

double quantile(std::span<float> values, double probability) {
    return select_quantile(values, probability);
}

double quantile(std::span<double> values, double probability) {
    return select_quantile(values, probability);
}

std::vector<double> quantiles(std::span<const float> values, std::span<const QuantilePoint> points) {
    std::vector<double> found(points.size(), 0);
    if (values.empty()) {
        return found;
    }
    std::vector<Target> targets;  // the two neighbours of each point
    const auto last = static_cast<double>(values.size() - 1);
    for (const auto& point : points) {
        const auto below = static_cast<std::size_t>(std::floor(point.probability * last));
        targets.push_back({point.of_magnitude, below});
        targets.push_back({point.of_magnitude, std::min(below + 1, values.size() - 1)});
    }
    (values.size() < kSmall ? select_in_copy : select_by_counting)(values, targets);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double place = points[i].probability * last;
        const double share = place - std::floor(place);
        const double low = value_of(targets[2 * i].prefix, points[i].of_magnitude);
        const double high = value_of(targets[2 * i + 1].prefix, points[i].of_magnitude);
        found[i] = share == 0 ? low : low + (high - low) * share;
    }
    return found;
}

}  // namespace octet
