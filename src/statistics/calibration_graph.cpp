#include "statistics/calibration_graph.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <openvino/op/ops.hpp>

#include "graph/bodies.hpp"
#include "graph/channel_gains.hpp"
#include "graph/channels_last.hpp"
#include "graph/index.hpp"
#include "statistics/body_tensors.hpp"

namespace octet {
namespace {

std::vector<double> gains_for(const Tap& tap) {
    const bool are_needed = std::any_of(tap.measures.begin(), tap.measures.end(), [](const TapMeasure& wanted) {
        return wanted.measure.reducer == Reducer::GainHistogram;
    });
    return are_needed ? channel_gains(tap.tensor, *tap.channel_axis) : std::vector<double>{};
}

std::shared_ptr<ov::Node> build_tap(Tap& tap, ov::Output<ov::Node> tensor, const ChannelsLast& channels_last) {
    std::size_t axis = tap.channel_axis.value_or(0);
    tap.is_channels_last = channels_last.contains(tensor);
    if (tensor.get_element_type() != ov::element::f32) {
        tensor = std::make_shared<ov::op::v0::Convert>(tensor, ov::element::f32);
    }
    if (tap.is_channels_last) {
        axis = axis_in_channels_last(axis, tensor.get_partial_shape().size());
        tensor = to_channels_last(tensor);
    }
    return std::make_shared<StatisticsTap>(tensor, tap.measures, axis, gains_for(tap));
}

/// Is any of the tensors inside a body?
bool reads_bodies(const ov::Model& model, std::span<const Tap> taps) {
    const GraphIndex graph(model);
    return std::any_of(taps.begin(), taps.end(),
                       [&](const Tap& tap) { return !graph.contains(tap.tensor.get_node()); });
}

/// The tap that can take `request` besides what it measures already; a request for the whole tensor takes any.
Tap& tap_for(std::vector<Tap>& taps, const StatisticRequest& request) {
    for (auto& tap : taps) {
        if (tap.tensor == request.tensor &&
            (!request.channel_axis || !tap.channel_axis || tap.channel_axis == request.channel_axis)) {
            tap.channel_axis = tap.channel_axis ? tap.channel_axis : request.channel_axis;
            return tap;
        }
    }
    taps.push_back({.tensor = request.tensor, .channel_axis = request.channel_axis});
    return taps.back();
}

void add_request(Tap& tap, const StatisticRequest& request) {
    const bool by_channel = request.channel_axis.has_value();
    const auto known = std::find_if(tap.measures.begin(), tap.measures.end(), [&](const TapMeasure& candidate) {
        return candidate.measure == request.measure && candidate.by_channel == by_channel;
    });
    tap.measure_of.push_back(static_cast<std::size_t>(known - tap.measures.begin()));
    if (known == tap.measures.end()) {
        tap.measures.push_back({request.measure, by_channel});
    }
    tap.requests.push_back(request);
}

/// The number of each operation in topological order; of those in bodies, that of the operation around them.
std::map<const ov::Node*, std::size_t> number_operations(const ov::Model& model) {
    std::map<const ov::Node*, std::size_t> numbers;
    const auto graphs = all_graphs(model);
    for (const auto& graph : graphs) {
        for (const auto& node : graph.model->get_ordered_ops()) {
            numbers.emplace(node.get(), graph.parent ? numbers.at(graph.parent) : numbers.size());
        }
    }
    return numbers;
}

}  // namespace

std::vector<Tap> order_taps(const ov::Model& model, const StatisticPlan& plan) {
    const auto numbers = number_operations(model);
    std::vector<Tap> taps;
    for (const bool by_channel : {true, false}) {
        for (const auto& request : plan.requests()) {
            if (request.channel_axis.has_value() == by_channel) {
                auto& tap = tap_for(taps, request);
                add_request(tap, request);
                tap.number = numbers.at(request.tensor.get_node());
            }
        }
    }
    std::stable_sort(taps.begin(), taps.end(), [](const Tap& a, const Tap& b) {
        return std::pair(a.number, a.tensor.get_index()) < std::pair(b.number, b.tensor.get_index());
    });
    return taps;
}

std::shared_ptr<ov::Model> build_calibration_model(const ov::Model& original, std::span<Tap> taps, bool with_outputs) {
    std::optional<BodyCopy> copy;
    if (reads_bodies(original, taps)) {
        copy.emplace(original);
    }
    const ov::Model& model = copy ? *copy->model() : original;
    const ChannelsLast channels_last(model);
    std::vector<ov::Output<ov::Node>> readings;
    for (auto& tap : taps) {
        const auto made = build_tap(tap, copy ? copy->find(tap.tensor) : tap.tensor, channels_last);
        readings.push_back(copy ? copy->lead_out(tap.tensor, made) : made);
    }
    ov::ResultVector results;
    for (const auto& reading : readings) {
        results.push_back(std::make_shared<ov::op::v0::Result>(reading));
    }
    for (std::size_t i = 0; with_outputs && i < model.outputs().size(); ++i) {
        results.push_back(std::make_shared<ov::op::v0::Result>(model.output(i).get_node()->input_value(0)));
    }
    return std::make_shared<ov::Model>(results, model.get_sinks(), model.get_parameters(), model.get_variables(),
                                       "calibration");
}

}  // namespace octet
