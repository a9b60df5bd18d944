#pragma once

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/problems.hpp"

namespace octet {

/// Names and what they stand for.
template <class Value>
using Words = std::vector<std::pair<const char*, Value>>;

/// An object of a configuration, read entry by entry: each is asked for by its name, and what nobody asked for is
/// unknown. An entry that is null is as if it were not there. What is wrong goes to the problems, and is then as if it
/// were not given.
class SectionReader {
public:
    /// `json` at `path`; where it is no object that is a problem, and it is empty.
    SectionReader(const Json& json, std::string path, Problems& problems);

    const std::string& path() const {
        return path_;
    }
    std::string path_of(const std::string& name) const;
    Problems& problems() const {
        return problems_;
    }

    /// The value of an entry, whatever it is; null where there is none.
    const Json& value(const std::string& name);
    bool has(const std::string& name) const;

    /// Text that is not empty. Numbers are their text.
    std::string text(const std::string& name);
    std::string needed_text(const std::string& name, const std::string& expected);
    bool flag(const std::string& name, bool otherwise);
    std::optional<int> whole(const std::string& name, int least, int most = std::numeric_limits<int>::max());
    std::optional<double> number(const std::string& name, double least, double most);
    /// The items of a list of objects.
    std::vector<SectionReader> sections(const std::string& name);

    /// One of `words` in any letter case.
    template <class Value>
    Value choice(const std::string& name, const Words<Value>& words, Value otherwise) {
        const std::string given = text(name);
        return given.empty() ? otherwise : pick(name, given, words, otherwise);
    }
    /// The same for a text that is known.
    template <class Value>
    Value pick(const std::string& name, const std::string& given, const Words<Value>& words, Value otherwise) {
        std::vector<std::string> names;
        for (const auto& [word, value] : words) {
            if (is_same_word(word, given)) {
                return value;
            }
            names.emplace_back(word);
        }
        refuse_word(name, given, names);
        return otherwise;
    }

    /// Entries that are known but say nothing here.
    void skip(const std::vector<std::string>& names);
    /// Entries that would change the result and cannot be followed, unless they have the value that changes nothing.
    void refuse(const std::string& name, const Json& harmless, const std::string& why);
    /// Tells of the entries that nobody asked for.
    void finish();

private:
    static bool is_same_word(const std::string& word, const std::string& given);
    void refuse_word(const std::string& name, const std::string& given, const std::vector<std::string>& names);
    void expected(const std::string& name, const std::string& what, const Json& got);

    Json json_;
    std::string path_;
    Problems& problems_;
    std::set<std::string> known_;
};

}  // namespace octet
