#include "algorithms/measured_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <openvino/op/fake_quantize.hpp>

#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/aggregate.hpp"
#include "numeric/histogram_ranges.hpp"

namespace octet {
namespace {

Keep keep_for(Aggregator aggregator, bool by_channel) {
    if (by_channel && aggregator == Aggregator::Max) {
        return Keep::Largest;
    }
    if (by_channel && aggregator == Aggregator::Min) {
        return Keep::Least;
    }
    if (by_channel && aggregator == Aggregator::Mean) {
        return Keep::Mean;
    }
    return Keep::EachSample;
}

StatisticRequest request_for(const Quantizer& quantizer, const RangeEnd& end) {
    const bool by_channel = end.granularity == Granularity::PerChannel;
    return {quantizer.tensor, by_channel ? std::optional(kActivationChannelAxis) : std::nullopt, end.measure,
            keep_for(end.aggregator, by_channel)};
}

/// `extreme`: Min or Max, the aggregator that gives the width 1.
std::vector<double> aggregate_end(const Quantizer& quantizer, const RangeEnd& end, Aggregator extreme, double width,
                                  const Statistics& statistics) {
    const auto request = request_for(quantizer, end);
    const auto values = statistics.find(request);
    if (!request.channel_axis) {
        const double usual = aggregate(values, end.aggregator);
        return {width == 0 ? usual : usual + width * (aggregate(values, extreme) - usual)};
    }
    if (request.keep != Keep::EachSample) {
        return {values.begin(), values.end()};
    }
    const std::size_t samples = statistics.facts(quantizer.tensor)->samples;
    const std::size_t channels = values.size() / std::max<std::size_t>(1, samples);
    std::vector<double> ends, column(samples);
    for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < samples; ++i) {
            column[i] = values[i * channels + c];
        }
        ends.push_back(aggregate(column, end.aggregator));
    }
    return ends;
}

/// The axis of the quantized tensor that weights are summed over.
std::optional<std::size_t> weighted_axis(const Quantizer& quantizer) {
    for (const auto& reader : quantizer.inputs) {
        if (reader.port == 0 && is_weighted(*reader.node) && weight_layout(*reader.node) &&
            quantizer.tensor.get_partial_shape().rank().is_static()) {
            return input_channel_axis(*reader.node);
        }
    }
    return std::nullopt;
}

Measured measure(const Quantizer& quantizer, double width, const Context& context) {
    const auto estimator = range_estimator(quantizer.kind, quantizer.scheme, context.options);
    if (estimator.joint) {
        return measure_jointly(quantizer, *estimator.joint, context.statistics);
    }
    return {aggregate_end(quantizer, estimator.min, Aggregator::Min, width, context.statistics),
            aggregate_end(quantizer, estimator.max, Aggregator::Max, width, context.statistics)};
}

void widen(Measured& total, const Measured& other) {
    total.low[0] = std::min(total.low[0], other.low[0]);
    total.high[0] = std::max(total.high[0], other.high[0]);
}

}  // namespace

StatisticRequest histogram_request(const Quantizer& quantizer, RangeStatistic type) {
    const auto axis = type == RangeStatistic::OutputMse ? weighted_axis(quantizer) : std::nullopt;
    return {quantizer.tensor, axis, {axis ? Reducer::GainHistogram : Reducer::Histogram, 0}, Keep::Merged};
}

Measured measure_jointly(const Quantizer& quantizer, const JointEstimator& estimator, const Statistics& statistics) {
    const auto& scheme = quantizer.scheme;
    const auto histogram = unpack_histogram(statistics.find(histogram_request(quantizer, estimator.type)));
    const bool is_symmetric = scheme.mode == Mode::Symmetric;
    if (estimator.type == RangeStatistic::Percentile) {
        return is_symmetric
                   ? Measured{{histogram.low}, {quantile(fold(histogram), 1 - estimator.above)}}
                   : Measured{{quantile(histogram, estimator.below)}, {quantile(histogram, 1 - estimator.above)}};
    }
    const auto cost = [&](const Range& ends) {
        const auto range = make_ranges({{ends.low}, {ends.high}}, scheme, {}).front();
        return (estimator.type == RangeStatistic::Kl ? divergence : squared_error)(histogram, range, scheme.levels());
    };
    const double high = is_symmetric ? std::max(std::fabs(histogram.low), std::fabs(histogram.high)) : histogram.high;
    const auto best = search_range({histogram.low, high}, is_symmetric, cost);
    return {{best.low}, {best.high}};
}

