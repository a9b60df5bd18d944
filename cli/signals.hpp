#pragma once

namespace octet::cli {

/// From here on SIGINT, SIGTERM and SIGHUP only raise a flag, however often they come; SIGPIPE does nothing; a crash
/// (ours or a library's) says so and ends with exit code 70 instead of a signal.
void install_signal_handlers();

/// While it lives a crash is put down to the model that is being read (exit code 3): OpenVINO's readers do not survive
/// every file that is damaged on purpose.
class CrashMeansBadModel {
public:
    CrashMeansBadModel();
    ~CrashMeansBadModel();
    CrashMeansBadModel(const CrashMeansBadModel&) = delete;
    CrashMeansBadModel& operator=(const CrashMeansBadModel&) = delete;
};

/// Did somebody ask to stop?
bool is_interrupted();

}  // namespace octet::cli
