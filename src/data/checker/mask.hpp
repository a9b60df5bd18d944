#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "octet/checker_rules.hpp"

namespace octet {

/// A true mask as one of the tool's readers gives it: numbers of classes, or colours.
struct CheckedMask {
    int width = 0, height = 0;
    int channels = 1;  ///< 1 or 3
    std::vector<std::uint8_t> values{};
};

/// Throws Error(Io) or Error(InvalidData) with the file as the place.
CheckedMask read_checked_mask(const std::filesystem::path& path, checker::MaskReader reader);

}  // namespace octet
