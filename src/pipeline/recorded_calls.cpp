#include "pipeline/recorded_calls.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/random.hpp"

namespace octet {
namespace {

std::size_t bytes_of(const std::vector<ov::Tensor>& tensors) {
    std::size_t bytes = 0;
    for (const auto& tensor : tensors) {
        bytes += tensor.get_byte_size();
    }
    return bytes;
}

}  // namespace

std::vector<ov::Tensor> copies_of(const std::vector<ov::Tensor>& tensors) {
    std::vector<ov::Tensor> copies;
    for (const auto& tensor : tensors) {
        copies.emplace_back(tensor.get_element_type(), tensor.get_shape());
        tensor.copy_to(copies.back());
    }
    return copies;
}

CallReservoir::Rank CallReservoir::rank_of(const CallPlace& place) {
    return {Random({place.sample, place.call}).uniform(), place};
}

void CallReservoir::offer(const CallPlace& place, const std::vector<ov::Tensor>& inputs) {
    const Rank rank = rank_of(place);
    {
        const std::lock_guard lock(mutex_);
        if (rank >= limit_) {
            return;
        }
    }
    auto copies = copies_of(inputs);  // others need not wait for it
    const std::lock_guard lock(mutex_);
    if (rank < limit_) {
        bytes_ += bytes_of(copies);
        kept_.emplace(rank, std::move(copies));
        drop_what_does_not_fit();
    }
}

void CallReservoir::drop_what_does_not_fit() {
    while (kept_.size() > 1 && (kept_.size() > most_calls_ || bytes_ > most_bytes_)) {
        const auto last = std::prev(kept_.end());
        limit_ = last->first;
        bytes_ -= bytes_of(last->second);
        kept_.erase(last);
    }
}

std::vector<RecordedCall> CallReservoir::take(const std::vector<std::size_t>& bad) {
    std::vector<RecordedCall> calls;
    for (auto& [rank, inputs] : kept_) {
        if (!std::binary_search(bad.begin(), bad.end(), rank.place.sample)) {
            calls.push_back({rank.place, std::move(inputs)});
        }
    }
    kept_.clear();
    bytes_ = 0;
    std::sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
    return calls;
}

}  // namespace octet
