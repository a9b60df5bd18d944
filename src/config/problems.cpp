#include "config/problems.hpp"

#include <algorithm>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostLines = 20;
constexpr std::size_t kLongestValue = 60;

std::string line(const std::string& path, const std::string& what) {
    return path.empty() ? what : path + ": " + what;
}

}  // namespace

void Problems::add(const std::string& path, const std::string& what) {
    problems_.push_back(line(path, what));
}

void Problems::warn(const std::string& path, const std::string& what) {
    warnings_.push_back(line(path, what));
}

void Problems::throw_any(const std::string& where) const {
    if (problems_.empty()) {
        return;
    }
    if (problems_.size() == 1) {
        throw Error(ErrorCode::InvalidOption, where, problems_.front());
    }
    std::string text = std::to_string(problems_.size()) + " problems";
    for (std::size_t i = 0; i < std::min(problems_.size(), kMostLines); ++i) {
        text += "\n  " + problems_[i];
    }
    if (problems_.size() > kMostLines) {
        text += "\n  and " + std::to_string(problems_.size() - kMostLines) + " more";
    }
    throw Error(ErrorCode::InvalidOption, where, text);
}

std::string in_short(const Json& json) {
    std::string text = text_of(json, -1);
    if (text.size() > kLongestValue) {
        text.resize(kLongestValue);
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

}  // namespace octet
