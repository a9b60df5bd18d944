#include "statistics/statistics.hpp"

#include <algorithm>

namespace octet {

StatisticRequest& StatisticPlan::request(const ov::Output<ov::Node>& tensor, std::size_t axis) {
    // A request without channels takes any axis.
    for (auto& known : requests_) {
        if (known.tensor == tensor && (known.channel_axis == axis || !(known.channel_range || known.channel_mean))) {
            known.channel_axis = axis;
            return known;
        }
    }
    requests_.push_back({.tensor = tensor, .channel_axis = axis});
    return requests_.back();
}

void StatisticPlan::request_range(const ov::Output<ov::Node>& tensor) {
    const auto known = std::find_if(requests_.begin(), requests_.end(),
                                    [&](const StatisticRequest& candidate) { return candidate.tensor == tensor; });
    (known != requests_.end() ? *known : request(tensor, 0)).range = true;
}

void StatisticPlan::request_channel_range(const ov::Output<ov::Node>& tensor, std::size_t axis) {
    request(tensor, axis).channel_range = true;
}

void StatisticPlan::request_channel_mean(const ov::Output<ov::Node>& tensor, std::size_t axis) {
    request(tensor, axis).channel_mean = true;
}

const TensorStatistics* Statistics::find_range(const ov::Output<ov::Node>& tensor) const {
    const auto found = entries_.find(tensor);
    if (found != entries_.end()) {
        for (const auto& entry : found->second) {
            if (entry.request.range) {
                return &entry.measured;
            }
        }
    }
    return nullptr;
}

const TensorStatistics* Statistics::find_channels(const ov::Output<ov::Node>& tensor, std::size_t axis) const {
    const auto found = entries_.find(tensor);
    if (found != entries_.end()) {
        for (const auto& entry : found->second) {
            if ((entry.request.channel_range || entry.request.channel_mean) && entry.request.channel_axis == axis) {
                return &entry.measured;
            }
        }
    }
    return nullptr;
}

void Statistics::add(const StatisticRequest& request, TensorStatistics measured) {
    entries_[request.tensor].push_back({request, std::move(measured)});
}

}  // namespace octet
