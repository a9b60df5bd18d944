#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace octet::cli {

/// Is `stream` (STDOUT_FILENO or STDERR_FILENO) a terminal that understands escape codes?
bool is_terminal(int stream);

/// Columns of the terminal at `stream`; 80 where it has none.
std::size_t terminal_width(int stream);

/// `text` in bold on a terminal that wants it (see NO_COLOR), else as it is.
std::string bold(int stream, std::string_view text);

/// `text` without control characters but line ends: names from a file must not steer a terminal.
std::string printable(std::string_view text);

/// To stdout or stderr, at once. Throws Error(Io) where stdout cannot be written; a reader that has gone is no error.
void write_out(std::string_view text);
void write_err(std::string_view text);

}  // namespace octet::cli
