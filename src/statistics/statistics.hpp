#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include <openvino/core/node.hpp>

namespace octet {

/// What is to be measured on one tensor.
struct StatisticRequest {
    ov::Output<ov::Node> tensor;
    bool range = false;          ///< minimum and maximum of the whole tensor, per sample
    bool channel_range = false;  ///< minimum and maximum of each channel, over all samples
    bool channel_mean = false;   ///< mean of each channel, over all samples
    std::size_t channel_axis = 0;
};

/// All that must be measured: algorithms ask before any data runs, and equal questions merge.
class StatisticPlan {
public:
    void request_range(const ov::Output<ov::Node>& tensor);
    void request_channel_range(const ov::Output<ov::Node>& tensor, std::size_t axis);
    void request_channel_mean(const ov::Output<ov::Node>& tensor, std::size_t axis);

    /// In the order of the first question about each tensor and axis.
    const std::vector<StatisticRequest>& requests() const {
        return requests_;
    }

private:
    StatisticRequest& request(const ov::Output<ov::Node>& tensor, std::size_t axis);

    std::vector<StatisticRequest> requests_;
};

/// What was measured on one tensor.
struct TensorStatistics {
    std::vector<double> low, high;                  ///< [samples], filled where a range was asked for
    std::vector<double> channel_low, channel_high;  ///< [channels]
    std::vector<double> channel_mean;               ///< [channels]; samples weigh the same whatever their size
    ov::Shape shape;                                ///< of the first sample
    bool is_bounded = true;                         ///< no NaN or value beyond kLargestActivation was seen
    std::size_t samples = 0;
};

/// The answers, by tensor and axis.
class Statistics {
public:
    /// The statistics of `tensor` with its range; null where none was asked for.
    const TensorStatistics* find_range(const ov::Output<ov::Node>& tensor) const;
    /// The statistics of `tensor` by channels along `axis`; null where none were asked for.
    const TensorStatistics* find_channels(const ov::Output<ov::Node>& tensor, std::size_t axis) const;

    void add(const StatisticRequest& request, TensorStatistics measured);

private:
    struct Entry {
        StatisticRequest request;
        TensorStatistics measured;
    };
    std::map<ov::Output<ov::Node>, std::vector<Entry>> entries_;  // looked up, never walked
};

}  // namespace octet
