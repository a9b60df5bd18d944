#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace octet {

/// A batch of CIFAR-10 or CIFAR-100 as it is distributed.
struct CifarBatch {
    static constexpr std::size_t kSide = 32, kBytes = 3 * kSide * kSide;

    std::vector<std::int64_t> labels;
    std::vector<std::string> names;    ///< of files; empty where the batch has none
    std::vector<std::uint8_t> pixels;  ///< of each picture its three planes: red, green, blue
};

/// Reads the Python pickle (protocols 2 to 5) of a dictionary with `data`, `label_key` and perhaps `filenames`. Only
/// numbers, texts, lists, tuples, dictionaries and arrays of bytes are understood; nothing is ever called. Throws
/// Error(InvalidData) at `where` for all else.
CifarBatch parse_cifar(std::span<const std::uint8_t> bytes, const std::string& label_key, const std::string& where);

}  // namespace octet
