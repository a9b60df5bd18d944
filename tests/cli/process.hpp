#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace octet {

/// What a finished process left.
struct Finished {
    int code = -1;   ///< exit code; -1 where a signal ended it
    int signal = 0;  ///< 0 where none did
    std::string out, err;
};

struct RunSettings {
    std::string stdout_to;                                           ///< a file instead of a pipe, e.g. /dev/full
    bool is_stdout_closed = false;                                   ///< a pipe that nobody reads
    std::function<void(pid_t process, std::string_view out)> watch;  ///< called as stdout grows
};

/// Runs `words`, the program (looked for as a shell does) and its arguments, to its end; exit code 127 where there is
/// no such program.
Finished run_program(const std::vector<std::string>& words, const RunSettings& settings = {});

/// Runs the command that was built, with `words` as its arguments, to its end.
Finished run_octet(const std::vector<std::string>& words, const RunSettings& settings = {});

}  // namespace octet
