#include "signals.hpp"

#include <atomic>

#include <signal.h>
#include <unistd.h>

#include "exit_codes.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OCTET_SANITIZED
#endif
#endif

namespace octet::cli {
namespace {

std::atomic<bool> interrupted = false;
std::atomic<bool> is_reading = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// Only what is safe in a signal handler from here on.
extern "C" void note_interrupt(int) {
    interrupted = true;
}

extern "C" void end_after_crash(int) {
    static const char bad_model[] =
        "\noctet: the model cannot be read: OpenVINO's reader crashed on it; is it corrupt?\n";
    static const char bug[] =
        "\noctet: internal error: the program crashed. This is a bug in octet or in a library it uses; please report "
        "it with the command and the model.\n";
    [[maybe_unused]] const auto written = is_reading ? ::write(STDERR_FILENO, bad_model, sizeof(bad_model) - 1)
                                                     : ::write(STDERR_FILENO, bug, sizeof(bug) - 1);
    ::_exit(is_reading ? kExitInput : kExitInternal);
}

void handle(int number, void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
    handle(SIGPIPE, SIG_IGN, 0);
    handle(SIGINT, note_interrupt, SA_RESTART);
    handle(SIGTERM, note_interrupt, SA_RESTART);
    struct sigaction hang_up {};
    if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN) {  // nohup ignores it
        handle(SIGHUP, note_interrupt, SA_RESTART);
    }
#ifndef OCTET_SANITIZED
    static char stack[1 << 16];  // a stack overflow needs another stack
    stack_t alternative{};
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof(stack);
    sigaltstack(&alternative, nullptr);
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
        handle(number, end_after_crash, SA_ONSTACK);
    }
#endif
}

CrashMeansBadModel::CrashMeansBadModel() {
    is_reading = true;
}

CrashMeansBadModel::~CrashMeansBadModel() {
    is_reading = false;
}

bool is_interrupted() {
    return interrupted;
}

}  // namespace octet::cli
