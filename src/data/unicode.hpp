#pragma once

#include <string>
#include <string_view>

namespace octet {

/// The characters of UTF-8 that unicode_text() gave.
std::u32string characters(std::string_view text);

/// `bytes` as a text file of Python's is read: UTF-8, with each end of a line as \n. What stands for the order of bytes
/// stays. Throws Error(InvalidData) at `where:LINE` for other bytes than UTF-8 has, at `where` above 1 GB.
std::string unicode_text(std::string_view bytes, const std::string& where);

/// Does Python's str.strip() take it for blank?
bool is_blank(char32_t character);

}  // namespace octet
