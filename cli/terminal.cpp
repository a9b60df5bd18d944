#include "terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

#include "octet/error.hpp"

namespace octet::cli {
namespace {

// 0, or the error's number.
int write_all(int stream, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(stream, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, written)));
    }
    return 0;
}

}  // namespace

bool is_terminal(int stream) {
    const char* kind = std::getenv("TERM");
    return isatty(stream) && kind && *kind && std::strcmp(kind, "dumb") != 0;
}

std::size_t terminal_width(int stream) {
    winsize size{};
    if (ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

std::string bold(int stream, std::string_view text) {
    const char* no_color = std::getenv("NO_COLOR");
    if (!is_terminal(stream) || (no_color && *no_color)) {
        return std::string(text);
    }
    return "\x1b[1m" + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, '?');
    return out;
}

void write_out(std::string_view text) {
    const int error = write_all(STDOUT_FILENO, text);
    if (error != 0 && error != EPIPE) {
        throw Error(ErrorCode::Io, "standard output", std::string("cannot be written: ") + std::strerror(error));
    }
}

void write_err(std::string_view text) {
    write_all(STDERR_FILENO, text);
}

}  // namespace octet::cli
