#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "octet/dataset.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"

namespace octet::cli {

enum class ProgressStyle { Auto, Plain, Json, None };

/// What the commands take; each reads the part that it knows.
struct Arguments {
    std::filesystem::path model, quantized, output;
    std::vector<DataSource> data;
    Preprocessing preprocessing;
    Options options;
    RunOptions run;
    std::optional<std::size_t> check;  ///< samples to set aside; unset: no check
    bool json = false;
    ProgressStyle progress = ProgressStyle::Auto;
    bool quiet = false;
    LogLevel log_level = LogLevel::Info;
};

struct CommandLine {
    std::string command;  ///< "quantize", "inspect", "compare"; empty where `text` is all there is to do
    Arguments arguments;
    std::string text;  ///< help or version, to be printed
};

/// Throws UsageError.
CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace octet::cli
