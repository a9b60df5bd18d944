#pragma once

#include "command_line.hpp"
#include "progress.hpp"

namespace octet::cli {

/// Quantizes and saves all models of the configuration's cascade; prints the summary of each, and hands it to the log.
/// Returns the exit code. Throws UsageError for what a cascade cannot have.
int quantize_cascade_and_save(const Arguments& arguments, Progress& progress);

}  // namespace octet::cli
