#pragma once

#include <string>
#include <vector>

#include "octet/configuration.hpp"

#include "config/problems.hpp"

namespace octet {

/// Section `model` as conform() gave it, at `place`; `has_name`: the result's name stands elsewhere.
ModelSource read_model_section(const Json& section, const std::string& place, bool has_name, Problems& problems);

/// The models of `model.cascade`, likewise; empty where there are less than two.
std::vector<CascadeSource> read_cascade(const Json& section, const std::string& place, Problems& problems);

/// Section `engine`, likewise.
EngineSource read_engine_section(const Json& section, const std::string& place, Problems& problems);

}  // namespace octet
