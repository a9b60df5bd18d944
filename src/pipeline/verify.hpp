#pragma once

#include <filesystem>

#include "octet/observer.hpp"
#include "octet/options.hpp"

namespace octet {

/// Reads an IR back, compiles it for CPU and runs it once on inputs of zeros: at `options.shapes`, else at its own
/// shapes with dynamic axes at their smallest. A model with dynamic axes that declines guessed shapes is only compiled.
/// Throws Error(Internal) where the model cannot be read, compiled or run.
void verify_files(const std::filesystem::path& xml, const std::filesystem::path& bin, const Options& options,
                  const RunOptions& run, Observer& observer);

}  // namespace octet
