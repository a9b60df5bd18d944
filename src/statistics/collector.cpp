#include "statistics/collector.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <variant>

#include <openvino/op/ops.hpp>
#include <openvino/runtime/core.hpp>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "graph/index.hpp"
#include "statistics/tap.hpp"

namespace octet {
namespace {

/// A request with its place in the calibration graph.
struct Tap {
    StatisticRequest request;
    std::size_t number = 0;         // of the producer, in topological order
    bool is_channels_last = false;  // the tap reads the tensor with its channel axis moved to the end
};

/// The plugin keeps convolutions' tensors channels-last or in blocks of channels; moved to the end, the channels are
/// what the plugin can hand over with the least copying.
std::vector<std::size_t> channels_last_order(std::size_t rank) {
    std::vector<std::size_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
    return order;
}

std::shared_ptr<ov::Node> build_tap(Tap& tap) {
    ov::Output<ov::Node> tensor = tap.request.tensor;
    if (tensor.get_element_type() != ov::element::f32) {
        tensor = std::make_shared<ov::op::v0::Convert>(tensor, ov::element::f32);
    }
    std::size_t axis = tap.request.channel_axis;
    const auto rank = tensor.get_partial_shape().rank();
    const bool by_channel = tap.request.channel_mean || tap.request.channel_range;
    if (by_channel && axis == 1 && rank.is_static() && rank.get_length() >= 4) {
        const auto order = channels_last_order(static_cast<std::size_t>(rank.get_length()));
        tensor = std::make_shared<ov::op::v1::Transpose>(
            tensor, ov::op::v0::Constant::create(ov::element::i64, ov::Shape{order.size()}, order));
        axis = order.size() - 1;
        tap.is_channels_last = true;
    }
    return std::make_shared<StatisticsTap>(tensor, tap.request, axis);
}

/// The model with a tap on each requested tensor and nothing but the taps as results, so that what lies behind the last
/// tap is not computed. Results stand in topological order of their tensors, so that each tap runs right after its
/// producer, while the tensor is in the cache.
std::shared_ptr<ov::Model> build_calibration_model(const ov::Model& model, std::vector<Tap>& taps) {
    ov::ResultVector results;
    for (auto& tap : taps) {
        results.push_back(std::make_shared<ov::op::v0::Result>(build_tap(tap)));
    }
    return std::make_shared<ov::Model>(results, model.get_sinks(), model.get_parameters(), model.get_variables(),
                                       "calibration");
}

std::vector<Tap> order_taps(const ov::Model& model, const StatisticPlan& plan) {
    const GraphIndex graph(model);
    std::vector<Tap> taps;
    for (const auto& request : plan.requests()) {
        taps.push_back({request, graph.number(request.tensor.get_node())});
    }
    std::stable_sort(taps.begin(), taps.end(), [](const Tap& a, const Tap& b) {
        return std::pair(a.number, a.request.tensor.get_index()) < std::pair(b.number, b.request.tensor.get_index());
    });
    return taps;
}

ov::CompiledModel compile(const std::shared_ptr<ov::Model>& model, std::size_t threads) {
    ov::Core core;
    const auto count = static_cast<int32_t>(threads);
    try {
        return core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32), ov::num_streams(count),
                                  ov::inference_num_threads(count), ov::hint::enable_cpu_pinning(false));
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, "calibrate",
                    "the CPU plugin cannot compile the model: " + essential_line(error.what()));
    }
}

using Readings = std::vector<TapReading>;

Readings infer(ov::InferRequest& request, const std::vector<Tap>& taps, const std::vector<ov::Tensor>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        request.set_input_tensor(i, inputs[i]);
    }
    request.infer();
    Readings readings;
    readings.reserve(taps.size());
    for (std::size_t i = 0; i < taps.size(); ++i) {
        auto reading = StatisticsTap::read(request.get_output_tensor(i), taps[i].request);
        if (taps[i].is_channels_last) {
            std::rotate(reading.shape.begin() + 1, reading.shape.end() - 1, reading.shape.end());
        }
        readings.push_back(std::move(reading));
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

/// Adds one sample's reading; called in sample order.
void fold(TensorStatistics& total, const StatisticRequest& request, TapReading&& reading) {
    if (total.samples == 0) {
        total.shape = reading.shape;
    }
    if (request.range) {
        total.low.push_back(reading.low);
        total.high.push_back(reading.high);
    }
    total.is_bounded = total.is_bounded && reading.is_bounded;
    if (request.channel_range) {
        if (total.samples == 0) {
            total.channel_low = std::move(reading.channel_low);
            total.channel_high = std::move(reading.channel_high);
        } else {
            refuse_changed_channels(total.channel_low.size(), reading.channel_low.size(), request.tensor);
            for (std::size_t c = 0; c < total.channel_low.size(); ++c) {
                total.channel_low[c] = std::min(total.channel_low[c], reading.channel_low[c]);
                total.channel_high[c] = std::max(total.channel_high[c], reading.channel_high[c]);
            }
        }
    }
    if (request.channel_mean) {
        if (total.samples > 0) {
            refuse_changed_channels(total.channel_mean.size(), reading.channel_sum.size(), request.tensor);
        }
        total.channel_mean.resize(reading.channel_sum.size());
        const double count = static_cast<double>(ov::shape_size(reading.shape)) /
                             static_cast<double>(std::max<std::size_t>(1, reading.channel_sum.size()));
        for (std::size_t c = 0; c < reading.channel_sum.size() && count > 0; ++c) {
            total.channel_mean[c] += reading.channel_sum[c] / count;
        }
    }
    ++total.samples;
}

}  // namespace

Collected collect(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const SampleSource& samples,
                  const CollectOptions& options, Observer& observer) {
    Collected collected;
    std::vector<Tap> taps = order_taps(*model, plan);
    const std::size_t threads = std::min(usable_threads(options.threads), std::max<std::size_t>(1, samples.size));
    auto compiled = compile(build_calibration_model(*model, taps), threads);
    std::vector<ov::InferRequest> requests;
    for (std::size_t i = 0; i < threads; ++i) {
        requests.push_back(compiled.create_infer_request());
    }

    using Outcome = std::variant<Readings, std::string>;  // a reading, or why the sample was skipped
    std::vector<TensorStatistics> totals(taps.size());
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
                    fold(totals[i], taps[i].request, std::move(readings[i]));
                }
                ++collected.samples;
            }
            observer.step(index + 1, samples.size);
        },
        [&] { return observer.cancelled(); });

    for (std::size_t i = 0; i < taps.size(); ++i) {
        for (double& mean : totals[i].channel_mean) {
            mean /= static_cast<double>(totals[i].samples);
        }
        collected.statistics.add(taps[i].request, std::move(totals[i]));
    }
    return collected;
}

}  // namespace octet
