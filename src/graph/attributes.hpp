#pragma once

#include <string>

#include <openvino/core/node.hpp>

namespace octet {

/// An operation's attribute as text ("true"/"false" for booleans, commas between the numbers of a list), empty where it
/// has none of that name. Only booleans, numbers, lists of numbers and text are read.
std::string attribute(const ov::Node& node, const std::string& name);

}  // namespace octet
