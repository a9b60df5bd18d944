#pragma once

#include <string>
#include <vector>

#include "config/problems.hpp"

namespace octet {

// octet.schema.json is the published JSON Schema and what configurations are held against: names, types, ranges, the
// texts of messages. Its definitions are named here as `options`, `params`, ….

/// `json`, which stands at `path`, as `definition` of the schema has it: names and values in its spelling, null entries
/// left out. All that the schema does not allow becomes a problem and is left out (an item of a list becomes null), so
/// that what comes back has the schema's types; what has no effect becomes a warning.
Json conform(const Json& json, const std::string& definition, const std::string& path, Problems& problems);

/// The dotted path of an entry of `definition` in the schema's spelling; empty where there is none.
std::string known_path(const std::string& path, const std::string& definition);

/// The dotted paths of all entries of `definition` and below it.
std::vector<std::string> known_paths(const std::string& definition);

/// A keyword of the schema at a dotted path below `definition`; null where there is none.
Json schema_keyword(const std::string& definition, const std::string& path, const std::string& keyword);

}  // namespace octet
