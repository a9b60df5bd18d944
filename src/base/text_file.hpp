#pragma once

#include <filesystem>
#include <string>

namespace octet {

/// The bytes of a whole file. Throws Error(Io) where it is a folder or cannot be read.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace octet
