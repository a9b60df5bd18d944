#pragma once

#include "graph/rewrite.hpp"

/// The families of rewrites, one source file each.
namespace octet::rewrite {

/// What changes nothing: Identity, Convert to the same type, Multiply by 1, Add of 0, Power 1, Pad by 0, Reshape,
/// Slice, Broadcast to what is there already, Transpose and Reshape pairs that cancel each other.
Rules identity_rules();

/// Subtract c -> Add -c, Divide by c -> Multiply 1/c, the constant of Add and Multiply as second input.
Rules canonical_rules();

/// Merges neighbouring Multiply and Add by constants into at most one of each.
Rules chain_rules();

/// BatchNormInference -> Multiply, Add; Multiply and Add by channel around convolutions and MatMul into their weights
/// and bias; the bias in its normal form.
Rules scale_shift_rules();

/// Relu, Clamp, HSigmoid, HSwish, Sigmoid, Swish, SoftPlus, Mish, PRelu from their parts.
Rules activation_rules();

/// Gelu from Erf or Tanh.
Rules gelu_rules();

/// MVN, NormalizeL2, Softmax from their parts.
Rules normalization_rules();

}  // namespace octet::rewrite
