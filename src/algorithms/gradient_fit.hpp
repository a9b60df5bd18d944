#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "octet/options.hpp"

#include "algorithms/fitted_weights.hpp"
#include "algorithms/layer_fit.hpp"

namespace octet {

/// Tunes weights, the steps of their grid, the bias and, where `rows` show the layer's input in front of
/// its quantizer `input`, the range of that one, by steps of Adam (Kingma and Ba, 2015) or plain gradient descent on
/// the mean squared error of the layer's output. Rounding counts as the identity, and as a hundredth of it where a
/// value is cut off (straight-through estimator, after POT). `rows` come sample by sample, equally many each; every
/// step takes the rows of TuningOptions::batch_size samples, at most 512 rows of them, drawn by `seed`. Nothing where
/// the error on the rows held out is no less than before.
std::optional<LayerFit> fit_by_gradient(const LayerWeights& weights, const std::optional<InputQuantizer>& input,
                                        const SplitRows& rows, std::size_t samples, const TuningOptions& options,
                                        std::uint64_t seed, std::size_t threads,
                                        const std::function<bool()>& cancelled);

}  // namespace octet
