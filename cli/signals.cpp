#include "signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>

#include "exit_codes.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OCTET_SANITIZED
#endif
#endif

namespace octet::cli {
namespace {

volatile sig_atomic_t interrupted = 0;

// Only what is safe in a signal handler from here on.
extern "C" void note_interrupt(int) {
    interrupted = 1;
}

extern "C" void end_after_crash(int) {
    static const char message[] =
        "\noctet: internal error: the program crashed. This is a bug in octet or in a library it uses; please report it "
        "with the command and the model.\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message, sizeof(message) - 1);
    ::_exit(kExitInternal);
}

void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
    handle(SIGPIPE, SIG_IGN, 0);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction current {};
        // What the caller had ignored (nohup, a background job) stays so.
        if (sigaction(signal, nullptr, &current) == 0 && current.sa_handler != SIG_IGN) {
            handle(signal, note_interrupt, SA_RESTART);
        }
    }
#ifndef OCTET_SANITIZED
    static char stack[1 << 16];  // a stack overflow needs another stack
    stack_t alternative{};
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof(stack);
    sigaltstack(&alternative, nullptr);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
        handle(signal, end_after_crash, SA_ONSTACK);
    }
#endif
}

bool is_interrupted() {
    return interrupted != 0;
}

}  // namespace octet::cli
