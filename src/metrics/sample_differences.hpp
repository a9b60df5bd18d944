#pragma once

#include <memory>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/compare.hpp"
#include "octet/dataset.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

#include "metrics/difference.hpp"

namespace octet {

/// How one sample's outputs differ between two models.
struct SampleOutcome {
    std::vector<SampleDifference> outputs;  ///< in floating point; empty where the sample was skipped
    /// The share of the highest score among the reference's: the score itself where scores are shares that add up to 1,
    /// else of their softmax. 0 without an output that is a score per class.
    double confidence = 0;

    /// The mean of the outputs' noise-to-signal ratios; 0 where they are equal, at most 1e20.
    double noise() const;
};

/// Of each sample, in order. What of `options` regards speed is not read. Phase "compare". Throws as compare() does.
std::vector<SampleOutcome> compare_samples(const std::shared_ptr<const ov::Model>& reference,
                                           const std::shared_ptr<const ov::Model>& other, const Dataset& dataset,
                                           const CompareOptions& options, const RunOptions& run, Observer& observer);

}  // namespace octet
