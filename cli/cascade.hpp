#pragma once

#include "command_line.hpp"
#include "progress.hpp"

namespace octet::cli {

/// Refuses before any work what can be refused then: throws UsageError for what a cascade cannot have, and as
/// check_destination() does. Leaves nothing behind.
void check_cascade(const Arguments& arguments);

/// Quantizes and saves all models of the configuration's cascade; prints the summary of each and that of the whole, and
/// hands them to the log. Returns the exit code. Throws as check_cascade() does, too.
int quantize_cascade_and_save(const Arguments& arguments, Progress& progress);

}  // namespace octet::cli
