#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace octet::cli {

/// An option as help, manual page and completion tell it.
struct OptionDescription {
    std::vector<std::string> names;  ///< as they are typed, `-m`, `--model`
    std::string value;               ///< `PATH`, `performance|mixed`, `[=N]`; empty where it takes none
    std::string what;
    bool is_repeatable = false;

    /// A value may follow, after `=` only.
    bool has_optional_value() const {
        return value.starts_with("[=");
    }
    /// `-m, --model PATH`
    std::string spelling() const;
};

struct OptionGroup {
    std::string name;
    std::vector<OptionDescription> options;
};

struct CommandDescription {
    std::string name, what;
    std::string usage;     ///< lines without an end of the last
    std::string examples;  ///< lines, indented by two
    std::vector<OptionGroup> groups;
};

/// What octet tells of itself: `octet WORD VALUE`.
struct AnswerDescription {
    std::string word;
    std::string value;  ///< may be empty
    std::string what;
};

/// All of octet.
struct ProgramDescription {
    std::string purpose;
    std::vector<CommandDescription> commands;
    std::vector<AnswerDescription> answers;
};

/// The options that are declared in `app`, by their groups.
std::vector<OptionGroup> describe_options(const CLI::App& app);

}  // namespace octet::cli
