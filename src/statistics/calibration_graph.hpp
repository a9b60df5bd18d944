#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <openvino/core/model.hpp>

#include "statistics/statistics.hpp"
#include "statistics/tap.hpp"

namespace octet {

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

/// The taps that answer `plan`, in topological order of their tensors.
std::vector<Tap> order_taps(const ov::Model& model, const StatisticPlan& plan);

/// The model with these taps; without its outputs what lies behind the last tap is not computed. Results stand in
/// topological order of their tensors, so that each tap runs right after its producer, while the tensor is in the
/// cache. The model itself is left as it was; its operations are shared or, where a tap is inside a body, copied.
/// `with_outputs`: the model's own results follow those of the taps.
std::shared_ptr<ov::Model> build_calibration_model(const ov::Model& model, std::span<Tap> taps, bool with_outputs);

}  // namespace octet
