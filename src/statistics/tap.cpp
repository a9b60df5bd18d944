#include "statistics/tap.hpp"

#include <cstring>

#include <openvino/core/attribute_visitor.hpp>

#include "numeric/reduce.hpp"

namespace octet {
namespace {

// Row of a reading: low, high, is_bounded, rank, dimensions…, channels, then a block of `channels` numbers for each of
// channel_low and channel_high (if asked for), and channel_sum (if asked for).
constexpr std::size_t kFixed = 5;

std::size_t row_length(std::size_t rank, std::size_t channels, bool channel_range, bool channel_mean) {
    return kFixed + rank + channels * ((channel_range ? 2 : 0) + (channel_mean ? 1 : 0));
}

ChannelView view_channels(const ov::Shape& shape, std::size_t axis) {
    ChannelView view;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        (i < axis ? view.outer : i == axis ? view.channels : view.inner) *= shape[i];
    }
    return view;
}

}  // namespace

StatisticsTap::StatisticsTap(const ov::Output<ov::Node>& tensor, const StatisticRequest& request,
                             std::size_t channel_axis)
    : Op({tensor}),
      range_(request.range),
      channel_range_(request.channel_range),
      channel_mean_(request.channel_mean),
      channel_axis_(static_cast<int64_t>(channel_axis)) {
    constructor_validate_and_infer_types();
}

void StatisticsTap::validate_and_infer_types() {
    const auto& shape = get_input_partial_shape(0);
    auto length = ov::Dimension::dynamic();
    if (shape.rank().is_static()) {
        const bool by_channel = channel_range_ || channel_mean_;
        const auto channels = by_channel ? shape[static_cast<std::size_t>(channel_axis_)] : ov::Dimension(0);
        if (channels.is_static()) {
            length = static_cast<int64_t>(sizeof(double) * row_length(shape.size(),
                                                                      static_cast<std::size_t>(channels.get_length()),
                                                                      channel_range_, channel_mean_));
        }
    }
    set_output_type(0, ov::element::u8, ov::PartialShape{length});
}

bool StatisticsTap::visit_attributes(ov::AttributeVisitor& visitor) {
    visitor.on_attribute("range", range_);
    visitor.on_attribute("channel_range", channel_range_);
    visitor.on_attribute("channel_mean", channel_mean_);
    visitor.on_attribute("channel_axis", channel_axis_);
    return true;
}

std::shared_ptr<ov::Node> StatisticsTap::clone_with_new_inputs(const ov::OutputVector& inputs) const {
    StatisticRequest request;
    request.range = range_;
    request.channel_range = channel_range_;
    request.channel_mean = channel_mean_;
    return std::make_shared<StatisticsTap>(inputs.at(0), request, static_cast<std::size_t>(channel_axis_));
}

bool StatisticsTap::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
    const auto& tensor = inputs[0];
    const auto& shape = tensor.get_shape();
    const std::span<const float> values(tensor.data<const float>(), tensor.get_size());
    const bool by_channel = channel_range_ || channel_mean_;
    const auto view = view_channels(shape, static_cast<std::size_t>(channel_axis_));
    const std::size_t channels = by_channel ? view.channels : 0;

    std::vector<double> row(row_length(shape.size(), channels, channel_range_, channel_mean_));
    row[2] = 1;
    if (range_) {
        const auto extremes = find_extremes(values);
        row[0] = extremes.low;
        row[1] = extremes.high;
        row[2] = extremes.is_bounded;
    }
    row[3] = static_cast<double>(shape.size());
    std::copy(shape.begin(), shape.end(), row.begin() + 4);
    row[4 + shape.size()] = static_cast<double>(channels);
    std::span<double> rest = std::span(row).subspan(kFixed + shape.size());
    if (channel_range_) {
        find_channel_extremes(values, view, rest.subspan(0, channels), rest.subspan(channels, channels));
        rest = rest.subspan(2 * channels);
    }
    if (channel_mean_) {
        sum_channels(values, view, rest.subspan(0, channels));
    }
    outputs[0].set_shape({row.size() * sizeof(double)});
    std::memcpy(outputs[0].data(), row.data(), row.size() * sizeof(double));
    return true;
}

TapReading StatisticsTap::read(const ov::Tensor& packed, const StatisticRequest& request) {
    std::vector<double> row(packed.get_byte_size() / sizeof(double));
    std::memcpy(row.data(), packed.data(), row.size() * sizeof(double));
    TapReading reading;
    reading.low = row.at(0);
    reading.high = row.at(1);
    reading.is_bounded = row.at(2) != 0;
    const auto rank = static_cast<std::size_t>(row.at(3));
    for (std::size_t i = 0; i < rank; ++i) {
        reading.shape.push_back(static_cast<std::size_t>(row.at(4 + i)));
    }
    const auto channels = static_cast<std::ptrdiff_t>(row.at(4 + rank));
    auto next = row.begin() + static_cast<std::ptrdiff_t>(kFixed + rank);
    const auto take = [&](std::vector<double>& into) {
        into.assign(next, next + channels);
        next += channels;
    };
    if (request.channel_range) {
        take(reading.channel_low);
        take(reading.channel_high);
    }
    if (request.channel_mean) {
        take(reading.channel_sum);
    }
    return reading;
}

}  // namespace octet
