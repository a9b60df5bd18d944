#pragma once

#include <string>

#include "octet/accuracy_aware.hpp"

#include "config/problems.hpp"

namespace octet {

/// Is it a parameter of AccuracyAwareQuantization alone?
bool is_accuracy_parameter(const std::string& name);

/// Takes those of an algorithm's parameters, which are as conform() gives them. What is not there stays as it is.
void take_accuracy(AccuracyOptions& accuracy, const Json& params);

}  // namespace octet
