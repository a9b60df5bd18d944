#pragma once

#include <memory>
#include <vector>

#include <openvino/core/node.hpp>
#include <openvino/op/constant.hpp>

namespace octet {

/// The constant that feeds `output`, directly or through a Convert (as converters store f16 weights); null otherwise.
std::shared_ptr<ov::op::v0::Constant> find_constant(const ov::Output<ov::Node>& output);

/// The values of a constant as f32; the constant may be of any numeric type.
std::vector<float> float_values(const ov::op::v0::Constant& constant);

}  // namespace octet
