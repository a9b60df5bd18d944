#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <openvino/op/op.hpp>

#include "statistics/statistics.hpp"

namespace octet {

/// One reduction that a tap makes.
struct TapMeasure {
    Measure measure;
    bool by_channel = false;

    /// How many numbers it makes of a tensor with that many channels.
    std::size_t count(std::size_t channels) const;
};

/// What a tap reads off one sample's tensor.
struct TapReading {
    ov::Shape shape;
    bool is_bounded = true;
    double low = 0, high = 0;                 ///< of the whole tensor
    std::vector<std::vector<double>> values;  ///< one number, or one for each channel, for each of the tap's measures
};

/// An operation of our own that stands on a tensor inside the calibration graph and reduces it, so that no tensor
/// leaves the device.
///
///     X -> ... ==> X -> ...
///                  X -> StatisticsTap -> Result u8[n]
///
/// The reading leaves as the bytes of a row of doubles: the plugin would round f64 outputs to f32, and bytes it lets
/// be.
class StatisticsTap final : public ov::op::Op {
public:
    OPENVINO_OP("StatisticsTap", "octet");

    StatisticsTap() = default;
    StatisticsTap(const ov::Output<ov::Node>& tensor, std::vector<TapMeasure> measures, std::size_t channel_axis,
                  std::vector<double> gains = {});

    void validate_and_infer_types() override;
    bool visit_attributes(ov::AttributeVisitor& visitor) override;
    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector& inputs) const override;
    bool has_evaluate() const override {
        return true;
    }
    bool evaluate(ov::TensorVector& outputs, const ov::TensorVector& inputs) const override;

    /// Unpacks what evaluate() wrote for these measures: rows, stacked on any number of axes before the last.
    static std::vector<TapReading> read(const ov::Tensor& packed, const std::vector<TapMeasure>& measures);

private:
    std::vector<TapMeasure> measures_;
    std::size_t channel_axis_ = 0;
    std::vector<double> gains_;
};

}  // namespace octet
