#include "metrics/difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <openvino/core/type/bfloat16.hpp>
#include <openvino/core/type/float16.hpp>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<double> copy_values(const ov::Tensor& tensor) {
    const T* data = tensor.data<const T>();
    std::vector<double> values(tensor.get_size());
    std::transform(data, data + values.size(), values.begin(), [](T x) { return static_cast<double>(x); });
    return values;
}

std::vector<double> values_of(const ov::Tensor& tensor) {
    const auto type = tensor.get_element_type();
    if (type == ov::element::f32) {
        return copy_values<float>(tensor);
    }
    if (type == ov::element::f64) {
        return copy_values<double>(tensor);
    }
    if (type == ov::element::f16) {
        return copy_values<ov::float16>(tensor);
    }
    if (type == ov::element::bf16) {
        return copy_values<ov::bfloat16>(tensor);
    }
    throw Error(ErrorCode::Internal, "", "cannot compare an output of type " + type.get_type_name());
}

bool is_score_per_class(const ov::Shape& shape) {
    return std::count_if(shape.begin(), shape.end(), [](std::size_t n) { return n != 1; }) == 1 &&
           ov::shape_size(shape) > 1;
}

// NaN is never the maximum.
std::size_t arg_max(const std::vector<double>& values) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (values[i] > values[best] || (std::isnan(values[best]) && !std::isnan(values[i]))) {
            best = i;
        }
    }
    return best;
}

}  // namespace

SampleDifference difference(const ov::Tensor& reference, const ov::Tensor& other) {
    SampleDifference out;
    if (reference.get_shape() != other.get_shape()) {
        out.has_same_shape = false;
        return out;
    }
    const auto expected = values_of(reference), came = values_of(other);
    double product = 0, power = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double y = expected[i], x = came[i];
        if (!std::isfinite(y) || !std::isfinite(x)) {
            if (y != x && !(std::isnan(y) && std::isnan(x))) {
                out.noise = out.max_error = kInfinity;
            }
            continue;
        }
        out.signal += y * y;
        out.noise += (y - x) * (y - x);
        out.max_error = std::max(out.max_error, std::abs(y - x));
        product += y * x;
        power += x * x;
    }
    if (out.signal > 0 && power > 0) {
        out.cosine = std::clamp(product / (std::sqrt(out.signal) * std::sqrt(power)), -1.0, 1.0);
    } else {
        out.cosine = out.signal == power ? 1 : 0;
    }
    if (is_score_per_class(reference.get_shape())) {
        out.same_top1 = arg_max(expected) == arg_max(came);
    }
    return out;
}

void OutputDifference::add(const SampleDifference& sample) {
    ++samples_;
    is_comparable_ = is_comparable_ && sample.has_same_shape;
    is_score_ = is_score_ && sample.same_top1.has_value();
    same_top1_ += sample.same_top1.value_or(false) ? 1 : 0;
    signal_ += sample.signal;
    noise_ += sample.noise;
    cosine_ += sample.cosine;
    max_error_ = std::max(max_error_, sample.max_error);
}

double OutputDifference::sqnr_db() const {
    if (samples_ == 0 || !is_comparable_) {
        return kNan;
    }
    return noise_ == 0 ? kInfinity : 10 * std::log10(signal_ / noise_);
}

double OutputDifference::cosine() const {
    return samples_ == 0 || !is_comparable_ ? kNan : cosine_ / static_cast<double>(samples_);
}

double OutputDifference::max_error() const {
    return samples_ == 0 || !is_comparable_ ? kNan : max_error_;
}

std::optional<double> OutputDifference::top1_agreement() const {
    if (samples_ == 0 || !is_comparable_ || !is_score_) {
        return std::nullopt;
    }
    return static_cast<double>(same_top1_) / static_cast<double>(samples_);
}

}  // namespace octet
