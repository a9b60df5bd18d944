#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "numeric/grid_rounding.hpp"

namespace octet {

/// Rounds weights of several output channels that read the same inputs, each up or down from `wanted` [channels][n], by
/// AdaRound (Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", 2020): `steps` steps of Adam
/// lower the error of each channel, as grid_rounding.hpp has it, of weights that lie between their two places of the
/// grid as a rectified sigmoid says, with a price for what is at neither place. At the end each takes the nearer place.
/// `products` [n,n]; a grid for each channel. Writes `weights`, the same for any division into channels. Once
/// `cancelled`, asked at every step, says so, what is written is of no use.
void round_as_learned(std::span<const double> products, std::span<const double> wanted,
                      std::span<const WeightGrid> grids, std::size_t steps, const std::function<bool()>& cancelled,
                      std::span<double> weights);

}  // namespace octet