std::vector<Range> make_ranges(const Measured& measured, const Scheme& scheme, const RangeEstimator& estimator) {
    std::vector<Range> ranges;
    if (scheme.mode == Mode::Symmetric) {
        ranges = symmetric_activations(measured.low, measured.high, scheme.levels(), scheme.is_signed);
    } else {
        for (std::size_t c = 0; c < measured.low.size(); ++c) {
            ranges.push_back(asymmetric({measured.low[c], measured.high[c]}, scheme.bits));
        }
    }
    for (auto& range : ranges) {
        range = clipped(range, estimator.min.clipping_value.value_or(-kNoLimit),
                        estimator.max.clipping_value.value_or(kNoLimit), scheme.bits);
    }
    return ranges;
}

void request_ranges(const Quantizer& quantizer, const Options& options, StatisticPlan& statistics) {
    const auto estimator = range_estimator(quantizer.kind, quantizer.scheme, options);
    if (estimator.joint) {
        statistics.request(histogram_request(quantizer, estimator.joint->type));
        return;
    }
    statistics.request(request_for(quantizer, estimator.min));
    statistics.request(request_for(quantizer, estimator.max));
}

namespace {

/// The ranges that measure(number of a quantizer) leads to, those of one group from the union; none where it measures
/// nothing.
template <class Measure>
std::vector<std::vector<Range>> ranges_from(const Context& context, const Measure& measure) {
    const auto& quantizers = context.plan.quantizers;
    std::vector<Measured> measured(quantizers.size());
    std::map<std::size_t, Measured> groups;
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        measured[q] = measure(q);
        if (quantizers[q].group && !measured[q].low.empty()) {
            const auto [known, is_new] = groups.emplace(*quantizers[q].group, measured[q]);
            if (!is_new) {
                widen(known->second, measured[q]);
            }
        }
    }
    std::vector<std::vector<Range>> ranges(quantizers.size());
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        const auto& quantizer = quantizers[q];
        if (!measured[q].low.empty()) {
            ranges[q] = make_ranges(quantizer.group ? groups.at(*quantizer.group) : measured[q], quantizer.scheme,
                                    range_estimator(quantizer.kind, quantizer.scheme, context.options));
        }
    }
    return ranges;
}

}  // namespace

std::vector<std::vector<Range>> activation_ranges(const Context& context, const std::vector<double>& widths) {
    return ranges_from(context, [&](std::size_t q) {
        const auto& quantizer = context.plan.quantizers[q];
        return quantizer.kind == TensorKind::Weights ? Measured{}
                                                     : measure(quantizer, widths.empty() ? 0 : widths[q], context);
    });
}

std::vector<std::vector<Range>> joint_ranges(const Context& context, const JointEstimator& estimator) {
    return ranges_from(context, [&](std::size_t q) {
        const auto& quantizer = context.plan.quantizers[q];
        return has_free_width(quantizer, context.options) ? measure_jointly(quantizer, estimator, context.statistics)
                                                          : Measured{};
    });
}

bool is_inserted(const Quantizer& quantizer) {
    const auto& reader = quantizer.inputs.front();
    return ov::is_type<ov::op::v0::FakeQuantize>(reader.node->get_input_node_ptr(reader.port));
}

bool has_free_width(const Quantizer& quantizer, const Options& options) {
    const auto& section = quantizer.kind == TensorKind::Outputs ? options.outputs : options.activations;
    auto given = section.range_estimator ? *section.range_estimator : options.range_estimator;
    given.min.granularity.reset();  // that of the quantizer holds
    given.max.granularity.reset();
    return quantizer.kind != TensorKind::Weights && quantizer.scheme.granularity == Granularity::PerTensor &&
           given == RangeEstimatorOptions{};
}

}  // namespace octet
