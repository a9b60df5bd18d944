#pragma once

#include <string>
#include <utility>
#include <vector>

#include "octet/options.hpp"

namespace octet {

const char* name_of(Preset preset);
const char* name_of(ModelType type);

/// Each option as a name and a short text, sorted by name: what a result's rt_info keeps. Lists and maps are JSON in
/// one line; an unset option is left out.
std::vector<std::pair<std::string, std::string>> option_texts(const Options& options);

}  // namespace octet
