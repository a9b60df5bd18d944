#include "help.hpp"

#include <algorithm>
#include <sstream>

#include <unistd.h>

#include "terminal.hpp"

namespace octet::cli {
namespace {

constexpr std::size_t kColumn = 32;  // where descriptions begin

}  // namespace

std::string help_line(const std::string& name, const std::string& what) {
    const std::size_t width = std::clamp<std::size_t>(terminal_width(STDOUT_FILENO), 60, 110);
    std::string text, line = "  " + name + "  ";
    if (line.size() > kColumn) {
        text = "  " + name + "\n";
        line.clear();
    }
    line.resize(kColumn, ' ');
    std::istringstream words(what);
    for (std::string word; words >> word;) {
        if (line.size() > kColumn && line.size() + 1 + word.size() > width) {
            text += line + "\n";
            line.assign(kColumn, ' ');
        }
        line += (line.size() > kColumn ? " " : "") + word;
    }
    return text + line + "\n";
}

std::string help_text(const CommandDescription& command) {
    std::string text = command.what + "\n\nUsage: " + command.usage + "\n";
    for (const auto& group : command.groups) {
        text += "\n" + group.name + ":\n";
        for (const auto& option : group.options) {
            text += help_line(option.spelling(), option.what);
        }
    }
    return text + "\nExamples:\n" + command.examples + "\n";
}

}  // namespace octet::cli
