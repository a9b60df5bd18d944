#include "completion.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "values.hpp"

namespace octet::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kNamed = "[NAME=]";

/// What can be offered for a value.
struct Offer {
    Words choices;
    bool has_files = false, has_folders = false;
    bool is_named = false;  ///< `NAME=` may stand before a path
};

bool is_plain(const std::string& word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
    });
}

/// `value` as the table of options has it: `PATH`, `[NAME=]PATH`, `performance|mixed`, `PATH|folders`, `N`, `[=N]`.
Offer offer_for(std::string value) {
    Offer offer;
    offer.is_named = value.starts_with(kNamed);
    if (offer.is_named) {
        value.erase(0, kNamed.size());
    }
    const Words parts = split(value, '|');
    const bool is_list = parts.size() > 1 && std::all_of(parts.begin(), parts.end(), is_plain);
    for (const auto& part : parts) {
        if (part == "PATH" || part == "FILE") {
            offer.has_files = true;
        } else if (part == "FOLDER") {
            offer.has_folders = true;
        } else if (is_list) {
            offer.choices.push_back(part);
        }
    }
    return offer;
}

/// What may follow `octet WORD` of an answer.
Words words_after(const AnswerDescription& answer, const ProgramDescription& program) {
    if (answer.value != "[COMMAND]") {
        return offer_for(answer.value).choices;
    }
    Words commands;
    for (const auto& command : program.commands) {
        commands.push_back(command.name);
    }
    return commands;
}

/// Descriptions in a list of completions are short: the first sentence.
std::string first_sentence(const std::string& text) {
    for (auto at = text.find(". "); at != std::string::npos; at = text.find(". ", at + 1)) {
        const bool is_end = std::isupper(static_cast<unsigned char>(text[at + 2])) != 0;
        if (is_end && !std::string_view(text).substr(0, at).ends_with("e.g")) {
            return text.substr(0, at);
        }
    }
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

/// `text` with a backslash before each of `special`.
std::string escaped(const std::string& text, std::string_view special) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

std::string joined(const Words& words, const char* between = " ") {
    return fmt::format("{}", fmt::join(words, between));
}

// ---- bash

constexpr const char* kBashBegin = R"(# Completes the words of octet in bash; made by: octet completion bash
# shellcheck shell=bash

_octet() {
    local word=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1)) command='' has_equals='' words='' paths=''
    # "=" is a word of its own here: in --preset=mixed and --data NAME=PATH look back for the option.
    if [[ $word == '=' || ${COMP_WORDS[at]} == '=' ]]; then
        has_equals=1
        while ((at > 1)) && [[ ${COMP_WORDS[at]} != -* ]]; do
            ((at -= 1))
        done
    fi
    if [[ $word == '=' ]]; then
        word=''
    fi
    if ((COMP_CWORD > 1)); then
        command=${COMP_WORDS[1]}
    fi
    case "$command ${COMP_WORDS[at]}" in
)";

constexpr const char* kBashEnd = R"(    esac
    mapfile -t COMPREPLY < <(
        compgen -W "$words" -- "$word"
        if [[ $paths ]]; then compgen "$paths" -- "$word"; fi
    )
    if [[ $paths ]]; then
        compopt -o filenames 2>/dev/null
    fi
}

complete -F _octet octet
)";

/// A line of bash's `case`: after any of `names` that.
std::string bash_case(const std::string& command, const Words& names, const std::string& then) {
    Words patterns;
    for (const auto& name : names) {
        patterns.push_back(fmt::format("'{} {}'", command, name));
    }
    return fmt::format("        {}) {};;\n", joined(patterns, " | "), then.empty() ? "" : then + " ");
}

std::string bash_value(const std::string& value) {
    const Offer offer = offer_for(value);
    std::string text = offer.choices.empty() ? "" : fmt::format("words='{}'", joined(offer.choices));
    if (offer.has_files || offer.has_folders) {
        text += fmt::format("{}paths={}", text.empty() ? "" : " ", offer.has_files ? "-f" : "-d");
    }
    return text;
}

std::string bash_command(const CommandDescription& command) {
    std::string text;
    Words all;
    for (const auto& group : command.groups) {
        for (const auto& option : group.options) {
            all.insert(all.end(), option.names.begin(), option.names.end());
            if (!option.value.empty() && !option.has_optional_value()) {
                text += bash_case(command.name, option.names, bash_value(option.value));
            }
        }
    }
    return text +
           fmt::format("        '{} '*) if [[ ! $has_equals ]]; then words='{}'; fi ;;\n", command.name, joined(all));
}

std::string bash_script(const ProgramDescription& program) {
    Words first;
    std::string cases;
    for (const auto& command : program.commands) {
        first.push_back(command.name);
        cases += bash_command(command);
    }
    for (const auto& answer : program.answers) {
        first.push_back(answer.word);
        if (const Words after = words_after(answer, program); !after.empty()) {
            cases += bash_case(answer.word, {answer.word}, fmt::format("words='{}'", joined(after)));
        }
    }
    return std::string(kBashBegin) + fmt::format("        ' '*) words='{} --help --version' ;;\n", joined(first)) +
           cases + kBashEnd;
}

// ---- zsh

constexpr const char* kZshBegin = R"(#compdef octet
# Completes the words of octet in zsh; made by: octet completion zsh

