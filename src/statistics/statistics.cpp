#include "statistics/statistics.hpp"

#include <algorithm>

namespace octet {
namespace {

/// The extremes of each channel, from which those of the whole tensor follow however the channels are moved.
StatisticRequest channel_extremes(const ov::Output<ov::Node>& tensor, std::size_t axis, Reducer reducer) {
    return {tensor, axis, {reducer, 0}, Keep::EachSample};
}

/// Each sample's extreme of the whole tensor: it follows from those of the channels.
bool is_whole_extreme(const StatisticRequest& request) {
    const Reducer reducer = request.measure.reducer;
    return !request.channel_axis && request.keep == Keep::EachSample &&
           (reducer == Reducer::Min || reducer == Reducer::Max || reducer == Reducer::AbsMax);
}

/// Do a channel's numbers become those of (x - shift) / scale by arithmetic alone?
bool follows_channels(const StatisticRequest& request, std::size_t channel_axis, std::span<const double> shift) {
    const auto is_zero = [](double value) { return value == 0; };
    switch (request.measure.reducer) {
        case Reducer::AbsMax:
        case Reducer::AbsQuantile:
        case Reducer::Histogram:
        case Reducer::GainHistogram:
            return false;
        case Reducer::MeanSquare:
            return request.channel_axis == channel_axis && std::all_of(shift.begin(), shift.end(), is_zero);
        default:
            return request.channel_axis == channel_axis;
    }
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
    auto& answers = found->second.answers;
    for (auto& answer : answers) {
        if (follows_channels(answer.request, channel_axis, shift)) {
            const std::size_t channels = shift.size();
            for (std::size_t i = 0; i < answer.values.size(); ++i) {
                const double by = scale[i % channels];
                answer.values[i] = answer.request.measure.reducer == Reducer::MeanSquare
                                       ? answer.values[i] / (by * by)
                                       : (answer.values[i] - shift[i % channels]) / by;
            }
        } else if (!is_whole_extreme(answer.request)) {
            stale_.request(answer.request);
        }
    }
    for (auto& answer : answers) {
        if (is_whole_extreme(answer.request) && !derive(answer.request, channel_axis, answer.values)) {
            stale_.request(answer.request);
        }
    }
    std::erase_if(answers, [this](const Answer& answer) {
        const auto& lost = stale_.requests();
        return std::find(lost.begin(), lost.end(), answer.request) != lost.end();
    });
}

bool Statistics::derive(const StatisticRequest& request, std::size_t channel_axis, std::vector<double>& values) const {
    for (const bool by_sample : {true, false}) {
        const auto low =
            find({request.tensor, channel_axis, {Reducer::Min, 0}, by_sample ? Keep::EachSample : Keep::Least});
        const auto high =
            find({request.tensor, channel_axis, {Reducer::Max, 0}, by_sample ? Keep::EachSample : Keep::Largest});
        const std::size_t rows = by_sample ? values.size() : 1;
        if (low.empty() || low.size() != high.size() || low.size() % rows != 0) {
            continue;
        }
        const std::size_t channels = low.size() / rows;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t at = by_sample ? i * channels : 0;
            values[i] = extreme_of(request.measure.reducer, low.subspan(at, channels), high.subspan(at, channels));
        }
        return true;
    }
    return false;
}

void Statistics::copy(const ov::Output<ov::Node>& tensor, const ov::Output<ov::Node>& also) {
    const auto found = tensors_.find(tensor);
    if (found == tensors_.end()) {
        return;
    }
    Tensor twin = found->second;
    for (auto& answer : twin.answers) {
        answer.request.tensor = also;
    }
    tensors_.insert_or_assign(also, std::move(twin));
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
        const auto [place, is_new] = tensors_.try_emplace(tensor);
        auto& mine = place->second;
        if (is_new) {
            mine.facts = measured.facts;
        }
        for (const auto& answer : measured.answers) {
            if (find(answer.request).empty()) {
                mine.answers.push_back(answer);
            }
        }
    }
    stale_ = {};
}

}  // namespace octet
