#include "config/problems.hpp"

#include <algorithm>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostLines = 20;
constexpr std::size_t kLongestValue = 60;

/// The path of what holds the value at `path`; empty for one on top.
std::string above(const std::string& path) {
    const auto end = path.find_last_of(".[");
    return end == std::string::npos ? "" : path.substr(0, end);
}

std::string joined(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() ? a + b : a + ": " + b;
}

}  // namespace

std::string Problems::given(const std::string& path) const {
    const auto found = given_.find(path);
    if (found != given_.end() || path.empty()) {
        return found == given_.end() ? path : found->second;
    }
    const std::string outer = above(path);
    return given(outer) + path.substr(outer.size());
}

Position Problems::position(const Entry& entry) const {
    std::string path = given(entry.path);
    auto found = positions_.find(path);
    while (found == positions_.end() && !path.empty()) {  // one that is missing stands where its owner does
        path = above(path);
        found = positions_.find(path);
    }
    return found == positions_.end() ? Position{} : found->second;
}

std::string Problems::place(const Entry& entry) const {
    if (positions_.empty()) {
        return file_;
    }
    const auto [line, column] = position(entry);
    return file_ + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Problems::text(const Entry& entry) const {
    std::string path = given(entry.path);
    if (!base_.empty() && path.starts_with(base_)) {
        path.erase(0, base_.size() + (path.size() > base_.size() && path[base_.size()] == '.' ? 1 : 0));
    }
    std::string line = joined(path, entry.what);
    // Names in the text may hold anything; a line stays a line.
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return line;
}

std::vector<Problems::Entry> Problems::sorted(std::vector<Entry> entries) const {
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return position(a) < position(b); });
    return entries;
}

std::vector<std::string> Problems::warnings() const {
    std::vector<std::string> lines;
    for (const auto& entry : sorted(warnings_)) {
        lines.push_back(joined(place(entry), text(entry)));
    }
    return lines;
}

void Problems::throw_any() const {
    if (problems_.empty()) {
        return;
    }
    if (problems_.size() == 1) {
        throw Error(ErrorCode::InvalidOption, place(problems_.front()), text(problems_.front()));
    }
    const auto entries = sorted(problems_);
    std::string lines = std::to_string(problems_.size()) + " problems";
    for (std::size_t i = 0; i < std::min(entries.size(), kMostLines); ++i) {
        lines += "\n  " + joined(place(entries[i]), text(entries[i]));
    }
    if (problems_.size() > kMostLines) {
        lines += "\n  and " + std::to_string(problems_.size() - kMostLines) + " more";
    }
    throw Error(ErrorCode::InvalidOption, file_, lines);
}

std::string in_short(const Json& json) {
    std::string text = text_of(json, -1);
    if (text.size() > kLongestValue) {
        std::size_t end = kLongestValue;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {  // within a character
            --end;
        }
        text.resize(end);
        text += "...";
    }
    return text;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string text_of(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

std::string at(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

}  // namespace octet
