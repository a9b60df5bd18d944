#include "algorithms/min_max.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>

#include <openvino/core/rt_info.hpp>
#include <openvino/op/ops.hpp>

#include "algorithms/measured_ranges.hpp"
#include "algorithms/range_estimator.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "graph/broadcast.hpp"
#include "graph/constants.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"
#include "numeric/aggregate.hpp"
#include "numeric/histogram_ranges.hpp"
#include "numeric/quantile.hpp"
#include "numeric/ranges.hpp"

namespace octet {
namespace {

/// The axes along which a quantizer's constant has a range of its own.
ov::AxisSet weight_axes(const Quantizer& quantizer) {
    if (quantizer.scheme.granularity == Granularity::PerTensor) {
        return {};
    }
    const auto& reader = quantizer.inputs[0];
    return output_channel_axes(*reader.node, reader.port);
}

ov::Shape range_shape(const ov::Shape& shape, const ov::AxisSet& axes) {
    ov::Shape limits(axes.empty() ? 0 : shape.size(), 1);
    for (const std::size_t axis : axes) {
        limits[axis] = shape[axis];
    }
    return limits;
}

double largest_magnitude(const std::vector<float>& values) {
    double largest = 0;
    for (const float value : values) {
        largest = std::max<double>(largest, std::fabs(value));
    }
    return largest;
}

/// What a quantizer's constant is, and how much an error of each weight counts.
struct Weights {
    std::vector<float> values;
    ov::Shape shape;
    std::vector<float> importance{};  // for each value; empty: all the same
};

/// The request for how large the input channels are that a constant is multiplied with.
std::optional<StatisticRequest> input_request(const Quantizer& quantizer) {
    const auto& reader = quantizer.inputs.front();
    if (reader.port != 1 || !is_weighted(*reader.node) || !weight_layout(*reader.node)) {
        return std::nullopt;
    }
    auto tensor = reader.node->input_value(0);
    if (ov::is_type<ov::op::v0::FakeQuantize>(tensor.get_node())) {
        tensor = tensor.get_node()->input_value(0);
    }
    if (find_constant(tensor) || tensor.get_partial_shape().rank().is_dynamic()) {
        return std::nullopt;
    }
    return StatisticRequest{tensor, input_channel_axis(*reader.node), {Reducer::MeanSquare, 0}, Keep::Mean};
}

/// The mean square of the input channel that each weight meets; empty where it was not measured.
std::vector<float> weight_importance(const Quantizer& quantizer, std::size_t count, const Statistics& statistics) {
    const auto request = input_request(quantizer);
    const auto squares = request ? statistics.find(*request) : std::span<const double>{};
    const auto& node = *quantizer.inputs.front().node;
    const auto layout = squares.empty() ? std::nullopt : weight_layout(node);
    if (!layout || squares.size() != layout->groups * layout->inputs) {
        return {};
    }
    std::vector<float> importance(count, 0);
    const std::size_t taps = ov::shape_size(layout->kernel);
    for (std::size_t g = 0; g < layout->groups; ++g) {
        for (std::size_t o = 0; o < layout->outputs; ++o) {
            for (std::size_t i = 0; i < layout->inputs; ++i) {
                const auto first = importance.begin() + static_cast<std::ptrdiff_t>(layout->place(g, o, i));
                std::fill_n(first, taps, static_cast<float>(squares[g * layout->inputs + i]));
            }
        }
    }
    return importance;
}

/// The values of each channel: those that share a range.
std::vector<std::vector<float>> part(const std::vector<float>& values, const ov::Shape& shape,
                                     const ov::Shape& limits) {
    std::vector<std::vector<float>> channels(ov::shape_size(limits));
    for (auto& channel : channels) {
        channel.reserve(values.size() / channels.size());
    }
    for_each_run(shape, limits, [&](std::size_t first, std::size_t count, std::size_t channel) {
        channels[channel].insert(channels[channel].end(), values.data() + first, values.data() + first + count);
    });
    return channels;
}

/// The ends within those of `channel` that make the least error of its weights.
Range search_weight_range(std::span<const float> channel, std::span<const float> importance, const Scheme& scheme) {
    const auto [least, most] = std::minmax_element(channel.begin(), channel.end());
    const bool is_symmetric = scheme.mode == Mode::Symmetric;
    const Range widest{*least, is_symmetric ? std::max(std::fabs(*least), std::fabs(*most)) : *most};
    const std::vector<float> even(importance.empty() ? channel.size() : 0, 1);
    return search_range(widest, is_symmetric, [&](const Range& ends) {
        const Range range = is_symmetric ? Range{-ends.high, ends.high} : asymmetric(ends, scheme.bits);
        return weighted_error(channel, importance.empty() ? even : importance, range, scheme.levels());
    });
}

/// A measure of one channel's weights, which it may reorder.
double reduce(std::vector<float>& values, const Measure& measure) {
    switch (measure.reducer) {
        case Reducer::Min:
            return *std::min_element(values.begin(), values.end());
        case Reducer::Max:
            return *std::max_element(values.begin(), values.end());
        case Reducer::AbsQuantile:
            std::transform(values.begin(), values.end(), values.begin(), [](float v) { return std::fabs(v); });
            [[fallthrough]];
        case Reducer::Quantile:
            return quantile(std::span<float>(values), measure.probability);
        default:
            return largest_magnitude(values);
    }
}

Measured measure_weights(const Weights& weights, const ov::Shape& limits, const Scheme& scheme,
                         const RangeEstimator& estimator) {
    auto channels = part(weights.values, weights.shape, limits);
    Measured measured;
    if (!estimator.joint) {
        for (auto& channel : channels) {
            measured.low.push_back(reduce(channel, estimator.min.measure));
            measured.high.push_back(reduce(channel, estimator.max.measure));
        }
        return measured;
    }
    const auto importance = weights.importance.empty() ? std::vector<std::vector<float>>(channels.size())
                                                       : part(weights.importance, weights.shape, limits);
    for (std::size_t c = 0; c < channels.size(); ++c) {
        const auto best = search_weight_range(channels[c], importance[c], scheme);
        measured.low.push_back(best.low);
        measured.high.push_back(best.high);
    }
    return measured;
}

std::vector<Range> weight_ranges(const Weights& weights, const ov::AxisSet& axes, const Scheme& scheme,
                                 const RangeEstimator& estimator) {
    auto measured = measure_weights(weights, range_shape(weights.shape, axes), scheme, estimator);
    if (scheme.mode == Mode::Symmetric) {
        for (double& magnitude : measured.high) {  // the nearer limit holds for both ends: they stay symmetric
            magnitude = std::min({magnitude, std::fabs(estimator.min.clipping_value.value_or(kNoLimit)),
                                  std::fabs(estimator.max.clipping_value.value_or(kNoLimit))});
        }
        return symmetric_weights(measured.high);
    }
    const auto ranges = make_ranges(measured, scheme, estimator);
    return scheme.unified_zero_point ? unify_zero_point(ranges, scheme.bits) : ranges;
}

std::shared_ptr<ov::Node> make_limit(const std::vector<Range>& ranges, double Range::*border, double factor,
                                     const ov::Shape& shape, const ov::element::Type& type, const std::string& name) {
    std::vector<float> values;
    for (const auto& range : ranges) {
        values.push_back(static_cast<float>(range.*border * factor));
    }
    auto constant = ov::op::v0::Constant::create(type, shape, values);
    constant->set_friendly_name(name);
    return constant;
}

/// Puts a FakeQuantize between `tensor` and the inputs that the plan names.
void insert_fake_quantize(const Quantizer& quantizer, const ov::Output<ov::Node>& tensor,
                          const std::vector<Range>& ranges, const ov::Shape& shape, double out_factor) {
    const auto limit = [&](double Range::*border, double factor, const char* suffix) {
        return make_limit(ranges, border, factor, shape, tensor.get_element_type(), quantizer.name + suffix);
    };
    auto fake_quantize = std::make_shared<ov::op::v0::FakeQuantize>(
        tensor, limit(&Range::low, 1, "/input_low"), limit(&Range::high, 1, "/input_high"),
        limit(&Range::low, out_factor, "/output_low"), limit(&Range::high, out_factor, "/output_high"),
        quantizer.scheme.levels());
    fake_quantize->set_friendly_name(quantizer.name);
    for (const auto& reader : quantizer.inputs) {
        reader.node->input(reader.port).replace_source_output(fake_quantize->output(0));
    }
}

bool is_convolution(const ov::Node& node) {
    const std::string type = node.get_type_name();
    return type == "Convolution" || type == "GroupConvolution";
}

bool has_convolution(const ov::Model& model) {
    const auto nodes = model.get_ordered_ops();
    return std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return is_convolution(*node); });
}

