#pragma once

#include <string>

#include <openvino/core/node.hpp>

namespace octet {

/// An operation's attribute as text ("true"/"false" for booleans), empty where it has none of that name. Only
/// boolean, integer, floating-point and text attributes are read.
std::string attribute(const ov::Node& node, const std::string& name);

}  // namespace octet
