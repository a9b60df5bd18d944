#include "statistics/tap.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include <openvino/core/attribute_visitor.hpp>

#include "numeric/histogram.hpp"
#include "numeric/quantile.hpp"
#include "numeric/reduce.hpp"

namespace octet {
namespace {

// Row of a reading: is_bounded, low, high, rank, dimensions…, channels, then one number or `channels` numbers for each
// measure.
constexpr std::size_t kShape = 4;           // where the dimensions begin
constexpr std::size_t kFixed = kShape + 1;  // what is there whatever the rank

std::size_t row_length(std::size_t rank, std::size_t channels, const std::vector<TapMeasure>& measures) {
    std::size_t length = kFixed + rank;
    for (const auto& measure : measures) {
        length += measure.count(channels);
    }
    return length;
}

bool any_by_channel(const std::vector<TapMeasure>& measures) {
    return std::any_of(measures.begin(), measures.end(), [](const TapMeasure& m) { return m.by_channel; });
}

/// Makes each reduction of one tensor once, whoever asks for it.
class Reductions {
public:
    Reductions(std::span<const float> values, const ChannelView& view, const std::vector<TapMeasure>& measures,
               const std::vector<double>& gains)
        : values_(values), view_(view), measures_(measures), gains_(gains) {}

    const Extremes& extremes() {
        if (!extremes_) {
            extremes_ = find_extremes(values_);
        }
        return *extremes_;
    }

    void write(const TapMeasure& wanted, std::span<double> out) {
        const auto [reducer, probability] = wanted.measure;
        if (reducer == Reducer::Quantile || reducer == Reducer::AbsQuantile) {
            write_quantile(wanted, out);
        } else if (is_histogram(reducer)) {
            pack(reducer == Reducer::GainHistogram && gains_.size() == view_.channels
                     ? count_weighted(values_, extremes(), view_, gains_)
                     : count_values(values_, extremes()),
                 out);
        } else if (reducer == Reducer::Mean || reducer == Reducer::MeanSquare) {
            const double count = static_cast<double>(values_.size()) / static_cast<double>(out.size());
            const auto view = wanted.by_channel ? view_ : ChannelView{1, 1, values_.size()};
            (reducer == Reducer::Mean ? sum_channels : sum_channel_squares)(values_, view, out);
            for (double& sum : out) {
                sum = count > 0 ? sum / count : 0;
            }
        } else if (wanted.by_channel) {
            write_channel_extremes(reducer, out);
        } else {
            const auto& whole = extremes();
            out[0] = pick(reducer, whole.low, whole.high);
        }
    }

private:
    static double pick(Reducer reducer, double low, double high) {
        switch (reducer) {
            case Reducer::Min:
                return low;
            case Reducer::Max:
                return high;
            default:
                return std::max(std::fabs(low), std::fabs(high));
        }
    }

    void write_channel_extremes(Reducer reducer, std::span<double> out) {
        if (low_.empty()) {
            low_.resize(view_.channels);
            high_.resize(view_.channels);
            find_channel_extremes(values_, view_, low_, high_);
        }
        for (std::size_t c = 0; c < out.size(); ++c) {
            out[c] = pick(reducer, low_[c], high_[c]);
        }
    }

    /// The quantiles of a channel, or of the whole tensor, that any of the measures asks for are found together.
    void write_quantile(const TapMeasure& wanted, std::span<double> out) {
        auto& rows = wanted.by_channel ? channel_quantiles_ : whole_quantiles_;
        std::vector<QuantilePoint> points;
        std::size_t place = 0;
        for (const auto& measure : measures_) {
            const Reducer reducer = measure.measure.reducer;
            if (measure.by_channel != wanted.by_channel ||
                (reducer != Reducer::Quantile && reducer != Reducer::AbsQuantile)) {
                continue;
            }
            place = measure.measure == wanted.measure ? points.size() : place;
            points.push_back({measure.measure.probability, reducer == Reducer::AbsQuantile});
        }
        std::vector<float> gathered;
        for (std::size_t c = rows.size(); c < out.size(); ++c) {
            rows.push_back(quantiles(wanted.by_channel ? channel(c, gathered) : values_, points));
        }
        for (std::size_t c = 0; c < out.size(); ++c) {
            out[c] = rows[c][place];
        }
    }

    /// The values of one channel, gathered where they do not lie together: at most half of the tensor.
    std::span<const float> channel(std::size_t c, std::vector<float>& gathered) const {
        if (view_.outer == 1 || view_.channels == 1) {
            return values_.subspan(c * view_.inner, view_.outer * view_.inner);
        }
        gathered.resize(view_.outer * view_.inner);
        for (std::size_t o = 0; o < view_.outer; ++o) {
            const auto run = values_.subspan((o * view_.channels + c) * view_.inner, view_.inner);
            std::copy(run.begin(), run.end(), gathered.begin() + static_cast<std::ptrdiff_t>(o * view_.inner));
        }
        return gathered;
    }

