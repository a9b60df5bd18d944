#pragma once

#include <filesystem>
#include <string>

#include "octet/model_io.hpp"

namespace octet {

/// What save() would write. Throws Error(InvalidOption) for a stem that is no plain file name and where a file of the
/// source model (or its .bin) would be overwritten, Error(Io) where `folder` is there but is no folder or takes no new
/// file. Worth calling before a long calibration; leaves nothing behind.
SavedFiles check_destination(const std::filesystem::path& folder, const std::string& stem,
                             const std::filesystem::path& source = {});

}  // namespace octet
