#include "config/source.hpp"

#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr int kDeepest = 100;  // levels of lists and sections; what reads them calls itself

/// Past the string or comment that begins at `at`, else `at`.
std::size_t skip_string_or_comment(const std::string& text, std::size_t at) {
    if (text[at] == '"') {
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            at += text[at] == '\\' ? 1 : 0;
        }
        return at + 1;
    }
    const bool is_line = text.compare(at, 2, "//") == 0, is_block = text.compare(at, 2, "/*") == 0;
    if (!is_line && !is_block) {
        return at;
    }
    const auto end = text.find(is_line ? "\n" : "*/", at + 2);
    return end == std::string::npos ? text.size() : end + (is_line ? 1 : 2);
}

/// Blanks, so that places in messages stay true.
std::string without_trailing_commas(std::string text) {
    constexpr auto kNone = std::string::npos;
    std::size_t comma = kNone;
    bool has_value = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = skip_string_or_comment(text, at);
        const char letter = text[at];
        if (next > at) {
            comma = letter == '"' ? kNone : comma;
            has_value = has_value || letter == '"';
            at = next;
            continue;
        }
        if ((letter == '}' || letter == ']') && comma != kNone) {
            text[comma] = ' ';
        }
        if (letter == ',') {
            comma = has_value ? at : kNone;
            has_value = false;
        } else if (std::string_view(" \t\r\n").find(letter) == std::string_view::npos) {
            comma = kNone;
            has_value = letter != '{' && letter != '[' && letter != ':';
        }
        ++at;
    }
    return text;
}

/// From a message of nlohmann::json: the place and what was expected there.
std::string mended_message(const std::string& what) {
    constexpr std::string_view kBegin = "parse error at ";
    const auto begin = what.find(kBegin);
    return "this is no JSON: " + (begin == std::string::npos ? what : what.substr(begin + kBegin.size()));
}

/// A scalar without quotes, by the core schema of YAML 1.2.
Json yaml_scalar(const std::string& text) {
    static const std::set<std::string> kTrue{"true", "True", "TRUE"}, kFalse{"false", "False", "FALSE"};
    if (kTrue.count(text) || kFalse.count(text)) {
        return kTrue.count(text) != 0;
    }
    const char* end = text.data() + text.size();
    const char* begin = text.data() + (text.size() > 1 && text[0] == '+' ? 1 : 0);
    std::int64_t whole = 0;
    if (const auto [rest, error] = std::from_chars(begin, end, whole); error == std::errc{} && rest == end) {
        return whole;
    }
    double number = 0;
    if (const auto [rest, error] = std::from_chars(begin, end, number);
        error == std::errc{} && rest == end && std::isfinite(number)) {
        return number;
    }
    return text;
}

/// Aliases may make a small text endless.
class YamlReader {
public:
    YamlReader(const std::string& where, Problems& problems) : where_(where), problems_(problems) {}

    Json read(const YAML::Node& node, const std::string& path) {
        if (++count_ > kMostNodes || depth_ > kDeepest) {
            throw Error(ErrorCode::InvalidOption, where_, "too large or too deep for a configuration");
        }
        ++depth_;
        Json json = value(node, path);
        --depth_;
        return json;
    }

private:
    static constexpr std::size_t kMostNodes = 100000;

    Json value(const YAML::Node& node, const std::string& path) {
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                return node.Tag() == "!" ? Json(node.Scalar()) : yaml_scalar(node.Scalar());
            case YAML::NodeType::Sequence:
                return list(node, path);
            case YAML::NodeType::Map:
                return object(node, path);
            default:
                return nullptr;
        }
    }

    Json list(const YAML::Node& node, const std::string& path) {
        Json json = Json::array();
        for (const auto& item : node) {
            json.push_back(read(item, path + "[" + std::to_string(json.size()) + "]"));
        }
        return json;
    }

    Json object(const YAML::Node& node, const std::string& path) {
        Json json = Json::object();
        for (const auto& entry : node) {
            const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (json.contains(name)) {
                problems_.add(below(path, name), "given twice");
            }
            json[name] = read(entry.second, below(path, name));
        }
        return json;
    }

    const std::string& where_;
    Problems& problems_;
    std::size_t count_ = 0;
    int depth_ = 0;
};

}  // namespace

Json read_json(const std::string& text, const std::string& where, Problems& problems) {
    std::vector<std::set<std::string>> open;  // the keys of the objects around the place read
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > kDeepest) {
            throw Error(ErrorCode::InvalidOption, where, "nested deeper than " + std::to_string(kDeepest) + " levels");
        }
        if (event == Json::parse_event_t::object_start) {
            open.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            open.pop_back();
        } else if (event == Json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second) {
            problems.add(parsed.get<std::string>(), "given twice in one section");
        }
        return true;
    };
    try {
        return Json::parse(without_trailing_commas(text), watch, true, true);
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::InvalidOption, where, mended_message(error.what()));
    }
}

Json read_yaml(const std::string& text, const std::string& where, Problems& problems) {
    try {
        return YamlReader(where, problems).read(YAML::Load(text), "");
    } catch (const YAML::Exception& error) {
        throw Error(ErrorCode::InvalidOption, where,
                    "this is no YAML: line " + std::to_string(error.mark.line + 1) + ", column " +
                        std::to_string(error.mark.column + 1) + ": " + error.msg);
    }
}

}  // namespace octet
