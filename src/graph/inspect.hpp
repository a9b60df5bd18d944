#pragma once

#include <string>

#include <openvino/core/model.hpp>

namespace octet {

/// The friendly name of the first operation, in topological order, that shows `model` to be quantized already: a
/// FakeQuantize of 256 levels or less, the Multiply behind weights stored as integers, or a product with such weights
/// that is scaled afterwards (bodies of If, Loop and TensorIterator included). Empty where there is none.
std::string find_quantized_operation(const ov::Model& model);

}  // namespace octet
