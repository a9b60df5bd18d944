#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

namespace octet {

/// SQNR: how near a model's outputs are to the original's, in dB: 10*log10(sum y^2 / sum (y - y')^2) over the samples,
/// the mean over the outputs in floating point. 200 where they are equal.

struct SensitivityOptions {
    /// The SQNR that the suggested scope must reach, in dB; more than -200, less than 200. Unset: `least_gain` decides
    /// alone.
    std::optional<double> target_sqnr{};
    /// What each block of the suggested scope, which is at most half of them, must add to the SQNR, in dB, above 0.
    /// Without effect with `target_sqnr`.
    double least_gain = 1;
};

/// Quantized operations that go back to floating point together, because they share quantizers or ranges: mostly one
/// weighted operation, with additions whole chains.
struct BlockSensitivity {
    std::string name, type;               ///< of its first weighted operation, else of its first
    std::vector<std::string> operations;  ///< in topological order, named as IgnoredScope::names has them
    std::size_t quantizers = 0;
    double alone_db = 0;  ///< SQNR where only this block is quantized
    /// What it adds to the SQNR where only this block is left in floating point; of the 24 that cost most alone.
    std::optional<double> left_db{};
    /// May it be ignored? False where folding made one of its operations, so that no name of the given model means it.
    bool can_be_ignored = true;
};

/// Operations to be left in floating point, found good by quantizing anew without them.
struct SuggestedScope {
    std::vector<std::string> names;  ///< for IgnoredScope::names
    std::size_t blocks = 0;
    double before_db = 0, after_db = 0;  ///< SQNR of the model as it runs in INT8, without and with the scope
};

struct Sensitivity {
    double sqnr_db = 0;                    ///< on the trial samples, all blocks quantized
    std::size_t trial_samples = 0;         ///< on which blocks were measured: some of the calibration subset
    std::vector<BlockSensitivity> blocks;  ///< the costliest first: by `left_db`; then those without it by `alone_db`
    std::size_t check_samples = 0;         ///< on which the suggestion was measured
    bool are_checks_held_out = false;      ///< are they others than those that were calibrated on?
    std::optional<SuggestedScope> suggestion;
    std::string why_none;  ///< where there is no suggestion
};

/// Quantizes `model` as quantize() does and measures what each block of quantized operations costs at the outputs,
/// without labels: in f32 arithmetic, on the trial samples.
///
/// Suggests the fewest operations that are worth to be left in floating point: greedily the block whose reversal adds
/// most to the SQNR, for as long as SensitivityOptions want more. Every fifth sample is held out for this, where there
/// are ten or more and Options::states is not Keep: a suggestion is quantized anew, from the start, and only told where
/// it keeps its promise on these samples.
///
/// The result is the same whatever RunOptions say. Phase "sensitivity", after those of quantize().
/// Throws what quantize() and compare() throw, Error(InvalidOption) for SensitivityOptions out of range,
/// Error(UnsupportedModel) for a model with a state or without an output in floating point.
OCTET_API Sensitivity measure_sensitivity(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                          const Options& options = {}, const SensitivityOptions& wanted = {},
                                          const RunOptions& run = {}, Observer* observer = nullptr);

}  // namespace octet
