#pragma once

#include <string>

#include "config/problems.hpp"

namespace octet {

/// A text that was read, and where its values stand in it.
struct Source {
    Json json;
    Positions positions;
};

/// JSON with comments and trailing commas. A key that an object holds twice is a problem, text that is no JSON is
/// thrown as Error(InvalidOption) at `where` with line and column.
Source read_json(const std::string& text, const std::string& where, Problems& problems);

/// YAML as JSON: what is not quoted and looks like true, false, null or a number is that. Throws as read_json().
Source read_yaml(const std::string& text, const std::string& where, Problems& problems);

/// JSON where it is JSON, else the text itself. Throws Error(InvalidOption) where it is nested too deep.
Json json_or_text(const std::string& text);

}  // namespace octet
