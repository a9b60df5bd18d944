#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "octet/compare.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

#include "algorithms/reversible.hpp"
#include "algorithms/trial.hpp"

namespace octet {

// What sensitivity and AccuracyAwareQuantization share.

/// Blocks of a quantized model, or whatever else is taken back, by number.
using BlockSet = std::vector<std::size_t>;

/// The SQNR of a quantized model on the trial samples, with blocks taken back.
class BlockTrials {
public:
    /// A model in f32 arithmetic without these.
    using Without = std::function<std::shared_ptr<ov::Model>(const BlockSet& reverted)>;

    /// All but the options and `without` must outlive this.
    BlockTrials(Without without, const OutputError& error, const Options& options, std::size_t threads,
                Observer& observer)
        : without_(std::move(without)), error_(error), options_(options), threads_(threads), observer_(observer) {}

    /// In dB, for each of these sets. Tells the observer of `done` steps more, of `total`. Throws Error(Cancelled).
    std::vector<double> sqnr(const std::vector<BlockSet>& reverted, std::size_t done, std::size_t total) const;

private:
    double sqnr(const BlockSet& reverted) const;

    Without without_;
    const OutputError& error_;
    Options options_;
    std::size_t threads_;
    Observer& observer_;
};

/// Names of the operations of a model as it was given, with those of the operations around a body.
std::set<std::string> operation_names(const ov::Model& given);

/// Has each of these operations one of the names, so that an option can name it?
bool can_be_named(const std::vector<std::string>& operations, const std::set<std::string>& names);

/// The mean SQNR of the outputs in dB, each within -200 and 200; NaN counts as -200. 200 where no output is compared.
double mean_sqnr(const Comparison& comparison);

}  // namespace octet