/// The convolutions that the model's inputs reach without passing another convolution.
std::set<const ov::Node*> first_convolutions(const ov::Model& model) {
    const GraphIndex graph(model);
    std::set<const ov::Node*> found;
    std::set<std::size_t> seen;
    std::vector<std::size_t> open;
    for (const auto& parameter : model.get_parameters()) {
        open.push_back(graph.number(parameter.get()));
    }
    while (!open.empty()) {
        const std::size_t number = open.back();
        open.pop_back();
        for (const std::size_t next : graph.successors(number)) {
            const std::string type = graph[next].get_type_name();
            if (type == "ShapeOf" || type == "NonZero") {
                continue;  // what is computed from shapes is no picture
            }
            if (is_convolution(graph[next])) {
                found.insert(&graph[next]);
            } else if (seen.insert(next).second) {
                open.push_back(next);
            }
        }
    }
    return found;
}

/// The operations whose weights use half of the grid.
std::set<const ov::Node*> half_grid_operations(const ov::Model& model, const Context& context) {
    const auto& plan = context.plan;
    if (!plan.saturation_fix || context.options.saturation_fix == SaturationFix::No || !has_convolution(model)) {
        return {};
    }
    std::set<const ov::Node*> operations(plan.aligned_consumers.begin(), plan.aligned_consumers.end());
    if (context.options.saturation_fix == SaturationFix::FirstLayer) {
        operations.merge(first_convolutions(model));
        return operations;
    }
    for (const auto& quantizer : plan.quantizers) {
        for (const auto& reader : quantizer.inputs) {
            if (quantizer.kind == TensorKind::Weights && is_weighted(*reader.node)) {
                operations.insert(reader.node);
            }
        }
    }
    return operations;
}

