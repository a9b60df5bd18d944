#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace octet {

/// What a grid covers, in real units.
struct Range {
    double low = 0;
    double high = 0;

    bool operator==(const Range&) const = default;
};

/// Symmetric ranges ±M_c for weights, one per output channel. A channel is widened to 1 % of the largest, and to 8e-5.
/// `magnitudes`: max |w| of each channel, >= 0. After POT's symmetric range of weights.
std::vector<Range> symmetric_weights(std::span<const double> magnitudes);

/// Ranges of a symmetric grid of `levels` (even) steps for activations, one per channel or one in all:
/// [0, M] where no minimum is negative, else [-M*L/(L-2), M]; the guard as for weights.
/// `minima`: one per channel or one for all. After POT's symmetric range of activations.
/// `is_signed`: the negative half stays whatever the minima.
std::vector<Range> symmetric_activations(std::span<const double> minima, std::span<const double> magnitudes,
                                         std::size_t levels, bool is_signed = false);

/// Asymmetric ranges with one zero point: the mean of those of `ranges`, each of which must hold zero; one border of
/// each moves outwards. After POT's unified zero point.
std::vector<Range> unify_zero_point(std::span<const Range> ranges, int bits);

/// The range of an asymmetric grid of 2^bits levels: widened to 8e-4 at least and to hold zero, then one border moved
/// outwards until zero falls on a step. Where zero is within half a step of a border the range stays as it is.
/// After POT's asymmetric range.
Range asymmetric(Range measured, int bits);

/// `range` within [lowest, highest]; where that cuts something off, made an asymmetric() range again, which a border
/// may leave by half a step: zero stays on the grid. (POT only cuts, and zero may fall between two steps.)
Range clipped(Range range, double lowest, double highest, int bits);

}  // namespace octet
