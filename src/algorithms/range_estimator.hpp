#pragma once

#include <optional>

#include "octet/options.hpp"

#include "placement/plan.hpp"
#include "statistics/statistics.hpp"

namespace octet {

/// How one end of a quantizer's range comes about.
struct RangeEnd {
    Measure measure{};
    Aggregator aggregator = Aggregator::Mean;
    Granularity granularity = Granularity::PerTensor;
    std::optional<double> clipping_value{};
};

/// What decides both ends of a range together, from the histogram of all values.
struct JointEstimator {
    RangeStatistic type = RangeStatistic::Mse;  ///< Percentile and those behind it
    double below = 0, above = 0;                ///< of Percentile: which share of the values is left out at each end
};

struct RangeEstimator {
    RangeEnd min, max;
    std::optional<JointEstimator> joint{};  ///< set: instead of the ends' measures
};

/// Does it decide both ends together?
constexpr bool is_joint(RangeStatistic type) {
    return type == RangeStatistic::Percentile || type == RangeStatistic::Mse || type == RangeStatistic::OutputMse ||
           type == RangeStatistic::Kl;
}

/// The estimator that `options` give to quantizers of this kind and scheme: the preset's row of POT's table (with
/// Options::full_range_16bit and more than 8 bits: of extremes), with what the user set in place of its parts.
/// Symmetric weights have no `min`: it is that of their magnitude. A type that is_joint() holds for both ends,
/// whichever it was given for. It is not for activations with a range for each channel, nor Percentile and Kl for
/// weights: where such a quantizer takes the global section, or has several ranges because the target wants it so, its
/// ends stay as usual. Throws Error(InvalidOption) for outlier_prob outside [0, 1), for an aggregator of weights or of
/// a joint type, for outlier_prob of a joint type other than Percentile, for two types of which one is joint, and for a
/// joint type in the section of tensors that cannot have it.
RangeEstimator range_estimator(TensorKind kind, const Scheme& scheme, const Options& options);

}  // namespace octet
