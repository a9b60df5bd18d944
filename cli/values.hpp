#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <openvino/core/partial_shape.hpp>

#include "octet/dataset.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"

#include "base/text.hpp"
#include "usage_error.hpp"

namespace octet::cli {

/// The parts of `text` between separators; one, empty, of an empty text.
std::vector<std::string> split(const std::string& text, char separator);

// What an option's text means. Each throws UsageError, which names `option`, for a text that means nothing.

/// A whole number, at least `least`.
std::size_t parse_count(const std::string& option, const std::string& text, std::size_t least);

/// Bytes: a number above 0 with a unit of B, KB, MB, GB or TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024),
/// in any letter case and with or without a blank before it: "2GB", "1.5 GiB". No unit: bytes.
std::size_t parse_size(const std::string& option, const std::string& text);

/// Seconds: a number above 0 with a unit of s, min or h, with or without a blank before it: "90s", "5min", "1.5 h". No
/// unit: seconds.
std::chrono::duration<double> parse_duration(const std::string& option, const std::string& text);

/// Whole numbers from 1 up with commas between: "1,5".
std::vector<std::size_t> parse_counts(const std::string& option, const std::string& text);

/// A whole number, at most a million either way.
std::int64_t parse_integer(const std::string& option, const std::string& text);

/// A number from 0 to 1.
double parse_share(const std::string& option, const std::string& text);

/// A finite number.
double parse_number(const std::string& option, const std::string& text);

/// Numbers with commas between: "123.675,116.28,103.53".
std::vector<double> parse_numbers(const std::string& option, const std::string& text);

/// "NAME=PATH", or "PATH" alone; the whole text where a file of that name exists.
DataSource parse_data(const std::string& option, const std::string& text);

/// "1,3,640,640", "input[1,3,640,640]" or "input[1,3,?,?]": an input's name (may be empty) and its shape.
std::pair<std::string, ov::PartialShape> parse_shape(const std::string& option, const std::string& text);

/// "114", "topleft", "0,center", in any order; empty: the defaults.
Letterbox parse_letterbox(const std::string& option, const std::string& text);

/// One of a few names, in any letter case.
template <class Value>
Value parse_choice(const std::string& option, const std::string& text,
                   std::initializer_list<std::pair<const char*, Value>> choices) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
        if (lower_case(text) == lower_case(name)) {
            return value;
        }
        names.emplace_back(name);
    }
    std::string list;
    for (const auto& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    throw UsageError(option + ": expected one of " + list + "; got \"" + text + "\"" + did_you_mean(text, names));
}

/// `A,B->C,D`
IgnoredRegion parse_region(const std::string& option, const std::string& text);

}  // namespace octet::cli
