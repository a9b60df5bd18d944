#pragma once

#include <string>

#include "command_description.hpp"

namespace octet::cli {

enum class Shell { Bash, Zsh, Fish };

/// A script with which `shell` completes the words of octet: commands, options, and those values that are words of a
/// list (`performance|mixed`), files (`PATH`, `FILE`) or folders (`FOLDER`).
std::string completion_script(Shell shell, const ProgramDescription& program);

}  // namespace octet::cli
