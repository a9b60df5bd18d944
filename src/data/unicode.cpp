#include "data/unicode.hpp"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kMost = 1'000'000'000;  // so that lengths fit ICU's

}  // namespace

std::u32string characters(std::string_view text) {
    std::u32string out;
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < length;) {
        UChar32 character = 0;
        U8_NEXT_OR_FFFD(text.data(), i, length, character);
        out += static_cast<char32_t>(character);
    }
    return out;
}

std::string unicode_text(std::string_view bytes, const std::string& where) {
    if (bytes.size() > kMost) {
        throw Error(ErrorCode::InvalidData, where, "is larger than 1 GB");
    }
    std::string text;
    text.reserve(bytes.size());
    const auto length = static_cast<std::int32_t>(bytes.size());
    for (std::int32_t i = 0; i < length;) {
        const std::int32_t begin = i;
        UChar32 character = 0;
        U8_NEXT(bytes.data(), i, length, character);
        if (character < 0) {
            throw Error(ErrorCode::InvalidData,
                        where + ":" + std::to_string(1 + std::count(text.begin(), text.end(), '\n')),
                        "is not UTF-8; convert the file to it");
        }
        if (character == '\r') {
            i += i < length && bytes[static_cast<std::size_t>(i)] == '\n' ? 1 : 0;
            text += '\n';
        } else {
            text += bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin));
        }
    }
    return text;
}

bool is_blank(char32_t character) {
    // Python's blanks are Unicode's, and the separators of ASCII.
    return u_isUWhiteSpace(static_cast<UChar32>(character)) || (character >= 0x1C && character <= 0x1F);
}

}  // namespace octet
