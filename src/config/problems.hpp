#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace octet {

using Json = nlohmann::json;  // sorts its keys

/// In a text, from 1. Columns count characters.
struct Position {
    std::size_t line = 1, column = 1;

    auto operator<=>(const Position&) const = default;
};

/// Where values stand, by their paths such as `weights.bits` or `algorithms[0].name`. An entry of an object stands
/// where its name does.
using Positions = std::map<std::string, Position>;

/// What is wrong in a configuration and what has no effect, gathered so that all of it can be told at once, each with
/// its place: `FILE:LINE:COLUMN: PATH: TEXT`, as far as these are known.
class Problems {
public:
    /// `file`: what the text is called, or an option of the command line. `base`: the path that is `file` itself.
    explicit Problems(std::string file = {}, std::string base = {}) : file_(std::move(file)), base_(std::move(base)) {}

    void set_positions(Positions positions) {
        positions_ = std::move(positions);
    }
    /// The value at `path` is at `given` in the text: it stands there under another name.
    void set_given(const std::string& path, const std::string& given) {
        given_[path] = given;
    }

    void add(const std::string& path, const std::string& what) {
        problems_.push_back({path, what});
    }
    void warn(const std::string& path, const std::string& what) {
        warnings_.push_back({path, what});
    }

    bool empty() const {
        return problems_.empty();
    }
    std::vector<std::string> warnings() const;

    /// The path as the text has it.
    std::string given(const std::string& path) const;

    /// Error(InvalidOption) with a line for each problem, in the order of the text, where there is one.
    void throw_any() const;

private:
    struct Entry {
        std::string path, what;
    };

    Position position(const Entry& entry) const;
    std::string place(const Entry& entry) const;
    std::vector<Entry> sorted(std::vector<Entry> entries) const;
    std::string text(const Entry& entry) const;

    std::string file_, base_;
    Positions positions_;
    std::map<std::string, std::string> given_;
    std::vector<Entry> problems_, warnings_;
};

/// A value for a message: JSON in one line, cut where it is long.
std::string in_short(const Json& json);

/// "a, b, c".
std::string listed(const std::vector<std::string>& words);

/// JSON as text; names may hold any bytes, what is not UTF-8 is replaced.
std::string text_of(const Json& json, int indent);

/// `name` below `path`, and the `index`th of a list.
std::string below(const std::string& path, const std::string& name);
std::string at(const std::string& path, std::size_t index);

}  // namespace octet
