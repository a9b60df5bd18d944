#pragma once

#include <functional>
#include <memory>

#include "octet/quantize.hpp"

#include "algorithms/reversible.hpp"
#include "algorithms/trial.hpp"

namespace octet {

/// Called when all is done, with the result, the same in f32 arithmetic with its blocks, and what tries models on
/// samples; null for a model with a state. All may be kept, but only level_on_one_thread() works afterwards.
using Inspection = std::function<void(const QuantizedModel& result, const ReversibleModel& reversible,
                                      const std::shared_ptr<const OutputError>& error)>;

/// quantize() with a look at what could be taken back; the same without `inspect`.
QuantizedModel quantize_inspected(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                  const Options& options, const RunOptions& run, Observer& observer,
                                  const Inspection& inspect);

}  // namespace octet
