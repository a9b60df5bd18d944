#include "config/source.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kDeepest = 100;  // levels of lists and sections; what reads them calls itself

[[noreturn]] void refuse_depth(const std::string& where) {
    throw Error(ErrorCode::InvalidOption, where, "nested deeper than " + std::to_string(kDeepest) + " levels");
}

std::string place(const std::string& where, const Position& position) {
    return where + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

/// Past the string or comment that begins at `at`, else `at`.
std::size_t skip_string_or_comment(const std::string& text, std::size_t at) {
    if (text[at] == '"') {
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            at += text[at] == '\\' ? 1 : 0;
        }
        return std::min(at + 1, text.size());
    }
    const bool is_line = text.compare(at, 2, "//") == 0, is_block = text.compare(at, 2, "/*") == 0;
    if (!is_line && !is_block) {
        return at;
    }
    const auto end = text.find(is_line ? "\n" : "*/", at + 2);
    if (end == std::string::npos) {
        return is_line ? text.size() : at;  // one that does not end is no comment
    }
    return end + (is_line ? 0 : 2);
}

/// Comments and trailing commas become blanks, so that places stay true.
std::string plain_json(std::string text) {
    constexpr auto kNone = std::string::npos;
    std::size_t comma = kNone;  // the last token, where it is a comma behind a value
    bool has_value = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = skip_string_or_comment(text, at);
        const char letter = text[at];
        if (next > at) {
            if (letter == '"') {
                comma = kNone;
                has_value = true;
            } else {
                std::replace_if(
                    text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(next),
                    [](char c) { return c != '\n' && c != '\r'; }, ' ');
            }
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

/// Turns places in a text into lines and columns.
class Lines {
public:
    explicit Lines(const std::string& text) : text_(text) {
        for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
            begins_.push_back(at + 1);
        }
    }

    Position position(std::size_t at) const {
        at = std::min(at, text_.size());
        const auto line = std::prev(std::upper_bound(begins_.begin(), begins_.end(), at));
        const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(*line);
        // Bytes that go on with a character of UTF-8 are no column.
        const auto columns = std::count_if(begin, text_.begin() + static_cast<std::ptrdiff_t>(at),
                                           [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
        return {static_cast<std::size_t>(line - begins_.begin()) + 1, static_cast<std::size_t>(columns) + 1};
    }

private:
    const std::string& text_;
    std::vector<std::size_t> begins_{0};
};

/// Reads a text and counts how much of it is read; the copies that the parser makes count together.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}

    reference operator*() const {
        return *at_;
    }
    CountingIterator& operator++() {
        ++at_;
        ++*count_;
        return *this;
    }
    CountingIterator operator++(int) {
        auto before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const {
        return at_ == other.at_;
    }
    bool operator!=(const CountingIterator& other) const {
        return at_ != other.at_;
    }

private:
    const char* at_;
    std::size_t* count_;
};

/// Notes where each value of a JSON text begins, and keys that an object holds twice.
class PlaceFinder : public nlohmann::json_sax<Json> {
public:
    PlaceFinder(const std::string& text, const std::string& where, Problems& problems)
        : text_(text), lines_(text), where_(where), problems_(problems) {}

    Positions find() {
        const char* begin = text_.data();
        Json::sax_parse(CountingIterator(begin, &read_), CountingIterator(begin + text_.size(), &read_), this);
        return std::move(positions_);
    }

    bool null() override {
        return scalar();
    }
    bool boolean(bool) override {
        return scalar();
    }
    bool number_integer(number_integer_t) override {
        return scalar();
    }
    bool number_unsigned(number_unsigned_t) override {
        return scalar();
    }
    bool number_float(number_float_t, const string_t&) override {
        return scalar();
    }
    bool string(string_t&) override {
        return scalar();
    }
    bool binary(binary_t&) override {
        return scalar();
    }
    bool start_object(std::size_t) override {
        return open(false);
    }
    bool start_array(std::size_t) override {
        return open(true);
    }
    bool end_object() override {
        return close();
    }
    bool end_array() override {
        return close();
    }
    bool key(string_t& name) override {
        auto& object = open_.back();
        object.key = name;
        const std::string path = below(object.path, name);
        if (!object.keys.insert(name).second) {
            problems_.add(path, "given twice in one section");
        }
        positions_.emplace(path, token());
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
        std::string what = error.what();
        const auto syntax = what.find("syntax error");
        what =
            syntax == std::string::npos ? what.substr(std::min(what.size(), what.find("] ") + 2)) : what.substr(syntax);
        throw Error(ErrorCode::InvalidOption, place(where_, lines_.position(position > 0 ? position - 1 : 0)),
                    "this is no JSON: " + what);
    }

private:
    struct Open {
        std::string path;
        bool is_list = false;
        std::size_t count = 0;
        std::string key;
        std::set<std::string> keys;
    };

    /// Where the token that was just read begins: behind the last one and what separates them.
    Position token() {
        const auto begin = text_.find_first_not_of(" \t\r\n,:", last_end_);
        last_end_ = read_;
        return lines_.position(begin);
    }

    /// The path of the value that was just read, which gets its place unless its key has one.
    std::string value() {
        const Position position = token();
        if (open_.empty()) {
            positions_.emplace("", position);
            return "";
        }
        auto& outer = open_.back();
        if (!outer.is_list) {
            return below(outer.path, outer.key);
        }
        std::string path = at(outer.path, outer.count++);
        positions_.emplace(path, position);
        return path;
    }

    bool scalar() {
        value();
        return true;
    }
    bool open(bool is_list) {
        if (open_.size() >= kDeepest) {
            refuse_depth(where_);
        }
        open_.push_back({value(), is_list, 0, {}, {}});
        return true;
    }
    bool close() {
        open_.pop_back();
        last_end_ = read_;
        return true;
    }

    const std::string& text_;
    Lines lines_;
    const std::string& where_;
    Problems& problems_;
    std::size_t read_ = 0, last_end_ = 0;
    Positions positions_;
    std::vector<Open> open_;
};

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

Position position_of(const YAML::Mark& mark) {
    return mark.is_null()
               ? Position{}
               : Position{static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

/// Throws where a second document begins, which YAML::Load() would leave out: a line `---` behind one with content.
/// (YAML::LoadAll() does not come back from some texts.)
void refuse_documents(const std::string& text, const std::string& where) {
    std::istringstream lines(text);
    std::size_t number = 0;
    bool has_content = false;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const bool is_mark =
            line.starts_with("---") && (line.size() == 3 || std::isspace(static_cast<unsigned char>(line[3])) != 0);
        if (is_mark && has_content) {
            throw Error(ErrorCode::InvalidOption, place(where, {number, 1}),
                        "a second YAML document begins here; expected one");
        }
        const auto first = line.find_first_not_of(" \t\r");
        has_content = has_content || (!is_mark && first != std::string::npos && line[first] != '#' && line[0] != '%');
    }
}

/// yaml-cpp takes any bytes; the JSON library, strict when it writes, does not.
void refuse_other_encodings(const std::string& text, const std::string& where) {
    try {
        static_cast<void>(Json(text).dump());
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidOption, where, "this is no YAML: expected text in UTF-8");
    }
}

/// Aliases may make a small text endless.
class YamlReader {
public:
    YamlReader(const std::string& where, Problems& problems) : where_(where), problems_(problems) {}

    Source read(const YAML::Node& node) {
        Json json = value(node, "", node.Mark());
        return {std::move(json), std::move(positions_)};
    }

private:
    static constexpr std::size_t kMostNodes = 100000;

    Json value(const YAML::Node& node, const std::string& path, const YAML::Mark& mark) {
        if (++count_ > kMostNodes || depth_ > kDeepest) {
            throw Error(ErrorCode::InvalidOption, where_, "too large or too deep for a configuration");
        }
        positions_.emplace(path, position_of(mark));
        ++depth_;
        Json json = content(node, path);
        --depth_;
        return json;
    }

    Json content(const YAML::Node& node, const std::string& path) {
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                return scalar(node, path);
            case YAML::NodeType::Sequence:
                return list(node, path);
            case YAML::NodeType::Map:
                return object(node, path);
            default:
                return nullptr;
        }
    }

    /// What is quoted or tagged as text is text.
    Json scalar(const YAML::Node& node, const std::string& path) {
        const std::string& tag = node.Tag();
        const std::string core = "tag:yaml.org,2002:";
        if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with(core)) {
            problems_.add(path, "has the tag " + tag + ", which means nothing here");
        }
        return tag == "!" || tag == core + "str" ? Json(node.Scalar()) : yaml_scalar(node.Scalar());
    }

    /// The entries of `<<` that the object does not have itself.
    static void merge(Json& object, const Json& others) {
        for (const auto& each : others.is_array() ? others : Json::array({others})) {
            if (each.is_object()) {
                object.insert(each.begin(), each.end());
            }
        }
    }

    Json list(const YAML::Node& node, const std::string& path) {
        Json json = Json::array();
        for (const auto& item : node) {
            json.push_back(value(item, at(path, json.size()), item.Mark()));
        }
        return json;
    }

    Json object(const YAML::Node& node, const std::string& path) {
        Json json = Json::object();
        for (const auto& entry : node) {
            const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (json.contains(name)) {
                problems_.add(below(path, name), "given twice in one section");
            }
            json[name] = value(entry.second, below(path, name), entry.first.Mark());
        }
        if (json.contains("<<")) {
            const Json others = std::move(json["<<"]);
            json.erase("<<");
            merge(json, others);
        }
        return json;
    }

    const std::string& where_;
    Problems& problems_;
    Positions positions_;
    std::size_t count_ = 0, depth_ = 0;
};

}  // namespace

Source read_json(const std::string& text, const std::string& where, Problems& problems) {
    const std::string plain = plain_json(text);
    Positions positions = PlaceFinder(plain, where, problems).find();
    return {Json::parse(plain), std::move(positions)};
}

Source read_yaml(const std::string& text, const std::string& where, Problems& problems) {
    try {
        if (text.find('\0') != std::string::npos) {
            throw Error(ErrorCode::InvalidOption, where, "this is no YAML: there is a zero byte in it");
        }
        refuse_other_encodings(text, where);
        refuse_documents(text, where);
        return YamlReader(where, problems).read(YAML::Load(text));
    } catch (const YAML::Exception& error) {
        throw Error(ErrorCode::InvalidOption, place(where, position_of(error.mark)), "this is no YAML: " + error.msg);
    }
}

Json json_or_text(const std::string& text) {
    const auto watch = [](int depth, Json::parse_event_t, Json&) {
        if (static_cast<std::size_t>(depth) > kDeepest) {
            refuse_depth("");
        }
        return true;
    };
    Json json = Json::parse(text, watch, false);
    return json.is_discarded() ? Json(text) : json;
}

}  // namespace octet
