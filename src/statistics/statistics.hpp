#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// What makes numbers of one sample's tensor: one, or one for each channel.
enum class Reducer {
    Min,
    Max,
    AbsMax,
    Quantile,
    AbsQuantile,
    Mean,
    MeanSquare,
    Histogram,      ///< of the whole tensor: kPackedHistogram numbers
    GainHistogram,  ///< the same, where a value counts as often as the channel_gains() say along the request's axis
};

/// Is it one histogram of the whole tensor, whatever the channels?
constexpr bool is_histogram(Reducer reducer) {
    return reducer == Reducer::Histogram || reducer == Reducer::GainHistogram;
}

struct Measure {
    Reducer reducer = Reducer::Min;
    double probability = 0;  ///< of Quantile and AbsQuantile, linearly interpolated between neighbours as numpy does
    auto operator<=>(const Measure&) const = default;
};

/// What is kept of the samples' numbers.
enum class Keep {
    EachSample,  ///< all of them, in sample order
    Least,
    Largest,
    Mean,    ///< samples weigh the same whatever their size
    Merged,  ///< histograms: one of all values
};

/// What is to be measured on one tensor.
struct StatisticRequest {
    ov::Output<ov::Node> tensor;
    std::optional<std::size_t> channel_axis{};  ///< unset: the whole tensor
    Measure measure{};
    Keep keep = Keep::EachSample;

    bool operator==(const StatisticRequest&) const = default;
};

/// All that must be measured: algorithms ask before any data runs, and equal requests merge.
class StatisticPlan {
public:
    void request(const StatisticRequest& request);

    /// Says that channel c of `tensor` may become (x - shift_c) / scale_c before its statistics are used: what must be
    /// kept besides, so that Statistics::align() can tell all other requests on that tensor without the data.
    void expect_alignment(const ov::Output<ov::Node>& tensor, std::size_t channel_axis);

    bool empty() const {
        return requests_.empty();
    }
    /// In the order of the first request of each.
    const std::vector<StatisticRequest>& requests() const {
        return requests_;
    }

private:
    std::vector<StatisticRequest> requests_;
};

/// What every measured tensor tells besides.
struct TensorFacts {
    ov::Shape shape;         ///< the commonest size of each axis over the samples; of equally common ones the smallest
    bool is_bounded = true;  ///< no NaN or value beyond kLargestActivation was seen
    std::size_t samples = 0;
};

/// The answers.
class Statistics {
public:
    /// Row-major [samples or 1][channels or 1]; empty where this was not asked for.
    std::span<const double> find(const StatisticRequest& request) const;

    /// Null where nothing was asked for on `tensor`.
    const TensorFacts* facts(const ov::Output<ov::Node>& tensor) const;

    /// From now on the statistics of `tensor` are those of (x - shift_c) / scale_c, scale_c > 0, along `channel_axis`.
    /// Extremes of the whole tensor follow from those of its channels; where only the extremes over all samples were
    /// kept of these, they stand for each sample's.
    void align(const ov::Output<ov::Node>& tensor, std::size_t channel_axis, std::span<const double> shift,
               std::span<const double> scale);

    /// What was measured on `tensor` is found under `also`, too.
    void copy(const ov::Output<ov::Node>& tensor, const ov::Output<ov::Node>& also);

    /// From now on what was measured on `tensor` is found under `now`: what reads `tensor` reads `now` instead.
    void rename(const ov::Output<ov::Node>& tensor, const ov::Output<ov::Node>& now);

    /// Requests that align() could not follow: their answers are gone, and must be measured again on the aligned model.
    StatisticPlan stale() const;

    void add(const StatisticRequest& request, std::vector<double> values);
    void add(const ov::Output<ov::Node>& tensor, TensorFacts facts);

    /// Takes the answers of `other` where this has none.
    void merge(const Statistics& other);

private:
    struct Answer {
        StatisticRequest request;
        std::vector<double> values;
    };
    struct Tensor {
        TensorFacts facts;
        std::vector<Answer> answers;  // in the order of the requests
    };
    /// Makes `values`, each sample's extreme of the whole tensor, from the extremes of its channels. False where these
    /// were not asked for.
    bool derive(const StatisticRequest& request, std::size_t channel_axis, std::vector<double>& values) const;

    std::map<ov::Output<ov::Node>, Tensor> tensors_;  // looked up, never walked
    StatisticPlan stale_;
};

}  // namespace octet
