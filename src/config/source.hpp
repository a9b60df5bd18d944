#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "config/problems.hpp"

namespace octet {

/// JSON with comments and trailing commas. A key that an object holds twice is a problem, text that is no JSON is
/// thrown as Error(InvalidOption) at `where`.
Json read_json(const std::string& text, const std::string& where, Problems& problems);

/// YAML as JSON: what is not quoted and looks like true, false, null or a number is that. Throws as read_json().
Json read_yaml(const std::string& text, const std::string& where, Problems& problems);

}  // namespace octet
