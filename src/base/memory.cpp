#include "base/memory.hpp"

#include <fstream>

namespace octet {
namespace {

/// The number behind `key` in /proc/self/status, which is in kB of 1024 bytes.
std::size_t status_bytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(key + ":")) {
            return 1024 * std::stoull(line.substr(key.size() + 1));
        }
    }
    return 0;
}

}  // namespace

std::size_t resident_bytes() {
    return status_bytes("VmRSS");
}

std::size_t peak_resident_bytes() {
    return status_bytes("VmHWM");
}

std::string megabytes(std::size_t bytes) {
    return std::to_string((bytes + 500'000) / 1'000'000) + " MB";
}

}  // namespace octet
