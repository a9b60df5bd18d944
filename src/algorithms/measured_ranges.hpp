#pragma once

#include <limits>
#include <vector>

#include "algorithms/algorithm.hpp"
#include "algorithms/range_estimator.hpp"
#include "numeric/ranges.hpp"

namespace octet {

/// The axis of activations that counts channels, where they have a range each.
constexpr std::size_t kActivationChannelAxis = 1;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// What a range is made from: one number or one for each channel.
struct Measured {
    std::vector<double> low;
    std::vector<double> high;  // of |x| where the scheme is symmetric
};

/// What must be measured for a joint estimator of this type. Where nobody multiplies the tensor with weights,
/// RangeStatistic::OutputMse looks at the same as Mse.
StatisticRequest histogram_request(const Quantizer& quantizer, RangeStatistic type);

/// The ends that a joint estimator gives to a quantizer with one range.
Measured measure_jointly(const Quantizer& quantizer, const JointEstimator& estimator, const Statistics& statistics);

/// The ranges of a scheme, clipped as the estimator says.
std::vector<Range> make_ranges(const Measured& measured, const Scheme& scheme, const RangeEstimator& estimator);

/// Asks for what activation_ranges() needs of `quantizer`.
void request_ranges(const Quantizer& quantizer, const Options& options, StatisticPlan& statistics);

/// The ranges of each quantizer of the plan, those of one group from the union of what was measured; none for weights.
/// `widths`: for each quantizer, in [0, 1], where between the estimator's aggregate (0) and the extreme of all samples
/// (1) the ends lie; empty: 0. Only what has_free_width() may have another than 0.
std::vector<std::vector<Range>> activation_ranges(const Context& context, const std::vector<double>& widths = {});

/// The ranges that a joint estimator gives to those quantizers that has_free_width() holds for; none for others.
std::vector<std::vector<Range>> joint_ranges(const Context& context, const JointEstimator& estimator);

/// Do the inputs of `quantizer` read a FakeQuantize by now?
bool is_inserted(const Quantizer& quantizer);

/// Does the user leave it open how the samples' extremes of an activation with one range become that range?
bool has_free_width(const Quantizer& quantizer, const Options& options);

}  // namespace octet
