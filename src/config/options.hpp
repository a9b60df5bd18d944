#pragma once

#include <string>
#include <utility>
#include <vector>

#include "octet/configuration.hpp"

#include "config/problems.hpp"

namespace octet {

/// Each option as a name and a short text, sorted by name: what a result's rt_info keeps. Lists and maps are JSON in
/// one line; an unset option is left out.
std::vector<std::pair<std::string, std::string>> option_texts(const Options& options);

/// The form of options.json read back; what is wrong goes to `problems`.
Options read_options_json(const Json& json, const ConfigurationGiven& given, Problems& problems);

/// `options`, with what is at the dotted path as the profile has it.
Options with_default(const Options& options, const std::string& path);

/// The target device that stands above the configuration, where there is one.
void take_given_device(Options& options, const ConfigurationGiven& given, Problems& problems);

}  // namespace octet
