#pragma once

#include "octet/configuration.hpp"

#include "config/problems.hpp"

namespace octet {

/// Is this POT's form, and not that of options.json?
bool is_pot_form(const Json& json);

/// A configuration in POT's form; what is wrong goes to `problems`.
Configuration read_pot_config(const Json& json, const ConfigurationGiven& given, Problems& problems);

}  // namespace octet
