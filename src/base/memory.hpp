#pragma once

#include <cstddef>
#include <string>

namespace octet {

/// Bytes of memory that this process holds now, and the most it ever held; 0 where the system does not tell.
std::size_t resident_bytes();
std::size_t peak_resident_bytes();

/// "812 MB", in units of 1000.
std::string megabytes(std::size_t bytes);

}  // namespace octet