bool needs_half_grid(const Quantizer& quantizer, const std::set<const ov::Node*>& operations) {
    return std::any_of(quantizer.inputs.begin(), quantizer.inputs.end(), [&](const QuantizedInput& reader) {
        return reader.port == 1 && operations.count(reader.node) != 0;
    });
}

/// What the quantizer of a constant needs, found without touching the model.
struct QuantizedWeights {
    std::vector<Range> ranges;
    ov::Shape shape;                                 // of the ranges
    std::shared_ptr<ov::op::v0::Constant> halved{};  // instead of the constant; null: as it is
};

/// On half of the grid nothing that a narrower range could leave out is outside: extremes hold there.
RangeEstimator weight_estimator(const Quantizer& quantizer, const Options& options, bool half_grid) {
    auto estimator = range_estimator(quantizer.kind, quantizer.scheme, options);
    if (half_grid && estimator.joint) {
        estimator = range_estimator(quantizer.kind, quantizer.scheme, Options{});
    }
    return estimator;
}

QuantizedWeights quantize_weights(const Quantizer& quantizer, const Context& context, bool half_grid) {
    const auto constant = find_constant(quantizer.tensor);
    const auto& shape = constant->get_shape();
    const auto axes = weight_axes(quantizer);
    const auto estimator = weight_estimator(quantizer, context.options, half_grid);
    Weights weights{float_values(*constant), shape};
    if (estimator.joint && estimator.joint->type == RangeStatistic::OutputMse) {
        weights.importance = weight_importance(quantizer, weights.values.size(), context.statistics);
    }
    QuantizedWeights made{weight_ranges(weights, axes, quantizer.scheme, estimator), range_shape(shape, axes)};
    if (half_grid) {
        for (float& value : weights.values) {
            value /= 2;
        }
        made.halved = ov::op::v0::Constant::create(quantizer.tensor.get_element_type(), shape, weights.values);
        made.halved->set_friendly_name(constant->get_friendly_name());
        ov::copy_runtime_info(constant, made.halved);
    }
    return made;
}

