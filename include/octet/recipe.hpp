#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/quantize.hpp"

namespace octet {

/// Which steps are tried.
enum class Recipe {
    Accurate,  ///< those that gain on most models
    Auto,      ///< also presets, estimators, alignment and corrections that gain on some
};

struct RecipeOptions {
    Recipe recipe = Recipe::Accurate;
    /// No step begins that is not likely to end within this time. The result then depends on the machine's speed.
    /// Unset: all are tried.
    std::optional<std::chrono::duration<double>> budget{};
};

struct RecipeResult {
    QuantizedModel model;  ///< of the steps that were kept; Report::tried tells of all
};

/// Quantizes with `options`, then with all that gains on most models together, then without, and with, single steps;
/// each time it keeps what brings the outputs nearer to the original's on every fifth sample (up to 32), which are not
/// used to calibrate. A step that changes nothing, as the options have it already, is left out; one that fails is told
/// and not kept. Throws as quantize() and compare() do, and Error(InvalidData) where there are fewer than 4 samples.
OCTET_API RecipeResult quantize_by_recipe(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                          const Options& options, const RecipeOptions& recipe,
                                          const RunOptions& run = {}, Observer* observer = nullptr);

}  // namespace octet
