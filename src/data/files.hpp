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

/// Files by their kind; each list in bytewise order of the labels.
struct FilesByKind {
    std::vector<DataFile> pictures;
    std::vector<DataFile> archives;  ///< .npz
    std::vector<DataFile> arrays;    ///< .npy
    std::size_t ignored = 0;         ///< other files
};

/// What a folder holds, searched with its sub-folders but without hidden files; labels are relative to the folder.
/// Throws Error(Io) where the folder or one in it cannot be read.
FilesByKind list_folder(const std::filesystem::path& folder);

/// Whether `path` has a wildcard: `*`, `?` or `[`.
bool has_wildcard(const std::filesystem::path& path);

/// The files that `pattern` fits, as glob(7) has it: no wildcard stands for a slash or a leading dot, a backslash takes
/// the meaning from what follows, `~` and braces mean nothing. Folders that it fits are not searched. Labels are
/// relative to the longest leading folder without a wildcard. Throws Error(Io) where a folder cannot be read.
FilesByKind list_matches(const std::filesystem::path& pattern);

/// The pictures named in a text file: one path a line, absolute or relative to the list's folder; empty lines and those
/// that begin with `#` do not count. Throws Error(InvalidData) with the line's number for a file that is not there, or
/// where no picture is named; Error(Io) where the list cannot be read.
std::vector<DataFile> read_list(const std::filesystem::path& list);

}  // namespace octet
