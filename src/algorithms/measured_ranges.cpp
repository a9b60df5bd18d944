#include "algorithms/measured_ranges.hpp"

#include <algorithm>
#include <map>

#include <openvino/op/fake_quantize.hpp>

#include "numeric/aggregate.hpp"

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

Measured measure(const Quantizer& quantizer, double width, const Context& context) {
    const auto estimator = range_estimator(quantizer.kind, quantizer.scheme, context.options);
    return {aggregate_end(quantizer, estimator.min, Aggregator::Min, width, context.statistics),
            aggregate_end(quantizer, estimator.max, Aggregator::Max, width, context.statistics)};
}

void widen(Measured& total, const Measured& other) {
    total.low[0] = std::min(total.low[0], other.low[0]);
    total.high[0] = std::max(total.high[0], other.high[0]);
}

}  // namespace

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
    statistics.request(request_for(quantizer, estimator.min));
    statistics.request(request_for(quantizer, estimator.max));
}

std::vector<std::vector<Range>> activation_ranges(const Context& context, const std::vector<double>& widths) {
    const auto& quantizers = context.plan.quantizers;
    std::vector<Measured> measured(quantizers.size());
    std::map<std::size_t, Measured> groups;
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        if (quantizers[q].kind == TensorKind::Weights) {
            continue;
        }
        measured[q] = measure(quantizers[q], widths.empty() ? 0 : widths[q], context);
        if (quantizers[q].group) {
            const auto [known, is_new] = groups.emplace(*quantizers[q].group, measured[q]);
            if (!is_new) {
                widen(known->second, measured[q]);
            }
        }
    }
    std::vector<std::vector<Range>> ranges(quantizers.size());
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        const auto& quantizer = quantizers[q];
        if (quantizer.kind != TensorKind::Weights) {
            ranges[q] = make_ranges(quantizer.group ? groups.at(*quantizer.group) : measured[q], quantizer.scheme,
                                    range_estimator(quantizer.kind, quantizer.scheme, context.options));
        }
    }
    return ranges;
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
