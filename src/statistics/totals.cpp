#include "statistics/totals.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "octet/error.hpp"

#include "numeric/histogram.hpp"

namespace octet {
namespace {

void refuse_changed_channels(std::size_t before, std::size_t now, const ov::Output<ov::Node>& tensor) {
    if (before != now) {
        throw Error(ErrorCode::InvalidData, tensor.get_node()->get_friendly_name(),
                    "its number of channels changes from sample to sample: " + std::to_string(before) + ", then " +
                        std::to_string(now) + "; leave it out with --ignored-scope");
    }
}

void merge_rows(std::vector<double>& total, const std::vector<double>& row) {
    Histogram both = unpack_histogram(total);
    merge(both, unpack_histogram(row));
    pack(both, total);
}

/// Numbers of `more` samples to those of `samples`, both at least one.
void fold(std::vector<double>& total, std::size_t samples, const std::vector<double>& values, std::size_t more,
          const StatisticRequest& request) {
    const bool is_each = request.keep == Keep::EachSample;
    refuse_changed_channels(is_each ? total.size() / samples : total.size(),
                            is_each ? values.size() / more : values.size(), request.tensor);
    if (is_each) {
        total.insert(total.end(), values.begin(), values.end());
        return;
    }
    if (request.keep == Keep::Merged) {
        merge_rows(total, values);
        return;
    }
    for (std::size_t c = 0; c < total.size(); ++c) {
        switch (request.keep) {
            case Keep::Least:
                total[c] = std::min(total[c], values[c]);
                break;
            case Keep::Largest:
                total[c] = std::max(total[c], values[c]);
                break;
            default:
                total[c] += values[c];
        }
    }
}

ov::Shape commonest(const std::vector<std::map<std::size_t, std::size_t>>& sizes) {
    ov::Shape shape;
    for (const auto& seen : sizes) {
        shape.push_back(std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
                            return a.second < b.second;
                        })->first);
    }
    return shape;
}

/// The mean of each column of [samples][columns].
std::vector<double> column_means(const std::vector<double>& values, std::size_t samples) {
    std::vector<double> means(values.size() / samples, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        means[i % means.size()] += values[i] / static_cast<double>(samples);
    }
    return means;
}

/// Takes numbers off the front of others that may have been damaged: once there are too few, all are 0.
class Unpacker {
public:
    explicit Unpacker(std::span<const double>& from) : from_(from) {}

    bool is_good() const {
        return is_good_;
    }

    double number() {
        is_good_ = is_good_ && !from_.empty();
        if (!is_good_) {
            return 0;
        }
        const double value = from_.front();
        from_ = from_.subspan(1);
        return value;
    }

    /// A whole number.
    std::size_t count() {
        constexpr double kMost = 9e15;
        const double value = number();
        is_good_ = is_good_ && value >= 0 && value <= kMost && value == std::floor(value);
        return is_good_ ? static_cast<std::size_t>(value) : 0;
    }

    std::vector<double> numbers(std::size_t count) {
        is_good_ = is_good_ && count <= from_.size();
        if (!is_good_) {
            return {};
        }
        std::vector<double> values(from_.begin(), from_.begin() + static_cast<std::ptrdiff_t>(count));
        from_ = from_.subspan(count);
        return values;
    }

    /// How many more things of at least one number each can follow.
    std::size_t few(std::size_t count) {
        is_good_ = is_good_ && count <= from_.size();
        return is_good_ ? count : 0;
    }

private:
    std::span<const double>& from_;
    bool is_good_ = true;
};

}  // namespace

void Total::add(const Tap& tap, const TapReading& reading) {
    if (ov::shape_size(reading.shape) == 0) {
        return;
    }
    Total one;
    for (const std::size_t size : reading.shape) {
        one.sizes_.push_back({{size, 1}});
    }
    one.is_bounded_ = reading.is_bounded;
    one.spans_ = reading.high - reading.low;
    one.samples_ = 1;
    for (const std::size_t measure : tap.measure_of) {
        one.values_.push_back(reading.values[measure]);
    }
    merge(tap, std::move(one));
}

void Total::merge(const Tap& tap, Total&& later) {
    if (later.samples_ == 0) {
        return;
    }
    if (samples_ == 0) {
        *this = std::move(later);
        return;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
        fold(values_[i], samples_, later.values_[i], later.samples_, tap.requests[i]);
    }
    sizes_.resize(std::max(sizes_.size(), later.sizes_.size()));
    for (std::size_t axis = 0; axis < later.sizes_.size(); ++axis) {
        for (const auto& [size, count] : later.sizes_[axis]) {
            sizes_[axis][size] += count;
        }
    }
    is_bounded_ = is_bounded_ && later.is_bounded_;
    spans_ += later.spans_;
    samples_ += later.samples_;
}

void Total::answer(const Tap& tap, Statistics& statistics) && {
    statistics.add(tap.tensor, TensorFacts{commonest(sizes_), is_bounded_, samples_});
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (tap.requests[i].keep == Keep::Mean) {
            for (double& value : values_[i]) {
                value /= static_cast<double>(samples_);
            }
        }
        statistics.add(tap.requests[i], std::move(values_[i]));
    }
}

void Total::pack(std::vector<double>& to) const {
    to.insert(to.end(),
              {static_cast<double>(samples_), is_bounded_ ? 1.0 : 0.0, spans_, static_cast<double>(sizes_.size())});
    for (const auto& seen : sizes_) {
        to.push_back(static_cast<double>(seen.size()));
        for (const auto& [size, count] : seen) {
            to.insert(to.end(), {static_cast<double>(size), static_cast<double>(count)});
        }
    }
    for (const auto& values : values_) {
        to.push_back(static_cast<double>(values.size()));
        to.insert(to.end(), values.begin(), values.end());
    }
}

std::optional<Total> Total::unpack(std::span<const double>& from, std::size_t requests) {
    Unpacker numbers(from);
    Total total;
    total.samples_ = numbers.count();
    total.is_bounded_ = numbers.number() != 0;
    total.spans_ = numbers.number();
    total.sizes_.resize(numbers.few(numbers.count()));
    for (auto& seen : total.sizes_) {
        for (std::size_t left = numbers.few(numbers.count()); left > 0; --left) {
            const std::size_t size = numbers.count();
            seen[size] = numbers.count();
        }
    }
    if (total.samples_ > 0) {
        total.values_.resize(requests);
    }
    for (auto& values : total.values_) {
        values = numbers.numbers(numbers.count());
    }
    return numbers.is_good() ? std::optional(std::move(total)) : std::nullopt;
}

std::vector<std::vector<double>> Total::means(const Tap& tap) const {
    std::vector<std::vector<double>> all(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const auto& request = tap.requests[i];
        if (request.keep == Keep::Least || request.keep == Keep::Largest || request.keep == Keep::Merged) {
            continue;
        }
        all[i] = column_means(values_[i], request.keep == Keep::EachSample ? samples_ : 1);
        for (double& mean : all[i]) {
            mean /= request.keep == Keep::Mean ? static_cast<double>(samples_) : 1;
            mean = request.measure.reducer == Reducer::MeanSquare ? std::sqrt(mean) : mean;
        }
    }
    return all;
}

}  // namespace octet
