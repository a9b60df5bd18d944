#pragma once

#include <string>

#include "command_description.hpp"

namespace octet::cli {

/// octet(1), for man: in roff, with the macros of man(7).
std::string man_page(const ProgramDescription& program);

}  // namespace octet::cli
