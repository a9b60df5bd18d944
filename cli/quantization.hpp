#pragma once

#include <string>

#include "octet/configuration.hpp"

#include "command_line.hpp"
#include "progress.hpp"

// What quantize, pot and sensitivity have in common.
namespace octet::cli {

/// The configuration file of the command line; without one the options of the profile. Tells what has no effect.
Configuration read_base(const Arguments& arguments, const ConfigurationGiven& given, Progress& progress);

/// Reads the file of accuracy checker that the configuration names, where it names one. Tells what has no effect.
void load_checker(Configuration& configuration, Progress& progress);

/// The command line on top of `base`: what is given stands above it.
Arguments on_top_of(const Configuration& base, const Arguments& given, Progress& progress);

/// The command line on top of the configuration that it names, with a model and, unless it is offline, samples. Throws
/// UsageError where there are none.
Arguments with_configuration(const Arguments& given, Progress& progress);

/// The folder, beside the result, of the states that AccuracyAwareQuantization accepted on the way.
inline constexpr const char* kIntermediate = "accuracy_aware_intermediate";
inline constexpr const char* kAccuracyAware = "AccuracyAwareQuantization";

/// Quantizes and saves what `arguments` name; prints the summary, and hands it to the log. Returns the exit code.
int quantize_and_save(const Arguments& arguments, Progress& progress);

}  // namespace octet::cli
