#include "man_page.hpp"

#include <sstream>

#include <fmt/format.h>

#include "octet/version.hpp"

#include "exit_codes.hpp"

namespace octet::cli {
namespace {

/// `text` as it is to be read: no character of it means anything to roff.
std::string plain(const std::string& text) {
    std::string result;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && (c == '.' || c == '\'')) {
            result += "\\&";  // else it would begin a request
        }
        switch (c) {
            case '\\':
                result += "\\e";
                break;
            case '-':
                result += "\\-";
                break;
            case '\'':
                result += "\\(aq";
                break;
            case '`':
                result += "\\(ga";
                break;
            case '^':
                result += "\\(ha";
                break;
            case '~':
                result += "\\(ti";
                break;
            default:
                result += c;
        }
        at_start = c == '\n';
    }
    return result;
}

std::string bold(const std::string& text) {
    return "\\fB" + plain(text) + "\\fR";
}

std::string section(const char* name) {
    return fmt::format(".SH {}\n", name);
}

/// A paragraph with what it is about at its left.
std::string entry(const std::string& what, const std::string& text) {
    return ".TP\n" + what + "\n" + plain(text) + "\n";
}

std::string option_entry(const OptionDescription& option) {
    std::string what;
    for (const auto& name : option.names) {
        what += (what.empty() ? "" : ", ") + bold(name);
    }
    if (!option.value.empty()) {
        what += (option.has_optional_value() ? "\\fI" : " \\fI") + plain(option.value) + "\\fR";
    }
    return entry(what, option.what);
}

/// Lines that are not to be filled.
std::string lines_as_they_are(const std::string& text) {
    std::istringstream lines(text);
    std::string result = ".nf\n";
    for (std::string line; std::getline(lines, line);) {
        line.erase(0, line.find_first_not_of(' '));
        result += plain(line) + "\n";
    }
    return result + ".fi\n";
}

std::string command_part(const CommandDescription& command) {
    std::string text = ".SS octet " + plain(command.name) + "\n" + plain(command.what) + "\n";
    text += ".PP\n" + lines_as_they_are(command.usage);
    for (const auto& group : command.groups) {
        text += ".PP\n" + bold(group.name) + "\n";
        for (const auto& option : group.options) {
            text += option_entry(option);
        }
    }
    return text;
}

std::string synopsis(const ProgramDescription& program) {
    std::string usages = "octet COMMAND [options]\n";
    for (const auto& command : program.commands) {
        usages += command.usage + "\n";
    }
    return section("SYNOPSIS") + lines_as_they_are(usages);
}

std::string description() {
    return section("DESCRIPTION") +
           plain(
               "Octet makes a trained model 8-bit without retraining. It takes a model that OpenVINO can read and some "
               "unlabelled samples, and writes an OpenVINO model whose heavy operations run in INT8: smaller, faster, "
               "and nearly as exact.\n");
}

std::string commands(const ProgramDescription& program) {
    std::string text = section("COMMANDS");
    for (const auto& command : program.commands) {
        text += command_part(command);
    }
    text += ".SS Other words\n";
    for (const auto& answer : program.answers) {
        text +=
            entry(bold("octet " + answer.word) + (answer.value.empty() ? "" : " \\fI" + plain(answer.value) + "\\fR"),
                  answer.what);
    }
    return text;
}

std::string examples(const ProgramDescription& program) {
    std::string text = section("EXAMPLES");
    for (const auto& command : program.commands) {
        text += lines_as_they_are(command.examples);
    }
    return text;
}

std::string exit_status() {
    std::string text = section("EXIT STATUS");
    for (const auto& exit : kExitCodes) {
        text += entry(bold(std::to_string(exit.code)), exit.meaning);
    }
    return text;
}

std::string files() {
    return section("FILES") +
           entry(bold("quantization.json"),
                 "Beside a model that octet wrote: every quantizer with its range, and every operation that stayed in "
                 "floating point, with the reason.") +
           entry(bold("options.json"),
                 "Beside it too: the options in effect. Given as --config it makes the same model again.");
}

std::string see_also() {
    return section("SEE ALSO") +
           plain(
               "octet COMMAND --help; docs/options.md in the sources of Octet, with what each option is good for; the "
               "documentation of OpenVINO, which runs the result.\n");
}

}  // namespace

std::string man_page(const ProgramDescription& program) {
    // No date: the same sources give the same page.
    return fmt::format(".TH OCTET 1 \"\" \"Octet {}\" \"User Commands\"\n", kVersion) + section("NAME") + "octet \\- " +
           plain(program.purpose) + "\n" + synopsis(program) + description() + commands(program) + examples(program) +
           exit_status() + files() + see_also();
}

}  // namespace octet::cli
