#pragma once

#include "command_line.hpp"

namespace octet::cli {

/// POT's rules of which options go together. Throws UsageError.
void check_pot_arguments(const Arguments& given);

}  // namespace octet::cli
