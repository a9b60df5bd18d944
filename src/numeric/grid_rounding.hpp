#pragma once

#include <cstddef>
#include <span>

namespace octet {

// Weights of one output channel on a grid, so that the channel's output changes least. For n weights w, wanted values
// v and the matrix H [n,n] of the products of their inputs that error is (w - v)^T H (w - v).

/// A grid of the multiples of `step` from `low` * step to `high` * step.
struct WeightGrid {
    double step = 1, low = -127, high = 127;

    double nearest(double value) const;
};

/// One weight after the other, from the last on; each makes up as well as it can for what those before it are off by:
/// the nearest plane method (Babai, "On Lovasz' lattice reduction and the nearest lattice point problem", 1986), known
/// for weights as GPTQ (Frantar et al., 2022). `factor` [n,n]: the upper triangle R of H = R^T R, so that the error is
/// the sum over k of (sum over i >= k of R[k][i] * (w - v)[i])^2. Writes `weights` and returns that error.
double round_in_turn(std::span<const double> factor, std::span<const double> wanted, const WeightGrid& grid,
                     std::span<double> weights);

/// Moves single weights to better places of the grid while that lowers the error, at most `sweeps` times over all.
void descend(std::span<const double> products, std::span<const double> wanted, const WeightGrid& grid,
             std::size_t sweeps, std::span<double> weights);

/// (w - v)^T H (w - v)
double error_of(std::span<const double> products, std::span<const double> wanted, std::span<const double> weights);

}  // namespace octet
