#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace octet {

using Json = nlohmann::json;  // sorts its keys

/// What is wrong in a configuration and what has no effect, gathered so that all of it can be told at once.
class Problems {
public:
    /// `path`: the place in the configuration, e.g. `weights.bits`; may be empty.
    void add(const std::string& path, const std::string& what);
    void warn(const std::string& path, const std::string& what);

    bool empty() const {
        return problems_.empty();
    }
    const std::vector<std::string>& warnings() const {
        return warnings_;
    }

    /// Error(InvalidOption) with a line for each problem, where there is one.
    void throw_any(const std::string& where) const;

private:
    std::vector<std::string> problems_, warnings_;
};

/// A value for a message: JSON in one line, cut where it is long.
std::string in_short(const Json& json);

/// "a, b, c".
std::string listed(const std::vector<std::string>& words);

/// JSON as text; names may hold any bytes, what is not UTF-8 is replaced.
std::string text_of(const Json& json, int indent);

/// `name` below `path`.
std::string below(const std::string& path, const std::string& name);

}  // namespace octet
