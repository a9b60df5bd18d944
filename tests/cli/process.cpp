#include "process.hpp"

#include <array>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace octet {
namespace {

struct Pipe {
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe");
        }
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    void close_end(std::size_t end) {
        if (ends[end] >= 0) {
            ::close(ends[end]);
            ends[end] = -1;
        }
    }
    std::array<int, 2> ends{};
};

[[noreturn]] void become(const std::vector<std::string>& words, int out, int err) {
    std::vector<char*> arguments;
    for (const auto& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

// Reads both pipes until both are closed.
void read_all(Pipe& out, Pipe& err, pid_t child, const RunSettings& settings, Finished& finished) {
    std::array<pollfd, 2> waits{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    const std::array<std::string*, 2> texts{&finished.out, &finished.err};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        poll(waits.data(), waits.size(), -1);
        for (std::size_t i = 0; i < waits.size(); ++i) {
            if (waits[i].fd < 0 || waits[i].revents == 0) {
                continue;
            }
            std::array<char, 4096> buffer;
            const auto got = ::read(waits[i].fd, buffer.data(), buffer.size());
            if (got <= 0) {
                waits[i].fd = -1;
                continue;
            }
            texts[i]->append(buffer.data(), static_cast<std::size_t>(got));
            if (i == 0 && settings.watch) {
                settings.watch(child, finished.out);
            }
        }
    }
}

}  // namespace

Finished run_octet(const std::vector<std::string>& words, const RunSettings& settings) {
    std::vector<std::string> all{OCTET_COMMAND};
    all.insert(all.end(), words.begin(), words.end());
    return run_program(all, settings);
}

Finished run_program(const std::vector<std::string>& words, const RunSettings& settings) {
    Pipe out, err;
    const int file = settings.stdout_to.empty() ? -1 : ::open(settings.stdout_to.c_str(), O_WRONLY | O_CLOEXEC);
    if (settings.is_stdout_closed) {
        out.close_end(0);
    }
    const pid_t child = fork();
    if (child == 0) {
        become(words, file >= 0 ? file : out.ends[1], err.ends[1]);
    }
    out.close_end(1);
    err.close_end(1);
    if (file >= 0) {
        ::close(file);
    }
    Finished finished;
    read_all(out, err, child, settings, finished);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) {
        finished.code = WEXITSTATUS(status);
    } else {
        finished.signal = WTERMSIG(status);
    }
    return finished;
}

}  // namespace octet
