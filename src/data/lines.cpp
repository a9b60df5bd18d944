#include "data/lines.hpp"

#include <fstream>

#include "octet/error.hpp"

namespace octet {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos
               ? ""
               : std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<Line> read_lines(const std::filesystem::path& path) {
    std::ifstream stream(path);
    if (!stream) {
        throw Error(ErrorCode::Io, path.string(), "cannot be opened");
    }
    std::vector<Line> lines;
    std::string text;
    for (std::size_t number = 1; std::getline(stream, text); ++number) {
        text = trimmed(text);
        if (!text.empty() && text.front() != '#') {
            lines.push_back({number, text});
        }
    }
    if (stream.bad()) {
        throw Error(ErrorCode::Io, path.string(), "cannot be read");
    }
    return lines;
}

}  // namespace octet
