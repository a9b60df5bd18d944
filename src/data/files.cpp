#include "data/files.hpp"

#include <algorithm>
#include <set>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/lines.hpp"
#include "data/picture_file.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

class FolderWalk {
public:
    explicit FolderWalk(const fs::path& root) : root_(root) {}

    FolderContents walk() {
        visit(root_, fs::path());
        for (auto* list : {&contents_.pictures, &contents_.archives, &contents_.arrays}) {
            std::sort(list->begin(), list->end(),
                      [](const DataFile& a, const DataFile& b) { return a.label < b.label; });
        }
        return std::move(contents_);
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
                add({entry.path(), (relative / name).generic_string()});
            }
        }
    }

    void add(DataFile file) {
        const std::string extension = lower_case(file.path.extension().string());
        if (extension == ".npz") {
            contents_.archives.push_back(std::move(file));
        } else if (extension == ".npy") {
            contents_.arrays.push_back(std::move(file));
        } else if (is_picture_file(file.path)) {
            contents_.pictures.push_back(std::move(file));
        } else {
            ++contents_.ignored;
        }
    }

    fs::path root_;
    FolderContents contents_;
    std::set<fs::path> visited_;
};

}  // namespace

FolderContents list_folder(const fs::path& folder) {
    try {
        return FolderWalk(folder).walk();
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, error.path1().string(), "cannot be read: " + error.code().message());
    }
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
