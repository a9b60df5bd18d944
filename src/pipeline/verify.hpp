#pragma once

#include <filesystem>

#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/quantize.hpp"

namespace octet {

/// Reads an IR back, compiles it for CPU and runs it on QuantizedModel::sample; warns where an output has more error
/// than signal. A result without a sample is run on inputs of zeros: at Options::shapes, else at its own shapes with
/// dynamic axes at their smallest; one with dynamic axes that declines guessed shapes is only compiled. Throws
/// Error(Internal) where the files cannot be read, Error(UnsupportedModel) where the plugin declines the model.
void verify_files(const std::filesystem::path& xml, const std::filesystem::path& bin, const QuantizedModel& result,
                  const RunOptions& run, Observer& observer);

}  // namespace octet
