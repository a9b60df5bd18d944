#pragma once

namespace octet::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 2;  ///< command line or configuration
inline constexpr int kExitInput = 3;  ///< model, data, files
inline constexpr int kExitGoal = 4;   ///< accuracy goal missed; the model is written
inline constexpr int kExitInternal = 70;
inline constexpr int kExitCancelled = 130;

}  // namespace octet::cli
