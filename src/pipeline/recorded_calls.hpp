#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include <openvino/runtime/tensor.hpp>

namespace octet {

/// Which call of a model it is: of the samples that are run the how manieth, and the how manieth of its calls.
struct CallPlace {
    std::size_t sample, call;

    auto operator<=>(const CallPlace&) const = default;
};

/// What a model of a cascade was called with: tensors in the order of its inputs.
struct RecordedCall {
    CallPlace place;
    std::vector<ov::Tensor> inputs;
};

/// For what the owner of `tensors` may use again.
std::vector<ov::Tensor> copies_of(const std::vector<ov::Tensor>& tensors);

/// Some of a model's calls, so that they fit whatever their number: each call has a rank that is drawn by its place
/// alone, and of all calls those of the lowest ranks are kept, as many as fit. So neither the threads nor the order in
/// which calls come change what is kept, and nothing waits for a sample's end.
class CallReservoir {
public:
    /// At most `calls` calls and `bytes` bytes of inputs, but always one call.
    CallReservoir(std::size_t calls, std::size_t bytes) : most_calls_(calls), most_bytes_(bytes) {}

    /// Keeps a copy of `inputs` where the call is one of those. Called from several threads at once.
    void offer(const CallPlace& place, const std::vector<ov::Tensor>& inputs);

    /// What is kept, in the order of its places; without the calls of `bad` samples (ascending).
    std::vector<RecordedCall> take(const std::vector<std::size_t>& bad);

private:
    struct Rank {
        double drawn;     // in [0, 1)
        CallPlace place;  // ranks are unlike even where the same number is drawn

        auto operator<=>(const Rank&) const = default;
    };
    static Rank rank_of(const CallPlace& place);
    void drop_what_does_not_fit();

    std::size_t most_calls_, most_bytes_;
    std::mutex mutex_;
    std::map<Rank, std::vector<ov::Tensor>> kept_;
    std::size_t bytes_ = 0;
    /// The lowest rank that did not fit: none above it may come in later in its place.
    Rank limit_{1, {}};
};

}  // namespace octet
