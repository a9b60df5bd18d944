#pragma once

#include <cstddef>
#include <span>

namespace octet {

/// A tensor seen as [outer, channels, inner] around its channel axis.
struct ChannelView {
    std::size_t outer = 1;
    std::size_t channels = 1;
    std::size_t inner = 1;
};

/// A tensor of `shape` around its axis `axis`, which it must have.
ChannelView view_channels(std::span<const std::size_t> shape, std::size_t axis);

/// Beyond this an activation's value is a mask, not a measurement.
inline constexpr double kLargestActivation = 1e30;

struct Extremes {
    float low = 0;
    float high = 0;
    bool is_bounded = true;  ///< no NaN, and no |x| > kLargestActivation
};

/// Minimum and maximum of `values`; zeros for an empty span. The result does not depend on the order of evaluation.
Extremes find_extremes(std::span<const float> values);

/// Minimum and maximum of each channel, `low` and `high` of [channels]. Empty channels give zeros.
void find_channel_extremes(std::span<const float> values, const ChannelView& view, std::span<double> low,
                           std::span<double> high);

/// Sum of each channel into `sums` [channels], in double and in a fixed order.
void sum_channels(std::span<const float> values, const ChannelView& view, std::span<double> sums);

/// The same of the squares, each rounded to f32.
void sum_channel_squares(std::span<const float> values, const ChannelView& view, std::span<double> sums);

}  // namespace octet
