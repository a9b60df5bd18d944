#pragma once

#include <map>

#include <openvino/core/model.hpp>
#include <openvino/core/partial_shape.hpp>

#include "octet/options.hpp"

namespace octet {

/// Throws Error(InvalidOption) for a shape whose input is not there (with the nearest), or that the input or the model
/// cannot take, and for --reshape without shapes.
void check_shapes(const ov::Model& model, const Options& options);

/// Gives a model the shapes to calibrate at, for as long as this object lives; then its own again, unless
/// Options::reshape asks to keep them.
class CalibrationShapes {
public:
    CalibrationShapes(ov::Model& model, const Options& options);
    ~CalibrationShapes();
    CalibrationShapes(const CalibrationShapes&) = delete;
    CalibrationShapes& operator=(const CalibrationShapes&) = delete;

private:
    ov::Model& model_;
    std::map<ov::Output<ov::Node>, ov::PartialShape> original_;
};

}  // namespace octet
