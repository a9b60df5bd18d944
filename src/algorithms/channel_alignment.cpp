#include "algorithms/channel_alignment.hpp"

#include <algorithm>
#include <cmath>

#include <openvino/op/ops.hpp>

#include "algorithms/edit.hpp"
#include "graph/bias.hpp"
#include "graph/bodies.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/aggregate.hpp"

namespace octet {
namespace {

constexpr double kTail = 1e-4;
constexpr double kSmallestScale = 0.01;
constexpr double kLargestScale = 100;
constexpr std::size_t kChannelAxis = 1;

/// Two convolutions with nothing but a bias between them.
struct Pair {
    ov::Node* producer = nullptr;
    ov::Node* consumer = nullptr;
};

bool is_convolution(const ov::Node& node) {
    return ov::is_type<ov::op::v1::Convolution>(&node) || ov::is_type<ov::op::v1::GroupConvolution>(&node);
}

bool has_constant_weights(const ov::Node& node) {
    const auto weights = find_constant(node.input_value(1));
    return weights && weights->get_element_type().is_real() && weight_layout(node);
}

bool are_all(const ov::Strides& steps, std::size_t value) {
    return std::all_of(steps.begin(), steps.end(), [value](std::size_t step) { return step == value; });
}

bool is_unpadded(const ov::op::util::ConvolutionFwdPropBase& convolution) {
    const auto is_zero = [](std::ptrdiff_t pad) { return pad == 0; };
    const auto &begin = convolution.get_pads_begin(), &end = convolution.get_pads_end();
    return convolution.get_auto_pad() != ov::op::PadType::EXPLICIT ||
           (std::all_of(begin.begin(), begin.end(), is_zero) && std::all_of(end.begin(), end.end(), is_zero));
}

bool may_consume(const ov::Node& node) {
    const auto* convolution = ov::as_type<const ov::op::util::ConvolutionFwdPropBase>(&node);
    return convolution && is_convolution(node) && has_constant_weights(node) && weight_layout(node)->groups == 1 &&
           is_unpadded(*convolution) && are_all(convolution->get_strides(), 1) &&
           are_all(convolution->get_dilations(), 1);
}

/// The convolution whose biased output is `tensor`, if one reads it alone.
ov::Node* find_producer(const ov::Output<ov::Node>& tensor) {
    auto* node = tensor.get_node();
    if (ov::is_type<ov::op::v1::Add>(node)) {
        node = node->get_input_node_ptr(0);
    }
    const bool is_pair = is_convolution(*node) && has_constant_weights(*node) && biased_output(*node) == tensor &&
                         tensor.get_target_inputs().size() == 1;
    return is_pair ? node : nullptr;
}

std::vector<Pair> find_pairs(const ov::Model& model) {
    std::vector<Pair> pairs;
    for (const auto& part : all_graphs(model)) {
        const GraphIndex graph(*part.model);
        for (std::size_t number = 0; number < graph.size(); ++number) {
            auto& consumer = graph[number];
            auto* producer = may_consume(consumer) ? find_producer(consumer.input_value(0)) : nullptr;
            if (producer && bias_values(*producer) && bias_values(consumer)) {
                pairs.push_back({producer, &consumer});
            }
        }
    }
    return pairs;
}

StatisticRequest quantile_request(const Pair& pair, double probability) {
    return {pair.consumer->input_value(0), kChannelAxis, {Reducer::Quantile, probability}, Keep::EachSample};
}

/// The median over samples of each channel's quantile; empty where it was not measured or is not finite.
std::vector<double> channel_quantiles(const Pair& pair, double probability, const Statistics& statistics) {
    const auto values = statistics.find(quantile_request(pair, probability));
    const std::size_t channels = bias_values(*pair.producer)->size();
    std::vector<double> medians, column(values.size() / channels);
    for (std::size_t c = 0; c < channels && !column.empty(); ++c) {
        for (std::size_t i = 0; i < column.size(); ++i) {
            column[i] = values[i * channels + c];
        }
        medians.push_back(aggregate(column, Aggregator::Median));
    }
    const bool is_finite =
        std::all_of(medians.begin(), medians.end(), [](double value) { return std::isfinite(value); });
    return is_finite ? medians : std::vector<double>{};
}

/// What is taken off each channel, and what it is then divided by.
struct Alignment {
    std::vector<double> shift, scale;
};

Alignment find_alignment(const std::vector<double>& low, const std::vector<double>& high) {
    Alignment alignment{std::vector<double>(low.size()), std::vector<double>(low.size(), 1)};
    std::vector<double> widths;
    for (std::size_t c = 0; c < low.size(); ++c) {
        alignment.shift[c] = (low[c] + high[c]) / 2;
        if (high[c] > low[c]) {
            widths.push_back(high[c] - low[c]);
        }
    }
    if (widths.empty()) {
        return alignment;
    }
    const double usual = aggregate(widths, Aggregator::Median);
    for (std::size_t c = 0; c < low.size(); ++c) {
        if (high[c] > low[c]) {
            alignment.scale[c] = std::clamp((high[c] - low[c]) / usual, kSmallestScale, kLargestScale);
        }
    }
    return alignment;
}

bool is_zero(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return value == 0; });
}

