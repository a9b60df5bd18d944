#pragma once

namespace octet::cli {

/// From here on SIGINT, SIGTERM and SIGHUP only raise a flag, however often they come; SIGPIPE does nothing; a crash
/// (ours or a library's) says so and ends with exit code 70 instead of a signal.
void install_signal_handlers();

/// Did somebody ask to stop?
bool is_interrupted();

}  // namespace octet::cli
