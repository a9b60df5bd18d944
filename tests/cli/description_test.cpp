#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "command_line.hpp"
#include "completion.hpp"
#include "exit_codes.hpp"
#include "man_page.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

/// The long options that `octet COMMAND --help` lists.
std::set<std::string> long_options(const std::string& command) {
    const std::string help = parse_command_line({command, "--help"}).text;
    const std::regex entry(R"((?:^|\n)  (?:-[a-zA-Z], )*(--[a-z0-9-]+))");
    std::set<std::string> names;
    for (std::sregex_iterator it(help.begin(), help.end(), entry), end; it != end; ++it) {
        names.insert((*it)[1]);
    }
    return names;
}

std::string usage_error(const std::vector<std::string>& words) {
    try {
        parse_command_line(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "no error";
}

/// A program with one option.
ProgramDescription program_with(const OptionDescription& option) {
    return {"a purpose", {{"run", "Runs.", "octet run", "  octet run", {{"Group", {option}}}}}, {}};
}

TEST(Description, ListsTheOptionsOfEveryCommandByTheirGroups) {
    const auto program = describe_program();
    for (const auto& command : program.commands) {
        std::set<std::string> names;
        for (const auto& group : command.groups) {
            EXPECT_FALSE(group.name.empty());
            for (const auto& option : group.options) {
                EXPECT_FALSE(option.what.empty()) << option.spelling();
                names.insert(option.names.back());
            }
        }
        EXPECT_EQ(names, long_options(command.name)) << command.name;
        EXPECT_TRUE(names.contains("--help"));
    }
}

TEST(Description, TellsWhatAnOptionTakes) {
    const auto program = describe_program();
    const auto find = [&](const std::string& name) {
        for (const auto& group : program.commands.front().groups) {
            for (const auto& option : group.options) {
                if (std::count(option.names.begin(), option.names.end(), name) != 0) {
                    return option;
                }
            }
        }
        return OptionDescription{};
    };
    EXPECT_EQ(find("-m").spelling(), "-m, --model PATH");
    EXPECT_EQ(find("--check").spelling(), "--check[=N]");
    EXPECT_TRUE(find("--check").has_optional_value());
    EXPECT_EQ(find("--rgb").spelling(), "--rgb");
    EXPECT_TRUE(find("--data").is_repeatable);
    EXPECT_FALSE(find("--preset").is_repeatable);
}

TEST(ManPage, HoldsEveryLongOptionOfEveryCommand) {
    const auto program = describe_program();
    const std::string page = man_page(program);
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
        const auto& name = program.commands[i].name;
        const auto begin = page.find(".SS octet " + name + "\n");
        ASSERT_NE(begin, std::string::npos) << name;
        const std::string part = page.substr(begin, page.find(".SS ", begin + 1) - begin);
        for (const auto& option : long_options(name)) {
            EXPECT_NE(part.find("\\fB" + replaced(option, "-", "\\-") + "\\fR"), std::string::npos)
                << name << " " << option;
        }
    }
}

TEST(ManPage, HasItsSectionsAndTheExitCodes) {
    const std::string page = man_page(describe_program());
    std::size_t last = 0;
    for (const std::string section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXAMPLES", "EXIT STATUS", "FILES", "SEE ALSO"}) {
        const auto at = page.find("\n.SH " + section + "\n");
        ASSERT_NE(at, std::string::npos) << section;
        EXPECT_GT(at, last) << section;
        last = at;
    }
    for (const auto& exit : kExitCodes) {
        EXPECT_NE(page.find("\\fB" + std::to_string(exit.code) + "\\fR"), std::string::npos);
    }
}

TEST(ManPage, NoTextIsTakenForARequest) {
    const std::string page = man_page(program_with({{"--odd"}, "'A|.B", ".npy or 'x' under C:\\new\n'br\n.br ~^`"}));
    EXPECT_NE(page.find("\\fB\\-\\-odd\\fR \\fI\\&\\(aqA|.B\\fR\n"), std::string::npos) << page;
    EXPECT_NE(page.find("\n\\&.npy or \\(aqx\\(aq under C:\\enew\n\\&\\(aqbr\n\\&.br \\(ti\\(ha\\(ga\n"),
              std::string::npos)
        << page;
}

TEST(Completion, OffersNoValueThatTheCommandRefuses) {
    const std::string script = completion_script(Shell::Bash, describe_program());
    const std::regex choices(R"('([a-z]+) (--[a-z-]+)'\) words='([^']*)')");
    std::size_t count = 0;
    for (std::sregex_iterator it(script.begin(), script.end(), choices), end; it != end; ++it) {
        std::istringstream words((*it)[3]);
        for (std::string word; words >> word; ++count) {
            const std::string error = usage_error({(*it)[1], (*it)[2], word});
            EXPECT_EQ(error.find("\"" + word + "\""), std::string::npos) << error;
        }
    }
    EXPECT_GT(count, 30U);
}

TEST(Completion, PlaceholdersAreNotOfferedAsWords) {
    for (const char* value : {"NAME|re:REGEX", "PATH", "N", "X[,Y,Z]", "[=VALUE,topleft|center]", "A->B|C"}) {
        const auto script = [&](Shell shell) {
            return completion_script(shell, program_with({{"--odd"}, value, "Odd."}));
        };
        EXPECT_EQ(script(Shell::Bash).find("'run --odd') words="), std::string::npos) << value;
        EXPECT_EQ(script(Shell::Zsh).find(":("), std::string::npos) << value;
        EXPECT_EQ(script(Shell::Fish).find("-l odd -x -a"), std::string::npos) << value;
        EXPECT_EQ(script(Shell::Fish).find("-l odd -r -F -a"), std::string::npos) << value;
    }
    const auto both = program_with({{"--odd"}, "PATH|folders", "Odd."});
    EXPECT_NE(completion_script(Shell::Bash, both).find("'run --odd') words='folders' paths=-f"), std::string::npos);
    EXPECT_NE(completion_script(Shell::Zsh, both).find("{compadd folders; _files}"), std::string::npos);
    EXPECT_NE(completion_script(Shell::Fish, both).find("-l odd -r -F -a 'folders'"), std::string::npos);
}

TEST(Completion, TextsAreQuotedForTheirShell) {
    const auto program = program_with({{"-x", "--odd"}, "a|b", "It's [odd] \\ here: e.g. This. Not told."});
    EXPECT_NE(completion_script(Shell::Zsh, program)
                  .find(R"('(-x --odd)--odd=[It'\''s \[odd\] \\ here: e.g. This]:a|b:(a b)')"),
              std::string::npos);
    EXPECT_NE(
        completion_script(Shell::Fish, program).find(R"(-s x -l odd -x -a 'a b' -d 'It\'s [odd] \\ here: e.g. This')"),
        std::string::npos);
}

TEST(Completion, WantsAShellThatIsKnown) {
    EXPECT_NE(parse_command_line({"completion", "Bash"}).text.find("complete -F _octet octet"), std::string::npos);
    for (const auto& words : std::vector<std::vector<std::string>>{{"completion"}, {"completion", "tcsh"}}) {
        EXPECT_NE(usage_error(words).find("completion: expected one of bash, zsh, fish; got \""), std::string::npos);
    }
    EXPECT_EQ(usage_error({"completion", "bash", "zsh"}), "unexpected argument \"zsh\"");
    EXPECT_EQ(usage_error({"completoin", "bash"}), "unknown command \"completoin\" (did you mean \"completion\"?)");
    EXPECT_EQ(usage_error({"man", "quantize"}), "unexpected argument \"quantize\"");
    EXPECT_NE(parse_command_line({"help", "completion"}).text.find("octet completion bash|zsh|fish"),
              std::string::npos);
}

}  // namespace
}  // namespace octet::cli
