#pragma once

#include <openvino/core/model.hpp>

namespace octet {

/// Gives every operation that nobody named (OpenVINO shows such a one as its type and a number that counts all
/// operations this process ever made) a name made from its consumer's, unique in the model and the same on every run.
/// Bodies of If, Loop and TensorIterator too. To be called before a model is cloned, as a clone takes over what is
/// shown.
void name_unnamed_operations(const ov::Model& model);

}  // namespace octet
