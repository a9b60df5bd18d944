#pragma once

#include <cstddef>
#include <optional>

#include <openvino/runtime/tensor.hpp>

namespace octet {

/// How one output of two models differs on one sample. Sums in double, in the tensor's order.
///
/// An element where both values are the same infinity, or both NaN, is left out (models mask with infinities). Where
/// only one is finite, or they are infinities of opposite sign, or only one is NaN, `noise` and `max_error` are
/// infinite.
struct SampleDifference {
    bool has_same_shape = true;     ///< else nothing below is set
    double signal = 0;              ///< sum y^2
    double noise = 0;               ///< sum (y - y')^2
    double cosine = 1;              ///< of y and y'; 1 where both are all zero, 0 where one is
    double max_error = 0;           ///< max |y - y'|
    std::optional<bool> same_top1;  ///< unset where the tensor is not a score per class
};

/// `reference` and `other`: f64, f32, f16 or bf16 tensors, of any shape.
/// A score per class: exactly one dimension is above 1, e.g. [1,1000] or [1,C,1,1]; the first of equal maxima counts.
SampleDifference difference(const ov::Tensor& reference, const ov::Tensor& other);

/// The differences of one output over all samples, added in sample order.
class OutputDifference {
public:
    void add(const SampleDifference& sample);

    /// 10*log10(signal/noise): +inf where equal, -inf where the reference is all zero or an error is infinite, NaN
    /// where a sample's shapes differ or there is no sample. So are the others.
    double sqnr_db() const;
    double cosine() const;                         ///< mean over samples
    double max_error() const;                      ///< over samples
    std::optional<double> top1_agreement() const;  ///< unset where any sample was no score per class

private:
    std::size_t samples_ = 0, same_top1_ = 0;
    bool is_comparable_ = true, is_score_ = true;
    double signal_ = 0, noise_ = 0, cosine_ = 0, max_error_ = 0;
};

}  // namespace octet
