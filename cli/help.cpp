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

std::string HelpFormatter::make_usage(const CLI::App*, std::string) const {
    return "\nUsage: " + usage_ + "\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool) const {
    std::string name;
    for (const auto& letter : option->get_snames()) {
        name += "-" + letter + ", ";
    }
    name += "--" + option->get_lnames().front();
    const std::string value = option->get_type_name();
    if (!value.empty() && value != "BOOLEAN") {
        name += (value[0] == '[' && value[1] == '=' ? "" : " ") + value;
    }
    return help_line(name, option->get_description());
}

}  // namespace octet::cli
