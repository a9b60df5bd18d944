#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "octet/options.hpp"

#include "algorithms/layer_rows.hpp"
#include "numeric/ranges.hpp"

namespace octet {

/// The weights of one layer, group by group, then output by output: [groups * outputs][width], width: inputs * taps.
struct LayerWeights {
    std::size_t groups = 1, outputs = 1, width = 1;
    std::vector<float> values{};  ///< in floating point

    // The grid of each of the groups * outputs channels: multiples of `steps` from `low` to `high`.
    std::vector<double> steps{};
    double low = -127, high = 127;

    std::vector<double> bias{};     ///< of each channel
    bool has_bias = true;           ///< else it stays 0
    bool may_change_steps = false;  ///< else the grid stays as it is

    /// What comes after the layer makes no difference beyond these: an activation that cuts off.
    double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
};

/// The quantizer of a layer's input.
struct InputQuantizer {
    Range range;
    std::size_t levels = 0;
};

/// What makes the layer's output come nearest to what is wanted.
struct LayerFit {
    std::vector<float> values;  ///< on the grid
    std::vector<double> steps;  ///< of the grid
    std::vector<double> bias;
    double input_share = 1;        ///< by which the range of the layer's input changes
    double before = 0, after = 0;  ///< error on the rows held out, by the method's own measure
};

/// Steps of the methods that go step by step.
inline std::size_t count_steps(const TuningOptions& options) {
    return std::max<std::size_t>(1, options.num_samples_for_tuning / options.batch_size);
}

/// Fits weights on the grid, and the bias, by least squares on `rows.fitted`: the weights in floating point that come
/// nearest, drawn to those that are there (ridge regression; how strongly is chosen by `rows.held_out`), then rounded
/// by round_in_turn() and descend(), with the step of each channel that suits best; with TuningMethod::AdaRound by
/// round_as_learned() and descend(), too, where that is nearer. Where an activation cuts off both what is wanted and
/// what is made, what is made counts as wanted: the error behind the activation is never larger than that which is
/// lowered. Nothing where the fit is not nearer on the rows held out.
std::optional<LayerFit> fit_layer(const LayerWeights& weights, const SplitRows& rows, const TuningOptions& options,
                                  std::size_t threads, const std::function<bool()>& cancelled);

/// The same with `rows` that show what lies in front of the quantizer `input`: its range, too, gets the width that
/// suits the rows held out best before the weights are fitted, where the fit comes nearer by it than without.
std::optional<LayerFit> fit_layer(const LayerWeights& weights, const InputQuantizer& input, const SplitRows& rows,
                                  const TuningOptions& options, std::size_t threads,
                                  const std::function<bool()>& cancelled);

}  // namespace octet
