#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace octet {

/// A line of a text file.
struct Line {
    std::size_t number = 0;  ///< from 1
    std::string text;        ///< without blanks at its ends
};

/// The lines of a text file but for empty ones and those that begin with `#`. Throws Error(Io) where it cannot be read.
std::vector<Line> read_lines(const std::filesystem::path& path);

/// `text` without blanks, tabs and carriage returns at its ends.
std::string trimmed(std::string_view text);

}  // namespace octet