/// Lets the bias alone where nothing is added.
void shift_bias(Context& context, ov::Node& node, const std::vector<double>& shift, const std::vector<double>& scale) {
    auto bias = *bias_values(node);
    const auto before = bias;
    for (std::size_t c = 0; c < bias.size(); ++c) {
        bias[c] = (bias[c] + shift[c]) / scale[c];
    }
    if (bias != before) {
        change_bias(context, node, bias);
    }
}

void align_producer(Context& context, ov::Node& node, const Alignment& alignment) {
    std::vector<double> shift(alignment.shift);
    std::transform(shift.begin(), shift.end(), shift.begin(), [](double value) { return -value; });
    shift_bias(context, node, shift, alignment.scale);
    auto weights = float_values(*find_constant(node.input_value(1)));
    for_each_weight(*weight_layout(node), [&](std::size_t output, std::size_t, std::size_t element) {
        weights[element] = static_cast<float>(weights[element] / alignment.scale[output]);
    });
    change_weights(context, node, weights);

    const auto own = node.output(0);
    const auto biased = biased_output(node);
    context.statistics.align(biased, kChannelAxis, alignment.shift, alignment.scale);
    if (own != biased) {
        context.statistics.align(own, kChannelAxis, std::vector<double>(alignment.shift.size(), 0), alignment.scale);
    }
}

void align_consumer(Context& context, ov::Node& node, const Alignment& alignment) {
    auto weights = float_values(*find_constant(node.input_value(1)));
    std::vector<double> shift(bias_values(node)->size(), 0);
    for_each_weight(*weight_layout(node), [&](std::size_t output, std::size_t input, std::size_t element) {
        shift[output] += weights[element] * alignment.shift[input];
        weights[element] = static_cast<float>(weights[element] * alignment.scale[input]);
    });
    const std::vector<double> ones(shift.size(), 1);
    shift_bias(context, node, shift, ones);
    change_weights(context, node, weights);
    if (const auto own = node.output(0); own != biased_output(node) && !is_zero(shift)) {
        context.statistics.align(own, kChannelAxis, shift, ones);
    }
}

}  // namespace

void ChannelAlignment::request(const ov::Model& model, const Context&, StatisticPlan& statistics) const {
    for (const auto& pair : find_pairs(model)) {
        for (const double probability : {kTail, 1 - kTail}) {
            statistics.request(quantile_request(pair, probability));
        }
        statistics.expect_alignment(pair.consumer->input_value(0), kChannelAxis);
    }
}

std::vector<Change> ChannelAlignment::apply(ov::Model& model, Context& context) const {
    std::vector<Change> changes;
    // All are read before the first edit, as statistics follow the edits.
    std::vector<std::pair<Pair, Alignment>> alignments;
    for (const auto& pair : find_pairs(model)) {
        const auto low = channel_quantiles(pair, kTail, context.statistics);
        const auto high = channel_quantiles(pair, 1 - kTail, context.statistics);
        if (low.empty() || high.empty()) {
            changes.push_back({name(), pair.consumer->get_friendly_name(), "channels left: their range is not known"});
            continue;
        }
        alignments.emplace_back(pair, find_alignment(low, high));
    }
    for (const auto& [pair, alignment] : alignments) {
        align_producer(context, *pair.producer, alignment);
        align_consumer(context, *pair.consumer, alignment);
        context.plan.aligned_consumers.push_back(pair.consumer);
        changes.push_back({name(), pair.consumer->get_friendly_name(),
                           "input channels aligned with " + pair.producer->get_friendly_name()});
    }
    context.aligned = model.clone();
    return changes;
}

}  // namespace octet
