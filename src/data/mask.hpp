#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace octet {

/// The true classes of a picture's pixels, row by row.
struct Mask {
    std::size_t width = 0, height = 0;
    std::vector<std::uint16_t> values;
};

/// A PNG in grey (1 to 16 bits: the values as they are stored) or with a palette (its indices).
/// Throws Error(InvalidData) at `where` where it is cut, broken, in colour or above 2^27 pixels.
Mask parse_png_mask(std::span<const std::uint8_t> bytes, const std::string& where);

/// The same from a file, or an .npy of integers [H,W] from 0 to 65535. Throws Error(Io) where it cannot be read.
Mask read_mask(const std::filesystem::path& path);

}  // namespace octet
