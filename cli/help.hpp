#pragma once

#include <string>

#include "command_description.hpp"

namespace octet::cli {

/// One entry of a help text: what it is called, and what it does, wrapped to the terminal.
std::string help_line(const std::string& name, const std::string& what);

/// What `octet COMMAND --help` prints.
std::string help_text(const CommandDescription& command);

}  // namespace octet::cli
