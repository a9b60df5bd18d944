#pragma once

namespace octet::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 2;  ///< command line or configuration
inline constexpr int kExitInput = 3;  ///< model, data, files
inline constexpr int kExitGoal = 4;   ///< accuracy goal missed; the model is written
inline constexpr int kExitInternal = 70;
inline constexpr int kExitCancelled = 130;

/// As help and manual page tell them.
struct ExitCode {
    int code;
    const char* meaning;
};
inline constexpr ExitCode kExitCodes[] = {
    {kExitDone, "Done."},
    {kExitUsage, "Wrong usage or configuration."},
    {kExitInput, "Model or data that cannot be used."},
    {kExitGoal, "Accuracy goal missed; the model is written."},
    {kExitInternal, "Internal error."},
    {kExitCancelled, "Cancelled."},
};

}  // namespace octet::cli
