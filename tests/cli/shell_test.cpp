#include <algorithm>
#include <fstream>
#include <sstream>

#include "command_fixture.hpp"

namespace octet {
namespace {

using Words = std::vector<std::string>;

bool is_installed(const std::string& program) {
    return run_program({"sh", "-c", "command -v " + program}).code == 0;
}

/// Completes in a folder with model.xml, photos/ and "two words.npz".
class Shell : public Command {
protected:
    Shell() {
        for (const char* shell : {"bash", "zsh", "fish"}) {
            std::ofstream(path(shell)) << run_octet({"completion", shell}).out;
        }
        std::filesystem::create_directories(root_ / "work/photos");
        std::ofstream(root_ / "work/model.xml") << "x";
        std::ofstream(root_ / "work/two words.npz") << "x";
    }

    /// What bash offers for the last of `words`, which it has cut at "=" as it does.
    Words offered_by_bash(const Words& words) const {
        const char* ask =
            "source \"$1\"; cd \"$2\"; shift 2; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _octet;"
            "printf '%s\\n' \"${COMPREPLY[@]}\"";
        Words all{"bash", "--norc", "-c", ask, "bash", path("bash"), path("work"), "octet"};
        all.insert(all.end(), words.begin(), words.end());
        const auto run = run_program(all);
        EXPECT_EQ(run.err, "");
        return sorted_lines(run.out);
    }

    static Words sorted_lines(const std::string& text) {
        std::istringstream stream(text);
        Words result;
        for (std::string line; std::getline(stream, line);) {
            if (!line.empty()) {
                result.push_back(line);
            }
        }
        std::sort(result.begin(), result.end());
        return result;
    }
};

TEST_F(Shell, BashCompletesCommands) {
    EXPECT_EQ(offered_by_bash({"qu"}), Words{"quantize"});
    EXPECT_EQ(offered_by_bash({"quantize"}), Words{"quantize"});
    EXPECT_EQ(offered_by_bash({"--v"}), Words{"--version"});
    EXPECT_EQ(offered_by_bash({"help", "ins"}), Words{"inspect"});
    EXPECT_EQ(offered_by_bash({"completion", ""}), (Words{"bash", "fish", "zsh"}));
    EXPECT_EQ(offered_by_bash({"nothing", ""}), Words{});
    const Words all = offered_by_bash({""});
    for (const char* word : {"quantize", "inspect", "compare", "evaluate", "pot", "completion", "help", "man"}) {
        EXPECT_EQ(std::count(all.begin(), all.end(), word), 1) << word;
    }
}

TEST_F(Shell, BashCompletesTheOptionsOfTheCommand) {
    EXPECT_EQ(offered_by_bash({"quantize", "--pre"}), Words{"--preset"});
    EXPECT_EQ(offered_by_bash({"inspect", "--pre"}), Words{});
    EXPECT_EQ(offered_by_bash({"inspect", ""}), (Words{"--help", "--json", "--log-level", "--model", "-h", "-m"}));
    EXPECT_EQ(offered_by_bash({"quantize", "--preset", "mixed", "--sub"}), Words{"--subset"});
    EXPECT_EQ(offered_by_bash({"quantize", "--check", "--pre"}), Words{"--preset"}) << "its value comes after = only";
    EXPECT_EQ(offered_by_bash({"quantize", "--check", "=", ""}), Words{});
}

TEST_F(Shell, BashCompletesValues) {
    EXPECT_EQ(offered_by_bash({"quantize", "--preset", "m"}), Words{"mixed"});
    EXPECT_EQ(offered_by_bash({"quantize", "--preset", "=", "m"}), Words{"mixed"});
    EXPECT_EQ(offered_by_bash({"quantize", "--preset", "="}), (Words{"accuracy", "mixed", "performance"}));
    EXPECT_EQ(offered_by_bash({"pot", "--preset", ""}), (Words{"mixed", "performance"})) << "of its own table";
    EXPECT_EQ(offered_by_bash({"pot", "-q", "d"}), Words{"default"});
    EXPECT_EQ(offered_by_bash({"quantize", "--target-device", "CPU"}), (Words{"CPU", "CPU_SPR"}));
    EXPECT_EQ(offered_by_bash({"quantize", "--subset", ""}), Words{}) << "any number";
}

TEST_F(Shell, BashCompletesFilesAndFolders) {
    EXPECT_EQ(offered_by_bash({"quantize", "-m", "mo"}), Words{"model.xml"});
    EXPECT_EQ(offered_by_bash({"quantize", "--output", ""}), Words{"photos"});
    EXPECT_EQ(offered_by_bash({"quantize", "--data", ""}), (Words{"model.xml", "photos", "two words.npz"}));
    EXPECT_EQ(offered_by_bash({"quantize", "--data", "ids", "=", "two"}), Words{"two words.npz"});
    EXPECT_EQ(offered_by_bash({"quantize", "--data", "ids", "="}), (Words{"model.xml", "photos", "two words.npz"}));
    EXPECT_EQ(offered_by_bash({"evaluate", "--labels", "f"}), Words{"folders"});
    EXPECT_EQ(offered_by_bash({"evaluate", "--labels", "p"}), Words{"photos"});
}

TEST_F(Shell, ShellcheckFindsNothing) {
    if (!is_installed("shellcheck")) {
        GTEST_SKIP() << "shellcheck is not installed";
    }
    EXPECT_EQ(run_program({"shellcheck", path("bash")}).out, "");
}

TEST_F(Shell, ZshReadsItsScript) {
    if (!is_installed("zsh")) {
        GTEST_SKIP() << "zsh is not installed";
    }
    const auto run = run_program({"zsh", "-n", path("zsh")});
    EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Shell, FishCompletesWithItsScript) {
    if (!is_installed("fish")) {
        GTEST_SKIP() << "fish is not installed";
    }
    const auto offered = [&](const std::string& line) {
        const auto run =
            run_program({"fish", "--no-config", "-c",
                         "source $argv[1]; cd $argv[2]; complete -C $argv[3] | string replace -r '\\t.*' ''",
                         path("fish"), path("work"), line});
        EXPECT_EQ(run.err, "");
        return sorted_lines(run.out);
    };
    EXPECT_EQ(offered("octet qu"), Words{"quantize"});
    EXPECT_EQ(offered("octet quantize --pre"), Words{"--preset"});
    EXPECT_EQ(offered("octet quantize --preset m"), Words{"mixed"});
    EXPECT_EQ(offered("octet quantize --output p"), Words{"photos/"});
    EXPECT_EQ(offered("octet quantize -m mo"), Words{"model.xml"});
    EXPECT_EQ(offered("octet completion z"), Words{"zsh"});
}

TEST_F(Shell, ManFormatsThePageWithoutAWarning) {
    const auto page = run_octet({"man"});
    EXPECT_EQ(page.code, 0);
    if (!is_installed("groff")) {
        GTEST_SKIP() << "groff is not installed";
    }
    std::ofstream(path("octet.1")) << page.out;
    const auto run = run_program({"groff", "-man", "-Tutf8", "-P-cbou", "-ww", path("octet.1")});
    EXPECT_EQ(run.code, 0);
    EXPECT_EQ(run.err, "");
    EXPECT_TRUE(has(run.out, "EXIT STATUS"));
    EXPECT_TRUE(has(run.out, "--ignored-region A[,B]->C[,D]"));
}

}  // namespace
}  // namespace octet
