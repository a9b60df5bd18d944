#include "base/exception_text.hpp"

#include <algorithm>
#include <cstddef>

namespace octet {
namespace {

constexpr std::size_t kLongest = 300;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_about_source_files(std::string_view line) {
    return line.starts_with("Exception from src/") || (line.starts_with("Check '") && line.ends_with(':'));
}

}  // namespace

std::string essential_line(std::string_view text) {
    std::string_view best;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = trimmed(text.substr(begin, end - begin));
        if (!line.empty() && (best.empty() || !is_about_source_files(line))) {
            best = line;
        }
        begin = end + 1;
    }
    std::string out(best.substr(0, kLongest));
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            c = '?';
        }
    }
    return best.size() > kLongest ? out + "..." : out;
}

}  // namespace octet
