#include "statistics/statistics.hpp"

#include <algorithm>

namespace octet {
namespace {

/// The extremes of each channel, from which those of the whole tensor follow however the channels are moved.
StatisticRequest channel_extremes(const ov::Output<ov::Node>& tensor, std::size_t axis, Reducer reducer) {
    return {tensor, axis, {reducer, 0}, Keep::EachSample};
}

bool is_extreme(Reducer reducer) {
    return reducer == Reducer::Min || reducer == Reducer::Max || reducer == Reducer::AbsMax;
}

/// The least or largest number, or magnitude, of one sample's channels.
double extreme_of(Reducer reducer, std::span<const double> low, std::span<const double> high) {
    const double least = *std::min_element(low.begin(), low.end());
    const double largest = *std::max_element(high.begin(), high.end());
    switch (reducer) {
        case Reducer::Min:
            return least;
        case Reducer::Max:
            return largest;
        default:
            return std::max(-least, largest);
    }
}

}  // namespace

void StatisticPlan::request(const StatisticRequest& request) {
    if (std::find(requests_.begin(), requests_.end(), request) == requests_.end()) {
        requests_.push_back(request);
    }
}

void StatisticPlan::expect_alignment(const ov::Output<ov::Node>& tensor, std::size_t channel_axis) {
    request(channel_extremes(tensor, channel_axis, Reducer::Min));
    request(channel_extremes(tensor, channel_axis, Reducer::Max));
}

std::span<const double> Statistics::find(const StatisticRequest& request) const {
    const auto found = tensors_.find(request.tensor);
    if (found != tensors_.end()) {
        for (const auto& answer : found->second.answers) {
            if (answer.request == request) {
                return answer.values;
            }
        }
    }
    return {};
}

const TensorFacts* Statistics::facts(const ov::Output<ov::Node>& tensor) const {
    const auto found = tensors_.find(tensor);
    return found == tensors_.end() ? nullptr : &found->second.facts;
}

void Statistics::align(const ov::Output<ov::Node>& tensor, std::size_t channel_axis, std::span<const double> shift,
                       std::span<const double> scale) {
    const auto found = tensors_.find(tensor);
    if (found == tensors_.end()) {
        return;
    }
    const std::size_t channels = shift.size();
    auto& answers = found->second.answers;
    for (auto& answer : answers) {
        const bool follows = answer.request.channel_axis == channel_axis &&
                             answer.request.measure.reducer != Reducer::AbsMax &&
                             answer.request.measure.reducer != Reducer::AbsQuantile;
        for (std::size_t i = 0; follows && i < answer.values.size(); ++i) {
            answer.values[i] = (answer.values[i] - shift[i % channels]) / scale[i % channels];
        }
    }
    const auto low = find(channel_extremes(tensor, channel_axis, Reducer::Min));
    const auto high = find(channel_extremes(tensor, channel_axis, Reducer::Max));
    for (auto& answer : answers) {
        const auto& request = answer.request;
        const bool is_derived = !request.channel_axis && request.keep == Keep::EachSample &&
                                is_extreme(request.measure.reducer) && low.size() == answer.values.size() * channels;
        for (std::size_t i = 0; is_derived && i < answer.values.size(); ++i) {
            answer.values[i] = extreme_of(request.measure.reducer, low.subspan(i * channels, channels),
                                          high.subspan(i * channels, channels));
        }
        const bool is_affine = request.channel_axis == channel_axis && request.measure.reducer != Reducer::AbsMax &&
                               request.measure.reducer != Reducer::AbsQuantile;
        if (!is_derived && !is_affine) {
            stale_.request(request);
        }
    }
    std::erase_if(answers, [this](const Answer& answer) {
        const auto& lost = stale_.requests();
        return std::find(lost.begin(), lost.end(), answer.request) != lost.end();
    });
}

void Statistics::rename(const ov::Output<ov::Node>& tensor, const ov::Output<ov::Node>& now) {
    auto entry = tensors_.extract(tensor);
    if (!entry.empty()) {
        entry.key() = now;
        for (auto& answer : entry.mapped().answers) {
            answer.request.tensor = now;
        }
        tensors_.insert(std::move(entry));
    }
    StatisticPlan renamed;
    for (auto request : stale_.requests()) {
        request.tensor = request.tensor == tensor ? now : request.tensor;
        renamed.request(request);
    }
    stale_ = std::move(renamed);
}

StatisticPlan Statistics::stale() const {
    return stale_;
}

void Statistics::add(const StatisticRequest& request, std::vector<double> values) {
    tensors_[request.tensor].answers.push_back({request, std::move(values)});
}

void Statistics::add(const ov::Output<ov::Node>& tensor, TensorFacts facts) {
    tensors_[tensor].facts = std::move(facts);
}

void Statistics::merge(const Statistics& other) {
    for (const auto& [tensor, measured] : other.tensors_) {
        auto& mine = tensors_[tensor];
        for (const auto& answer : measured.answers) {
            if (find(answer.request).empty()) {
                mine.answers.push_back(answer);
            }
        }
    }
    stale_ = {};
}

}  // namespace octet