_octet_named_files() {
    compset -P '*='
    _files
}

_octet() {
)";

constexpr const char* kZshEnd = R"(    esac
}

if [[ $funcstack[1] == _octet ]]; then
    _octet "$@"
else
    compdef _octet octet
fi
)";

/// In single quotes.
std::string zsh_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? R"('\'')" : std::string(1, c);
    }
    return result + "'";
}

std::string zsh_value(const OptionDescription& option) {
    if (option.value.empty()) {
        return {};
    }
    if (option.has_optional_value()) {
        return "::" + escaped(option.value.substr(2, option.value.size() - 3), "\\:") + ": ";
    }
    const Offer offer = offer_for(option.value);
    std::string action = " ";
    if (!offer.choices.empty()) {
        action = offer.has_files ? fmt::format("{{compadd {}; _files}}", joined(offer.choices))
                                 : fmt::format("({})", joined(offer.choices));
    } else if (offer.has_files) {
        action = offer.is_named ? "_octet_named_files" : "_files";
    } else if (offer.has_folders) {
        action = "_files -/";
    }
    return ":" + escaped(option.value, "\\:") + ":" + action;
}

/// `(-m --model)-m+[...]:PATH:_files`, once for each name.
std::string zsh_option(const OptionDescription& option) {
    const std::string before = option.is_repeatable ? "*" : fmt::format("({})", joined(option.names));
    const std::string after = fmt::format("[{}]", escaped(first_sentence(option.what), "\\[]")) + zsh_value(option);
    std::string text;
    for (const auto& name : option.names) {
        const bool is_long = name.starts_with("--");
        const char* mark = option.value.empty() ? "" : option.has_optional_value() ? "=-" : is_long ? "=" : "+";
        text += " \\\n                " + zsh_quoted(before + name + mark + after);
    }
    return text;
}

std::string zsh_script(const ProgramDescription& program) {
    std::string first, cases;
    const auto add = [&](const std::string& word, const std::string& what, const std::string& then) {
        first += "        " + zsh_quoted(word + ":" + first_sentence(what)) + "\n";
        cases += then.empty() ? "" : fmt::format("        {})\n            {}\n            ;;\n", word, then);
    };
    for (const auto& command : program.commands) {
        std::string options;
        for (const auto& group : command.groups) {
            for (const auto& option : group.options) {
                options += zsh_option(option);
            }
        }
        add(command.name, command.what, "_arguments -s -S :" + options);
    }
    for (const auto& answer : program.answers) {
        const Words after = words_after(answer, program);
        add(answer.word, answer.what, after.empty() ? "" : fmt::format("_arguments ':word:({})'", joined(after)));
    }
    return std::string(kZshBegin) + "    local -a words_of_octet=(\n" + first +
           "    )\n"
           "    if ((CURRENT == 2)); then\n"
           "        _describe -t commands command words_of_octet\n"
           "        return\n"
           "    fi\n"
           "    shift words\n"
           "    ((CURRENT -= 1))\n"
           "    case $words[1] in\n" +
           cases + kZshEnd;
}

// ---- fish

std::string fish_quoted(const std::string& text) {
    return "'" + escaped(text, "\\'") + "'";
}

std::string fish_value(const OptionDescription& option) {
    if (option.value.empty() || option.has_optional_value()) {
        return {};
    }
    const Offer offer = offer_for(option.value);
    std::string text = offer.has_files ? " -r -F" : " -x";
    if (!offer.choices.empty()) {
        text += " -a " + fish_quoted(joined(offer.choices));
    }
    return text + (offer.has_folders ? " -a '(__fish_complete_directories)'" : "");
}

std::string fish_option(const CommandDescription& command, const OptionDescription& option) {
    std::string names;
    for (const auto& name : option.names) {
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    return fmt::format("complete -c octet -n '__fish_seen_subcommand_from {}'{}{} -d {}\n", command.name, names,
                       fish_value(option), fish_quoted(first_sentence(option.what)));
}

std::string fish_script(const ProgramDescription& program) {
    std::string text =
        "# Completes the words of octet in fish; made by: octet completion fish\n\ncomplete -c octet -f\n";
    const auto add_word = [&text](const std::string& word, const std::string& what) {
        text += fmt::format("complete -c octet -n __fish_use_subcommand -a {} -d {}\n", word,
                            fish_quoted(first_sentence(what)));
    };
    for (const auto& command : program.commands) {
        add_word(command.name, command.what);
        for (const auto& group : command.groups) {
            for (const auto& option : group.options) {
                text += fish_option(command, option);
            }
        }
    }
    for (const auto& answer : program.answers) {
        add_word(answer.word, answer.what);
        if (const Words after = words_after(answer, program); !after.empty()) {
            text += fmt::format("complete -c octet -n '__fish_seen_subcommand_from {}' -a {}\n", answer.word,
                                fish_quoted(joined(after)));
        }
    }
    return text;
}

}  // namespace

std::string completion_script(Shell shell, const ProgramDescription& program) {
    switch (shell) {
        case Shell::Zsh:
            return zsh_script(program);
        case Shell::Fish:
            return fish_script(program);
        case Shell::Bash:
            break;
    }
    return bash_script(program);
}

}  // namespace octet::cli
