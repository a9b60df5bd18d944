#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "octet/compare.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

#include "algorithms/reversible.hpp"
#include "algorithms/trial.hpp"

namespace octet {

// What sensitivity and AccuracyAwareQuantization share.

/// Blocks of a quantized model, by number.
using BlockSet = std::vector<std::size_t>;

/// The SQNR of a quantized model on the trial samples, with blocks in floating point.
class BlockTrials {
public:
    BlockTrials(const ReversibleModel& reversible, const OutputError& error, const Options& options,
                std::size_t threads, Observer& observer)
        : reversible_(reversible), error_(error), options_(options), threads_(threads), observer_(observer) {}

    /// In dB, for each of these sets. Tells the observer of `done` steps more, of `total`. Throws Error(Cancelled).
    std::vector<double> sqnr(const std::vector<BlockSet>& reverted, std::size_t done, std::size_t total) const;

    /// All blocks but one.
    BlockSet all_but(std::size_t block) const;

private:
    double sqnr(const BlockSet& reverted) const;

    const ReversibleModel& reversible_;
    const OutputError& error_;
    const Options& options_;
    std::size_t threads_;
    Observer& observer_;
};

/// Can each block be left in floating point by names of the model as it was given?
std::vector<bool> ignorable_blocks(const ov::Model& given, const std::vector<Block>& blocks);

/// The mean SQNR of the outputs in dB, each within -200 and 200; NaN counts as -200. 200 where no output is compared.
double mean_sqnr(const Comparison& comparison);

}  // namespace octet
