#include "statistics/collector.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <variant>

#include <openvino/op/ops.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "graph/channels_last.hpp"
#include "graph/index.hpp"
#include "statistics/body_tensors.hpp"
#include "statistics/run_samples.hpp"
#include "statistics/tap.hpp"

namespace octet {
namespace {

/// All requests on one tensor that agree on the channel axis, with their place in the calibration graph.
struct Tap {
    ov::Output<ov::Node> tensor;
    std::optional<std::size_t> channel_axis;
    std::vector<StatisticRequest> requests{};
    std::vector<TapMeasure> measures{};     // one for each distinct measure of the requests
    std::vector<std::size_t> measure_of{};  // for each request
    std::size_t number = 0;                 // of the producer, in topological order
    bool is_channels_last = false;          // the tap reads the tensor with its channel axis moved to the end
};

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
    return std::make_shared<StatisticsTap>(tensor, tap.measures, axis);
}

/// Does the plan ask for tensors of bodies?
bool asks_for_bodies(const ov::Model& model, const StatisticPlan& plan) {
    const GraphIndex graph(model);
    return std::any_of(plan.requests().begin(), plan.requests().end(),
                       [&](const StatisticRequest& request) { return !graph.contains(request.tensor.get_node()); });
}

/// The model with a tap on each requested tensor and nothing but the taps as results, so that what lies behind the last
/// tap is not computed. Results stand in topological order of their tensors, so that each tap runs right after its
/// producer, while the tensor is in the cache.
/// `copy`: where the tensors are, if not in `model` itself.
std::shared_ptr<ov::Model> build_calibration_model(const ov::Model& original, BodyCopy* copy, std::vector<Tap>& taps) {
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
    return std::make_shared<ov::Model>(results, model.get_sinks(), model.get_parameters(), model.get_variables(),
                                       "calibration");
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

using Readings = std::vector<std::vector<TapReading>>;  // of each tap: one, or one for each iteration of its body

Readings infer(ov::InferRequest& request, const std::vector<Tap>& taps, const std::vector<ov::Tensor>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, inputs[i]);
    }
    request.infer();
    Readings readings;
    readings.reserve(taps.size());
    for (std::size_t i = 0; i < taps.size(); ++i) {
        auto rows = StatisticsTap::read(request.get_output_tensor(i), taps[i].measures);
        for (auto& reading : rows) {
            if (taps[i].is_channels_last) {
                std::rotate(reading.shape.begin() + 1, reading.shape.end() - 1, reading.shape.end());
            }
        }
        readings.push_back(std::move(rows));
    }
    for (auto& state : request.query_state()) {
        state.reset();
    }
    return readings;
}

void refuse_changed_channels(std::size_t before, std::size_t now, const ov::Output<ov::Node>& tensor) {
    if (before != now) {
        throw Error(ErrorCode::InvalidData, tensor.get_node()->get_friendly_name(),
                    "its number of channels changes from sample to sample: " + std::to_string(before) + ", then " +
                        std::to_string(now) + "; leave it out with --ignored-scope");
    }
}

/// What has come together of one tap's readings.
struct Total {
    std::vector<std::vector<double>> values;                // for each request
    std::vector<std::map<std::size_t, std::size_t>> sizes;  // for each axis: how often which size was seen
    bool is_bounded = true;
    std::size_t samples = 0;
};

void fold(std::vector<double>& total, const StatisticRequest& request, const std::vector<double>& values,
          std::size_t samples) {
    if (samples > 0) {
        const std::size_t before = request.keep == Keep::EachSample ? total.size() / samples : total.size();
        refuse_changed_channels(before, values.size(), request.tensor);
    }
    if (samples == 0 || request.keep == Keep::EachSample) {
        total.insert(total.end(), values.begin(), values.end());
        return;
    }
    for (std::size_t c = 0; c < total.size(); ++c) {
        switch (request.keep) {
            case Keep::Least:
                total[c] = std::min(total[c], values[c]);
                break;
            case Keep::Largest:
                total[c] = std::max(total[c], values[c]);
                break;
            default:
                total[c] += values[c];
        }
    }
}

