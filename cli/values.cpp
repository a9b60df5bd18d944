#include "values.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

namespace octet::cli {
namespace {

constexpr std::int64_t kLargestInteger = 1'000'000;

// The whole of `text` as a number, or nothing; does not depend on the locale.
template <class Number>
std::optional<Number> number_in(const std::string& text) {
    Number number{};
    const char* begin = text.data();
    const char* end = begin + text.size();
    if (text.size() > 1 && text[0] == '+') {
        ++begin;
    }
    const auto [rest, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || rest != end) {
        return std::nullopt;
    }
    return number;
}

ov::Dimension parse_dimension(const std::string& option, const std::string& text, const std::string& part) {
    if (part == "?" || part == "-1") {
        return ov::Dimension::dynamic();
    }
    const auto length = number_in<ov::Dimension::value_type>(part);
    if (!length || *length < 1) {
        throw UsageError(option + ": expected dimensions such as 1,3,640,640 or input[1,3,640,640]; got \"" + part +
                         "\" in \"" + text + "\"");
    }
    return *length;
}

using Unit = std::pair<const char*, double>;

/// A number times its unit; 0 for a text that is none, or of an unknown unit.
double number_with_unit(const std::string& text, std::span<const Unit> units) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::size_t unit_begin = std::min(text.find_first_not_of(' ', end), text.size());
    const auto number = number_in<double>(text.substr(0, end));
    const auto unit = std::find_if(units.begin(), units.end(), [&](const auto& known) {
        return lower_case(text.substr(unit_begin)) == known.first;
    });
    return number && unit != units.end() ? *number * unit->second : 0;
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::size_t parse_count(const std::string& option, const std::string& text, std::size_t least) {
    const auto count = number_in<std::size_t>(text);
    if (!count || *count < least) {
        throw UsageError(option + ": expected a whole number of at least " + std::to_string(least) + "; got \"" + text +
                         "\"");
    }
    return *count;
}

std::size_t parse_size(const std::string& option, const std::string& text) {
    static constexpr Unit kUnits[] = {
        {"", 1},      {"b", 1},         {"kb", 1e3},      {"mb", 1e6},      {"gb", 1e9},
        {"tb", 1e12}, {"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1024.0 * (1 << 30)},
    };
    const double bytes = number_with_unit(text, kUnits);
    if (!(bytes >= 1 && bytes < 1e18)) {
        throw UsageError(option + ": expected a size such as 2GB, 1.5GiB or 800MB; got \"" + text + "\"");
    }
    return static_cast<std::size_t>(bytes);
}

std::chrono::duration<double> parse_duration(const std::string& option, const std::string& text) {
    static constexpr Unit kUnits[] = {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3600}};
    const double seconds = number_with_unit(text, kUnits);
    if (!(seconds > 0 && seconds < 1e9)) {
        throw UsageError(option + ": expected a time such as 90s, 5min or 1h; got \"" + text + "\"");
    }
    return std::chrono::duration<double>(seconds);
}

std::vector<std::size_t> parse_counts(const std::string& option, const std::string& text) {
    std::vector<std::size_t> counts;
    for (const auto& part : split(text, ',')) {
        counts.push_back(parse_count(option, part, 1));
    }
    return counts;
}

std::int64_t parse_integer(const std::string& option, const std::string& text) {
    const auto number = number_in<std::int64_t>(text);
    if (!number || *number > kLargestInteger || *number < -kLargestInteger) {
        throw UsageError(option + ": expected a whole number, at most a million either way; got \"" + text + "\"");
    }
    return *number;
}

double parse_share(const std::string& option, const std::string& text) {
    const double share = parse_number(option, text);
    if (share < 0 || share > 1) {
        throw UsageError(option + ": expected a number from 0 to 1; got \"" + text + "\"");
    }
    return share;
}

double parse_number(const std::string& option, const std::string& text) {
    const auto number = number_in<double>(text);
    if (!number || !std::isfinite(*number)) {
        throw UsageError(option + ": expected a number; got \"" + text + "\"");
    }
    return *number;
}

std::vector<double> parse_numbers(const std::string& option, const std::string& text) {
    std::vector<double> numbers;
    for (const auto& part : split(text, ',')) {
        const auto number = number_in<double>(part);
        if (!number || !std::isfinite(*number)) {
            throw UsageError(option +
                             ": expected numbers with commas between, such as 0.5 or 123.7,116.3,103.5; got \"" + text +
                             "\"");
        }
        numbers.push_back(*number);
    }
    return numbers;
}

DataSource parse_data(const std::string& option, const std::string& text) {
    std::error_code ignored;
    const auto equals = text.find('=');
    if (equals == std::string::npos || std::filesystem::exists(text, ignored)) {
        if (text.empty()) {
            throw UsageError(option + ": expected PATH or NAME=PATH; got nothing");
        }
        return {{}, text};
    }
    if (equals == 0 || equals + 1 == text.size()) {
        throw UsageError(option + ": expected PATH or NAME=PATH; got \"" + text + "\"");
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::pair<std::string, ov::PartialShape> parse_shape(const std::string& option, const std::string& text) {
    std::string name, dimensions = text;
    if (!text.empty() && text.back() == ']') {
        const auto bracket = text.rfind('[');
        if (bracket == std::string::npos) {
            throw UsageError(option + ": expected 1,3,640,640 or input[1,3,640,640]; got \"" + text + "\"");
        }
        name = text.substr(0, bracket);
        dimensions = text.substr(bracket + 1, text.size() - bracket - 2);
    }
    std::vector<ov::Dimension> shape;
    for (const auto& part : split(dimensions, ',')) {
        shape.push_back(parse_dimension(option, text, part));
    }
    return {name, ov::PartialShape(shape)};
}

Letterbox parse_letterbox(const std::string& option, const std::string& text) {
    Letterbox letterbox;
    bool has_value = false, has_place = false;
    for (const auto& part : text.empty() ? std::vector<std::string>{} : split(text, ',')) {
        const auto value = number_in<double>(part);
        const std::string place = lower_case(part);
        if (value && std::isfinite(*value) && !has_value) {
            letterbox.value = *value;
            has_value = true;
        } else if ((place == "center" || place == "topleft") && !has_place) {
            letterbox.center = place == "center";
            has_place = true;
        } else {
            throw UsageError(option +
                             ": expected a fill value, topleft or center, or both with a comma between; got \"" + text +
                             "\"");
        }
    }
    return letterbox;
}

IgnoredRegion parse_region(const std::string& option, const std::string& text) {
    const auto arrow = text.find("->");
    IgnoredRegion region;
    if (arrow != std::string::npos) {
        region = {split(text.substr(0, arrow), ','), split(text.substr(arrow + 2), ',')};
    }
    const auto is_empty = [](const std::string& name) { return name.empty(); };
    if (arrow == std::string::npos || std::any_of(region.inputs.begin(), region.inputs.end(), is_empty) ||
        std::any_of(region.outputs.begin(), region.outputs.end(), is_empty)) {
        throw UsageError(option + ": expected names such as first->last or a,b->c; got \"" + text + "\"");
    }
    return region;
}

}  // namespace octet::cli
