#pragma once

#include <string>

#include "octet/accuracy_aware.hpp"

#include "config/problems.hpp"

namespace octet {

/// Is it a parameter of AccuracyAwareQuantization alone?
bool is_accuracy_parameter(const std::string& name);

/// Those of an algorithm's parameters, which are as conform() gives them. What is not there keeps its default.
AccuracyOptions read_accuracy(const Json& params);

}  // namespace octet
