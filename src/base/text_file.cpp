#include "base/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "octet/error.hpp"

namespace octet {

std::string read_text_file(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throw Error(ErrorCode::Io, path.string(), "expected a file; this is a folder");
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        throw Error(ErrorCode::Io, path.string(), std::string("cannot be read: ") + std::strerror(errno));
    }
    return text;
}

}  // namespace octet
