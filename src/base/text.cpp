#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <sstream>

namespace octet {
namespace {

/// Insertions, removals, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

/// The first candidate that `name` begins, or that begins `name`: at least four letters of it.
std::string begun(const std::string& name, const std::vector<std::string>& candidates) {
    constexpr std::size_t kFewest = 4;
    for (const auto& candidate : candidates) {
        const std::string lower = lower_case(candidate);
        if (std::min(name.size(), lower.size()) >= kFewest && (lower.starts_with(name) || name.starts_with(lower))) {
            return candidate;
        }
    }
    return "";
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string spelled(const std::string& name) {
    std::string key = lower_case(name);
    std::replace_if(
        key.begin(), key.end(), [](char letter) { return letter == ' ' || letter == '-'; }, '_');
    return key;
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
    const std::string wanted = lower_case(name);
    std::string best;
    std::size_t best_distance = 0;
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(wanted, lower_case(candidate));
        if (3 * distance <= std::max(wanted.size(), candidate.size()) && (best.empty() || distance < best_distance)) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best.empty() ? begun(wanted, candidates) : best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
    const std::string best = nearest(name, candidates);
    return best.empty() ? "" : " (did you mean \"" + best + "\"?)";
}

std::string quoted(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "\"" : ", \"") + part + "\"";
    }
    return text;
}

std::string describe(const ov::element::Type& type, const ov::PartialShape& shape) {
    std::string text = type.get_type_name() + "[";
    if (shape.rank().is_dynamic()) {
        return text + "...]";
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? "," : "") + (shape[i].is_static() ? std::to_string(shape[i].get_length()) : std::string("?"));
    }
    return text + "]";
}

std::string short_number(double value) {
    std::ostringstream text;
    text.precision(3);
    text << value;
    return text.str();
}

}  // namespace octet
