#pragma once

#include <string>

#include <openvino/core/model.hpp>

namespace octet {

/// The friendly name of the first operation, in topological order, that shows `model` to be quantized already: a
/// FakeQuantize of 256 levels or less, or the Multiply behind weights stored as integers (bodies of If, Loop and
/// TensorIterator included). Empty where there is none.
std::string find_quantized_operation(const ov::Model& model);

}  // namespace octet