    std::span<const float> values_;
    ChannelView view_;
    const std::vector<TapMeasure>& measures_;
    const std::vector<double>& gains_;  // of the channels; empty: unknown
    std::optional<Extremes> extremes_;
    std::vector<double> low_, high_;
    std::vector<std::vector<double>> whole_quantiles_, channel_quantiles_;  // [1 or channels][quantiles asked for]
};

}  // namespace

std::size_t TapMeasure::count(std::size_t channels) const {
    if (is_histogram(measure.reducer)) {
        return kPackedHistogram;
    }
    return by_channel ? channels : 1;
}

StatisticsTap::StatisticsTap(const ov::Output<ov::Node>& tensor, std::vector<TapMeasure> measures,
                             std::size_t channel_axis, std::vector<double> gains)
    : Op({tensor}), measures_(std::move(measures)), channel_axis_(channel_axis), gains_(std::move(gains)) {
    constructor_validate_and_infer_types();
}

void StatisticsTap::validate_and_infer_types() {
    const auto& shape = get_input_partial_shape(0);
    auto length = ov::Dimension::dynamic();
    if (shape.rank().is_static()) {
        const auto channels = any_by_channel(measures_) ? shape[channel_axis_] : ov::Dimension(0);
        if (channels.is_static()) {
            length = static_cast<int64_t>(
                sizeof(double) * row_length(shape.size(), static_cast<std::size_t>(channels.get_length()), measures_));
        }
    }
    set_output_type(0, ov::element::u8, ov::PartialShape{length});
}

bool StatisticsTap::visit_attributes(ov::AttributeVisitor& visitor) {
    std::string text;
    for (const auto& [measure, by_channel] : measures_) {
        text += std::to_string(static_cast<int>(measure.reducer)) + ":" + std::to_string(measure.probability) +
                (by_channel ? ":channel " : " ");
    }
    auto axis = static_cast<int64_t>(channel_axis_);
    visitor.on_attribute("measures", text);
    visitor.on_attribute("channel_axis", axis);
    return true;
}

std::shared_ptr<ov::Node> StatisticsTap::clone_with_new_inputs(const ov::OutputVector& inputs) const {
    return std::make_shared<StatisticsTap>(inputs.at(0), measures_, channel_axis_, gains_);
}

bool StatisticsTap::evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const {
    const auto& tensor = inputs[0];
    const auto& shape = tensor.get_shape();
    const std::span<const float> values(tensor.data<const float>(), tensor.get_size());
    const ChannelView view =
        any_by_channel(measures_) ? view_channels(shape, channel_axis_) : ChannelView{1, 0, values.size()};
    std::vector<double> row(row_length(shape.size(), view.channels, measures_));
    Reductions reductions(values, view, measures_, gains_);
    row[0] = reductions.extremes().is_bounded;
    row[1] = reductions.extremes().low;
    row[2] = reductions.extremes().high;
    row[3] = static_cast<double>(shape.size());
    std::copy(shape.begin(), shape.end(), row.begin() + kShape);
    row[kShape + shape.size()] = static_cast<double>(view.channels);
    std::span<double> rest = std::span(row).subspan(kFixed + shape.size());
    for (const auto& measure : measures_) {
        const std::size_t count = measure.count(view.channels);
        reductions.write(measure, rest.subspan(0, count));
        rest = rest.subspan(count);
    }
    outputs[0].set_shape({row.size() * sizeof(double)});
    std::memcpy(outputs[0].data(), row.data(), row.size() * sizeof(double));
    return true;
}

namespace {

TapReading read_row(const std::vector<double>& row, const std::vector<TapMeasure>& measures) {
    TapReading reading;
    reading.is_bounded = row.at(0) != 0;
    reading.low = row.at(1);
    reading.high = row.at(2);
    const auto rank = static_cast<std::size_t>(row.at(3));
    for (std::size_t i = 0; i < rank; ++i) {
        reading.shape.push_back(static_cast<std::size_t>(row.at(kShape + i)));
    }
    const auto channels = static_cast<std::size_t>(row.at(kShape + rank));
    auto next = row.begin() + static_cast<std::ptrdiff_t>(kFixed + rank);
    for (const auto& measure : measures) {
        const auto last = next + static_cast<std::ptrdiff_t>(measure.count(channels));
        reading.values.emplace_back(next, last);
        next = last;
    }
    return reading;
}

}  // namespace

std::vector<TapReading> StatisticsTap::read(const ov::Tensor& packed, const std::vector<TapMeasure>& measures) {
    std::vector<TapReading> readings;
    const std::size_t bytes = packed.get_shape().back();
    std::vector<double> row(bytes / sizeof(double));
    for (std::size_t at = 0; bytes > 0 && at < packed.get_byte_size(); at += bytes) {
        std::memcpy(row.data(), static_cast<const std::byte*>(packed.data()) + at, bytes);
        readings.push_back(read_row(row, measures));
    }
    return readings;
}

}  // namespace octet