/// Adds one sample's reading, or one iteration's; called in sample order.
void fold(Total& total, const Tap& tap, const TapReading& reading) {
    total.values.resize(tap.requests.size());
    total.sizes.resize(std::max(total.sizes.size(), reading.shape.size()));
    for (std::size_t axis = 0; axis < reading.shape.size(); ++axis) {
        ++total.sizes[axis][reading.shape[axis]];
    }
    total.is_bounded = total.is_bounded && reading.is_bounded;
    for (std::size_t i = 0; i < tap.requests.size(); ++i) {
        fold(total.values[i], tap.requests[i], reading.values[tap.measure_of[i]], total.samples);
    }
    ++total.samples;
}

ov::Shape commonest(const std::vector<std::map<std::size_t, std::size_t>>& sizes) {
    ov::Shape shape;
    for (const auto& seen : sizes) {
        shape.push_back(std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
                            return a.second < b.second;
                        })->first);
    }
    return shape;
}

void answer(const Tap& tap, Total&& total, Statistics& statistics) {
    statistics.add(tap.tensor, TensorFacts{commonest(total.sizes), total.is_bounded, total.samples});
    for (std::size_t i = 0; i < tap.requests.size() && total.samples > 0; ++i) {
        if (tap.requests[i].keep == Keep::Mean) {
            for (double& value : total.values[i]) {
                value /= static_cast<double>(total.samples);
            }
        }
        statistics.add(tap.requests[i], std::move(total.values[i]));
    }
}

}  // namespace

Collected collect(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const SampleSource& samples,
                  const CollectOptions& options, Observer& observer) {
    Collected collected;
    std::vector<Tap> taps = order_taps(*model, plan);
    std::optional<BodyCopy> copy;
    if (asks_for_bodies(*model, plan)) {
        copy.emplace(*model);
    }
    const std::size_t threads = std::min(usable_threads(options.threads), std::max<std::size_t>(1, samples.size));
    auto compiled =
        compile_streams(build_calibration_model(*model, copy ? &*copy : nullptr, taps), threads, "calibrate");
    std::vector<ov::InferRequest> requests;
    for (std::size_t i = 0; i < threads; ++i) {
        requests.push_back(compiled.create_infer_request());
    }

    using Outcome = std::variant<Readings, std::string>;  // a reading, or why the sample was skipped
    std::vector<Total> totals(taps.size());
    run_in_order<Outcome>(
        samples.size, threads,
        [&](std::size_t worker, std::size_t index) -> Outcome {
            std::vector<ov::Tensor> inputs;
            try {
                inputs = samples.inputs(index);
            } catch (const Error& error) {
                if (options.skip_bad && error.code() == ErrorCode::InvalidData) {
                    return error.what();
                }
                throw;
            }
            try {
                return infer(requests[worker], taps, inputs);
            } catch (const ov::Exception& error) {
                throw Error(ErrorCode::InvalidData, samples.label(index),
                            "the model cannot run on this sample: " + essential_line(error.what()));
            }
        },
        [&](std::size_t index, Outcome&& outcome) {
            if (auto* reason = std::get_if<std::string>(&outcome)) {
                collected.bad_samples.push_back(std::move(*reason));
            } else {
                auto& readings = std::get<Readings>(outcome);
                for (std::size_t i = 0; i < taps.size(); ++i) {
                    for (const auto& reading : readings[i]) {
                        fold(totals[i], taps[i], reading);
                    }
                }
                collected.samples.push_back(index);
            }
            observer.step(index + 1, samples.size);
        },
        [&] { return observer.cancelled(); });

    for (std::size_t i = 0; i < taps.size(); ++i) {
        answer(taps[i], std::move(totals[i]), collected.statistics);
    }
    return collected;
}

}  // namespace octet
