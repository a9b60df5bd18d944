#pragma once

#include <string>
#include <string_view>

namespace octet {

/// The essential line of an OpenVINO exception's text: the last one that is not about OpenVINO's own source files.
/// Unprintable bytes become `?`, and it is cut at about 300 bytes, so that a corrupt file cannot garble a terminal.
std::string essential_line(std::string_view text);

}  // namespace octet
