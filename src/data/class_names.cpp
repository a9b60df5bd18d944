#include "data/class_names.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/lines.hpp"
#include "data/rt_info.hpp"

namespace octet {
namespace {

// Model API writes a class's name with underscores for blanks, as blanks separate the names.
std::string comparable(std::string_view name) {
    std::string text(name);
    std::replace(text.begin(), text.end(), ' ', '_');
    return text;
}

constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);

}  // namespace

ClassNames::ClassNames(std::vector<std::string> names, std::string source)
    : names_(std::move(names)), source_(std::move(source)) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto [position, is_new] = numbers_.emplace(comparable(names_[i]), i);
        if (!is_new) {
            position->second = kSeveral;
        }
    }
}

std::optional<std::size_t> ClassNames::find(std::string_view name) const {
    const auto found = numbers_.find(comparable(name));
    return found == numbers_.end() || found->second == kSeveral ? std::nullopt : std::optional(found->second);
}

std::size_t ClassNames::number(std::string_view name, const std::string& where) const {
    if (const auto found = find(name)) {
        return *found;
    }
    const std::string text = "\"" + std::string(name.substr(0, 200)) + "\"";
    if (names_.empty()) {
        throw Error(ErrorCode::InvalidData, where,
                    "expected a class's number, got " + text + "; to use names, give them with --classes");
    }
    if (numbers_.contains(comparable(name))) {
        throw Error(ErrorCode::InvalidData, where,
                    text + " is the name of several classes of " + source_ + "; write the class's number");
    }
    throw Error(
        ErrorCode::InvalidData, where,
        text + " is no class of " + source_ + did_you_mean(name, names_) + "; expected a number or a name of it");
}

std::vector<std::string> ClassNames::moved(std::int64_t offset) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const std::int64_t at = static_cast<std::int64_t>(i) + offset;
        if (at >= 0) {
            out.resize(static_cast<std::size_t>(at) + 1);
            out.back() = names_[i];
        }
    }
    return out;
}

ClassNames read_class_names(const std::filesystem::path& classes, const ov::Model& model) {
    if (classes.empty()) {
        std::istringstream text(model_info(model, "labels").value_or(""));
        std::vector<std::string> names;
        for (std::string name; text >> name;) {
            names.push_back(name);
        }
        return {names, "the model's model_info/labels"};
    }
    const auto lines = read_lines(classes);
    if (lines.empty()) {
        throw Error(ErrorCode::InvalidData, classes.string(), "names no class; expected one name a line");
    }
    std::vector<std::string> names;
    for (const auto& line : lines) {
        names.push_back(line.text);
    }
    return {names, classes.string()};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

}  // namespace octet
