#pragma once

namespace octet {

/// The release this header belongs to; CMake reads it from here.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace octet
