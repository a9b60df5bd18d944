#include "data/files.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <set>
#include <system_error>

#include <glob.h>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/lines.hpp"
#include "data/picture_file.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWildcards = "*?[";

void add(FilesByKind& files, DataFile file) {
    const std::string extension = lower_case(file.path.extension().string());
    if (extension == ".npz") {
        files.archives.push_back(std::move(file));
    } else if (extension == ".npy") {
        files.arrays.push_back(std::move(file));
    } else if (is_picture_file(file.path)) {
        files.pictures.push_back(std::move(file));
    } else {
        ++files.ignored;
    }
}

FilesByKind sorted(FilesByKind files) {
    for (auto* list : {&files.pictures, &files.archives, &files.arrays}) {
        std::sort(list->begin(), list->end(), [](const DataFile& a, const DataFile& b) { return a.label < b.label; });
    }
    return files;
}

class FolderWalk {
public:
    explicit FolderWalk(const fs::path& root) : root_(root) {}

    FilesByKind walk() {
        visit(root_, fs::path());
        return sorted(std::move(files_));
    }

private:
    void visit(const fs::path& folder, const fs::path& relative) {
        // A link back to a folder above would lead round in circles.
        if (!visited_.insert(fs::canonical(folder)).second) {
            return;
        }
        for (const auto& entry : fs::directory_iterator(folder)) {
            const fs::path name = entry.path().filename();
            if (name.native().starts_with('.')) {
                continue;
            }
            if (entry.is_directory()) {
                visit(entry.path(), relative / name);
            } else if (entry.is_regular_file()) {
                add(files_, {entry.path(), (relative / name).generic_string()});
            }
        }
    }

    fs::path root_;
    FilesByKind files_;
    std::set<fs::path> visited_;
};

/// The paths that a pattern fits, in no order.
class Matches {
public:
    explicit Matches(const fs::path& pattern) {
        unreadable_ = {};
        const int status = ::glob(pattern.c_str(), GLOB_NOSORT, note_unreadable, &found_);
        if (status == GLOB_ABORTED) {
            ::globfree(&found_);
            throw Error(ErrorCode::Io, unreadable_.folder, "cannot be read: " + unreadable_.reason.message());
        }
        if (status == GLOB_NOSPACE) {
            ::globfree(&found_);
            throw std::bad_alloc();
        }
    }
    Matches(const Matches&) = delete;
    Matches& operator=(const Matches&) = delete;
    ~Matches() {
        ::globfree(&found_);
    }

    std::vector<fs::path> paths() const {
        return {found_.gl_pathv, found_.gl_pathv + found_.gl_pathc};
    }

private:
    struct Unreadable {
        std::string folder;
        std::error_code reason;
    };

    // What is not there fits nothing; a folder that cannot be read may hide samples, so it ends the search.
    static int note_unreadable(const char* folder, int reason) {
        if (reason == ENOENT || reason == ENOTDIR) {
            return 0;
        }
        unreadable_ = {folder, {reason, std::generic_category()}};
        return 1;
    }

    static thread_local Unreadable unreadable_;  // glob() hands its callback nothing of the caller's
    glob_t found_{};
};

thread_local Matches::Unreadable Matches::unreadable_;

/// The longest leading folder of `pattern` without a wildcard, with its slash.
std::string plain_folder(const std::string& pattern) {
    const auto slash = pattern.rfind('/', pattern.find_first_of(kWildcards));
    return slash == std::string::npos ? "" : pattern.substr(0, slash + 1);
}

}  // namespace

FilesByKind list_folder(const fs::path& folder) {
    try {
        return FolderWalk(folder).walk();
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, error.path1().string(), "cannot be read: " + error.code().message());
    }
}

bool has_wildcard(const fs::path& path) {
    return path.native().find_first_of(kWildcards) != std::string::npos;
}

FilesByKind list_matches(const fs::path& pattern) {
    const std::string folder = plain_folder(pattern.native());
    FilesByKind files;
    for (const auto& path : Matches(pattern).paths()) {
        std::error_code error;
        if (fs::is_regular_file(path, error)) {
            const std::string& text = path.native();
            add(files, {path, text.starts_with(folder) ? text.substr(folder.size()) : text});
        }
    }
    return sorted(std::move(files));
}

std::vector<DataFile> read_list(const fs::path& list) {
    std::vector<DataFile> files;
    for (const auto& [number, name] : read_lines(list)) {
        const fs::path path = list.parent_path() / name;
        std::error_code error;
        if (!fs::is_regular_file(path, error)) {
            throw Error(ErrorCode::InvalidData, list.string() + ":" + std::to_string(number),
                        "\"" + name.substr(0, 200) +
                            "\" is not a file; expected a picture's path, absolute or relative to the list");
        }
        files.push_back({path, name});
    }
    if (files.empty()) {
        throw Error(ErrorCode::InvalidData, list.string(), "names no picture; expected one path a line");
    }
    return files;
}

}  // namespace octet
