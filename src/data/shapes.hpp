#pragma once

#include <map>
#include <string>

#include <openvino/core/model.hpp>
#include <openvino/core/partial_shape.hpp>

namespace octet {

/// Gives a model's inputs, named by tensor or parameter (empty: the only one), other shapes.
/// Throws Error(InvalidOption) for an unknown input (with the nearest) or a shape that the model cannot take; the model
/// is then to be thrown away.
void reshape(ov::Model& model, const std::map<std::string, ov::PartialShape>& shapes);

}  // namespace octet
