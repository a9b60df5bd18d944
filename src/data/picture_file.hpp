#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace octet {

/// Whether `path` is to be taken for a picture: by its extension, else by its first bytes.
bool is_picture_file(const std::filesystem::path& path);

/// Whether a JPEG, PNG or WebP ends before its end mark. Their decoders fill the missing part with grey or print to the
/// terminal, where calibration should be told. False for every other format, whose decoder is the judge.
bool is_cut_picture(std::span<const std::uint8_t> bytes);

}  // namespace octet
