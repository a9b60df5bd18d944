#include "algorithms/smooth_quant.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <openvino/op/ops.hpp>

#include "algorithms/edit.hpp"
#include "algorithms/measured_ranges.hpp"
#include "base/ordered_pool.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "graph/constants.hpp"
#include "graph/fold_channel_scales.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"

namespace octet {
namespace {

constexpr double kExponents[] = {0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
constexpr double kSmallestScale = 0.01, kLargestScale = 100;
constexpr double kSmallestShare = 1e-4;  // of the largest channel: smaller ones count as this large
constexpr double kWorthwhile = 0.8;      // of the error as it is

std::set<const ov::Node*> operations_with_quantized_weights(const QuantizerPlan& plan) {
    std::set<const ov::Node*> operations;  // looked up only
    for (const auto& quantizer : plan.quantizers) {
        for (const auto& reader : quantizer.inputs) {
            if (quantizer.kind == TensorKind::Weights && reader.port == 1) {
                operations.insert(reader.node);
            }
        }
    }
    return operations;
}

bool is_matmul(const ov::Node& node) {
    return ov::is_type<ov::op::v0::MatMul>(&node);
}

bool reads_channels(const QuantizedInput& reader, std::size_t channels, std::size_t axis, const Options& options,
                    const std::set<const ov::Node*>& quantized) {
    const auto& node = *reader.node;
    const auto layout = weight_layout(node);
    return (is_matmul(node) ? options.smooth_quant : options.smooth_convolutions) && reader.port == 0 &&
           quantized.count(&node) && layout && layout->groups * layout->inputs == channels &&
           input_channel_axis(node) == axis && find_constant(node.input_value(1)) &&
           !ov::is_type<ov::op::v0::FakeQuantize>(node.get_input_node_ptr(0));  // MinMaxQuantization has not run
}

/// The axis of the quantizer's tensor that the weights of all of its readers are summed over, if all have such weights.
std::optional<std::size_t> smoothed_axis(const Quantizer& quantizer, const Options& options,
                                         const std::set<const ov::Node*>& quantized) {
    const auto& shape = quantizer.tensor.get_partial_shape();
    if (quantizer.kind != TensorKind::Activations || quantizer.group || !quantizer.prefix.empty() ||
        !has_free_width(quantizer, options) || shape.rank().is_dynamic() || shape.size() < 2) {
        return std::nullopt;
    }
    const auto& first = *quantizer.inputs.front().node;
    const std::size_t axis = is_matmul(first) ? shape.size() - 1 : 1;
    if (shape[axis].is_dynamic()) {
        return std::nullopt;
    }
    const auto channels = static_cast<std::size_t>(shape[axis].get_length());
    const bool is_smoothed = std::all_of(quantizer.inputs.begin(), quantizer.inputs.end(), [&](const auto& reader) {
        return reads_channels(reader, channels, axis, options, quantized);
    });
    return is_smoothed ? std::optional(axis) : std::nullopt;
}

/// What tells how large each channel of the quantizer's tensor is.
struct ChannelRequests {
    StatisticRequest low, high, square;
};

/// Of convolutions the mean of the samples' extremes: their tensors have many more values, and ranges mostly cut the
/// rarest off.
ChannelRequests channel_requests(const Quantizer& quantizer, std::size_t axis) {
    const bool is_product = is_matmul(*quantizer.inputs.front().node);
    const auto request = [&](Reducer reducer, Keep keep) {
        return StatisticRequest{quantizer.tensor, axis, {reducer, 0}, keep};
    };
    return {request(Reducer::Min, is_product ? Keep::Least : Keep::Mean),
            request(Reducer::Max, is_product ? Keep::Largest : Keep::Mean), request(Reducer::MeanSquare, Keep::Mean)};
}

/// What is known of the activation's channels.
struct Channels {
    std::span<const double> low, high, square;

    double magnitude(std::size_t c) const {
        return std::max(std::fabs(low[c]), std::fabs(high[c]));
    }
};

/// What the weights of one reader are for each output channel and each of the input channels that it sees.
struct ReaderWeights {
    std::size_t groups = 1, outputs = 1, inputs = 1;  // of a group
    std::vector<double> largest, square;  // |w|, and the sum of w^2, over the taps: [groups][outputs][inputs]
};

ReaderWeights read_reader(const ov::Node& node) {
    const auto layout = *weight_layout(node);
    const auto stored = float_values(*find_constant(node.input_value(1)));
    ReaderWeights weights{layout.groups, layout.outputs, layout.inputs, {}, {}};
    weights.largest.resize(layout.groups * layout.outputs * layout.inputs, 0);
    weights.square.resize(weights.largest.size(), 0);
    for_each_weight(layout, [&](std::size_t output, std::size_t input, std::size_t place) {
        const double weight = stored[place];
        const std::size_t at = output * layout.inputs + input % layout.inputs;
        weights.largest[at] = std::max(weights.largest[at], std::fabs(weight));
        weights.square[at] += weight * weight;
    });
    return weights;
}

void scale_weights(Context& context, ov::Node& node, const std::vector<double>& scale) {
    const auto layout = *weight_layout(node);
    auto values = float_values(*find_constant(node.input_value(1)));
    for_each_weight(layout, [&](std::size_t, std::size_t input, std::size_t place) {
        values[place] = static_cast<float>(values[place] * scale[input]);
    });
    change_weights(context, node, values);
}

/// The best scale, and by how many dB it lowers the expected error.
struct Found {
    std::vector<double> scale;
    double exponent = 0, gain = 0;
};

/// Finds the scale of one activation.
class Search {
public:
    Search(const Quantizer& quantizer, const Context& context, Channels channels)
        : quantizer_(quantizer),
          estimator_(range_estimator(quantizer.kind, quantizer.scheme, context.options)),
          channels_(channels),
          activation_(channels.low.size()),
          weight_(channels.low.size(), 0) {
        for (const auto& reader : quantizer.inputs) {
            readers_.push_back(read_reader(*reader.node));
        }
        for (std::size_t c = 0; c < activation_.size(); ++c) {
            activation_[c] = channels_.magnitude(c);
        }
        for (const auto& reader : readers_) {
            for (std::size_t row = 0; row < reader.groups * reader.outputs; ++row) {
                for (std::size_t i = 0; i < reader.inputs; ++i) {
                    double& largest = weight_[row / reader.outputs * reader.inputs + i];
                    largest = std::max(largest, reader.largest[row * reader.inputs + i]);
                }
            }
        }
        raise_small(activation_);
        raise_small(weight_);
    }

    /// Nothing where that is not worthwhile.
    std::optional<Found> run() const {
        const double usual = error(std::vector<double>(activation_.size(), 1));
        double best = kWorthwhile * usual;
        std::optional<Found> found;
        for (const double exponent : kExponents) {
            auto scale = make_scale(exponent);
            if (const double reached = error(scale); reached < best) {
                best = reached;
                found = Found{std::move(scale), exponent, 10 * std::log10(usual / reached)};
            }
        }
        return found;
    }

private:
    static void raise_small(std::vector<double>& magnitudes) {
        const double largest = *std::max_element(magnitudes.begin(), magnitudes.end());
        for (double& magnitude : magnitudes) {
            magnitude = largest > 0 ? std::max(magnitude, kSmallestShare * largest) : 1;
        }
    }

    /// Of geometric mean 1 before it is clamped.
    std::vector<double> make_scale(double exponent) const {
        std::vector<double> scale(activation_.size());
        double sum = 0;
        for (std::size_t c = 0; c < scale.size(); ++c) {
            scale[c] = exponent * std::log(activation_[c]) - (1 - exponent) * std::log(weight_[c]);
            sum += scale[c];
        }
        for (double& value : scale) {
            value =
                std::clamp(std::exp(value - sum / static_cast<double>(scale.size())), kSmallestScale, kLargestScale);
        }
        return scale;
    }

    double activation_step(const std::vector<double>& scale) const {
        const bool is_symmetric = quantizer_.scheme.mode == Mode::Symmetric;
        double low = 0, high = 0;
        for (std::size_t c = 0; c < scale.size(); ++c) {
            low = std::min(low, channels_.low[c] / scale[c]);
            high = std::max(high, (is_symmetric ? channels_.magnitude(c) : channels_.high[c]) / scale[c]);
        }
        const auto range = make_ranges({{low}, {high}}, quantizer_.scheme, estimator_).at(0);
        return (range.high - range.low) / static_cast<double>(quantizer_.scheme.levels() - 1);
    }

    /// Expected squared error of the products, but for a factor.
    double error(const std::vector<double>& scale) const {
        const double step = activation_step(scale);
        double total = 0;
        for (const auto& reader : readers_) {
            for (std::size_t row = 0; row < reader.groups * reader.outputs; ++row) {
                total += row_error(reader, row, scale, step);
            }
        }
        return total;
    }

    /// Of one output channel.
    double row_error(const ReaderWeights& reader, std::size_t row, const std::vector<double>& scale,
                     double step) const {
        constexpr double kWeightSteps = 127;
        const std::size_t first = row / reader.outputs * reader.inputs;  // of the channels that it sees
        double weights = 0, largest = 0, square = 0;
        for (std::size_t i = 0; i < reader.inputs; ++i) {
            const double factor = scale[first + i];
            weights += reader.square[row * reader.inputs + i] * factor * factor;
            largest = std::max(largest, reader.largest[row * reader.inputs + i] * factor);
            square += channels_.square[first + i] / (factor * factor);
        }
        return step * step * weights + largest * largest / (kWeightSteps * kWeightSteps) * square;
    }

    const Quantizer& quantizer_;
    RangeEstimator estimator_;
    Channels channels_;
    std::vector<ReaderWeights> readers_;
    std::vector<double> activation_, weight_;  // magnitude of each channel
};

std::optional<Channels> find_channels(const Quantizer& quantizer, std::size_t axis, const Statistics& statistics) {
    const auto requests = channel_requests(quantizer, axis);
    const Channels channels{statistics.find(requests.low), statistics.find(requests.high),
                            statistics.find(requests.square)};
    const auto* facts = statistics.facts(quantizer.tensor);
    return facts && facts->is_bounded && !channels.low.empty() ? std::optional(channels) : std::nullopt;
}

void insert_scale(Context& context, Quantizer& quantizer, std::size_t axis, const std::vector<double>& scale) {
    const auto tensor = quantizer.tensor;
    ov::Shape shape(tensor.get_partial_shape().size(), 1);
    shape[axis] = scale.size();
    std::vector<float> inverse;
    for (const double value : scale) {
        inverse.push_back(static_cast<float>(1 / value));
    }
    const auto multiply = make_channel_scale(tensor, shape, inverse, quantizer.name + "/smooth");
    for (const auto& reader : quantizer.inputs) {
        reader.node->input(reader.port).replace_source_output(multiply);
        scale_weights(context, *reader.node, scale);
    }
    context.statistics.copy(tensor, multiply);
    context.statistics.align(multiply, axis, std::vector<double>(scale.size(), 0), scale);
    quantizer.tensor = multiply;
}

}  // namespace

void SmoothQuant::request(const ov::Model&, const Context& context, StatisticPlan& statistics) const {
    const auto quantized = operations_with_quantized_weights(context.plan);
    for (const auto& quantizer : context.plan.quantizers) {
        if (const auto axis = smoothed_axis(quantizer, context.options, quantized)) {
            const auto requests = channel_requests(quantizer, *axis);
            for (const auto& request : {requests.low, requests.high, requests.square}) {
                statistics.request(request);
            }
        }
    }
}

std::vector<Change> SmoothQuant::apply(ov::Model&, Context& context) const {
    struct Smoothing {
        Quantizer quantizer;
        std::size_t axis;
        std::optional<Found> found;
    };
    const auto quantized = operations_with_quantized_weights(context.plan);
    std::vector<Smoothing> smoothings;
    for (const auto& quantizer : context.plan.quantizers) {
        if (const auto axis = smoothed_axis(quantizer, context.options, quantized)) {
            smoothings.push_back({quantizer, *axis, {}});
        }
    }
    run_in_order<std::optional<Found>>(
        smoothings.size(), usable_threads(context.threads),
        [&](std::size_t, std::size_t index) {
            const auto& [quantizer, axis, unused] = smoothings[index];
            const auto channels = find_channels(quantizer, axis, context.statistics);
            return channels ? Search(quantizer, context, *channels).run() : std::nullopt;
        },
        [&](std::size_t index, std::optional<Found>&& found) { smoothings[index].found = std::move(found); });

    std::vector<Change> changes;
    for (auto& [quantizer, axis, found] : smoothings) {
        if (!found) {
            continue;
        }
        insert_scale(context, quantizer, axis, found->scale);
        const auto is_same = [&name = quantizer.name](const Quantizer& candidate) { return candidate.name == name; };
        *std::find_if(context.plan.quantizers.begin(), context.plan.quantizers.end(), is_same) = quantizer;
        changes.push_back({name(), quantizer.inputs.front().node->get_friendly_name(),
                           "input channels smoothed with exponent " + short_number(found->exponent) +
                               ", expected error lower by " + short_number(found->gain) + " dB"});
    }
    return changes;
}

}  // namespace octet