ov::Shape activation_range_shape(const Quantizer& quantizer, std::size_t channels) {
    if (quantizer.scheme.granularity == Granularity::PerTensor) {
        return {};
    }
    ov::Shape shape(static_cast<std::size_t>(quantizer.tensor.get_partial_shape().rank().get_length()), 1);
    shape[kActivationChannelAxis] = channels;
    return shape;
}

/// Takes quantizers off tensors that hold masks or worse.
void remove_unbounded(QuantizerPlan& plan, const Statistics& statistics) {
    for (std::size_t q = 0; q < plan.quantizers.size();) {
        const auto& quantizer = plan.quantizers[q];
        const auto* facts = quantizer.kind == TensorKind::Weights ? nullptr : statistics.facts(quantizer.tensor);
        if (facts && (!facts->is_bounded || facts->samples == 0)) {
            remove_quantizer(plan, q,
                             facts->is_bounded
                                 ? "no sample reaches it"
                                 : "NaN, infinity or a value beyond 1e30 in " + tensor_name(quantizer.tensor));
            q = 0;
        } else {
            ++q;
        }
    }
}

}  // namespace

void MinMaxQuantization::request(const ov::Model&, const Context& context, StatisticPlan& statistics) const {
    for (const auto& quantizer : context.plan.quantizers) {
        if (quantizer.kind != TensorKind::Weights) {
            request_ranges(quantizer, context.options, statistics);
            continue;
        }
        const auto estimator = range_estimator(quantizer.kind, quantizer.scheme, context.options);
        if (estimator.joint && estimator.joint->type == RangeStatistic::OutputMse) {
            if (const auto request = input_request(quantizer)) {
                statistics.request(*request);
            }
        }
    }
}

std::vector<Change> MinMaxQuantization::apply(ov::Model& model, Context& context) const {
    std::vector<Change> changes;
    auto& plan = context.plan;
    remove_unbounded(plan, context.statistics);
    const auto ranges = activation_ranges(context);
    const auto halved = half_grid_operations(model, context);
    std::vector<const Quantizer*> weights;
    for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
        const auto& quantizer = plan.quantizers[q];
        if (is_inserted(quantizer)) {
            continue;
        }
        if (quantizer.kind == TensorKind::Weights) {
            weights.push_back(&quantizer);
        } else {
            insert_fake_quantize(quantizer, quantizer.tensor, ranges[q],
                                 activation_range_shape(quantizer, ranges[q].size()), 1);
        }
    }
    run_in_order<QuantizedWeights>(
        weights.size(), usable_threads(context.threads),
        [&](std::size_t, std::size_t index) {
            const auto& quantizer = *weights[index];
            return quantize_weights(quantizer, context, needs_half_grid(quantizer, halved));
        },
        [&](std::size_t index, QuantizedWeights&& made) {
            const auto& quantizer = *weights[index];
            insert_fake_quantize(quantizer, made.halved ? made.halved->output(0) : quantizer.tensor, made.ranges,
                                 made.shape, made.halved ? 2 : 1);
            if (made.halved) {
                changes.push_back({name(), quantizer.inputs[0].node->get_friendly_name(), "7-bit weights"});
            }
        });
    return changes;
}

}  // namespace octet
