#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace octet {

/// A file and what to call it in messages.
struct DataFile {
    std::filesystem::path path;
    std::string label;
};

/// What a folder holds, searched with its sub-folders; each list in bytewise order of the path within the folder.
struct FolderContents {
    std::vector<DataFile> pictures;
    std::vector<DataFile> archives;  ///< .npz
    std::vector<DataFile> arrays;    ///< .npy
    std::size_t ignored = 0;         ///< other files; hidden ones are not counted
};

/// Throws Error(Io) where the folder or one in it cannot be read.
FolderContents list_folder(const std::filesystem::path& folder);

/// The pictures named in a text file: one path a line, absolute or relative to the list's folder; empty lines and those
/// that begin with `#` do not count. Throws Error(InvalidData) with the line's number for a file that is not there, or
/// where no picture is named; Error(Io) where the list cannot be read.
std::vector<DataFile> read_list(const std::filesystem::path& list);

}  // namespace octet
