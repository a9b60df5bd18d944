#include "paths.hpp"

#include <system_error>

namespace octet::cli {
namespace fs = std::filesystem;
namespace {

std::uintmax_t file_bytes(const fs::path& path) {
    std::error_code error;
    const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    return error ? 0 : size;
}

std::uintmax_t folder_bytes(const fs::path& folder) {
    std::uintmax_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && it != end; it.increment(error)) {
        bytes += file_bytes(it->path());
    }
    return bytes;
}

}  // namespace

std::string model_stem(const fs::path& model) {
    // "saved_model/" ends with an empty name, "." and ".." say nothing.
    fs::path path = model;
    if (const auto name = path.filename(); name == "." || name == "..") {
        std::error_code error;
        path = fs::weakly_canonical(path, error);
    }
    return (path.has_filename() ? path : path.parent_path()).stem().string();
}

std::uintmax_t model_bytes(const fs::path& model, const fs::path& weights) {
    std::error_code error;
    if (fs::is_directory(model, error)) {
        return folder_bytes(model);
    }
    std::uintmax_t bytes = file_bytes(model);
    for (const auto& [extension, companion] : {std::pair{".xml", ".bin"}, {".pdmodel", ".pdiparams"}}) {
        if (model.extension() == extension) {
            bytes += file_bytes(weights.empty() ? fs::path(model).replace_extension(companion) : weights);
        }
    }
    for (const char* suffix : {".data", "_data"}) {
        bytes += file_bytes(fs::path(model) += suffix);
    }
    return bytes;
}

}  // namespace octet::cli
