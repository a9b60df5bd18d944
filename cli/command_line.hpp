#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "octet/accuracy_aware.hpp"
#include "octet/checker_rules.hpp"
#include "octet/configuration.hpp"
#include "octet/dataset.hpp"
#include "octet/evaluate.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"
#include "octet/recipe.hpp"
#include "octet/sensitivity.hpp"
#include "octet/synthetic.hpp"

#include "command_description.hpp"

namespace octet::cli {

enum class ProgressStyle { Auto, Plain, Json, None };

/// An option that changes the result, by its path in options.json.
struct Setting {
    std::string key, value;
    std::string option;  ///< as the user knows it, e.g. `--preset`
};

/// What only POT's command line has.
struct PotArguments {
    std::string method;  ///< -q: "default" or "accuracy_aware"; empty: none given
    std::string engine;  ///< "simplified" or "accuracy_checker"; empty: none given
    std::filesystem::path data_source;
    bool direct_dump = false, progress_bar = false, stream_output = false;
    LogLevel log_level = LogLevel::Info;  ///< of the log file
};

/// What an evaluation goes by.
struct EvaluateArguments {
    std::string labels;  ///< a file, a folder or the word "folders"; empty: none given
    LabelOptions label_options;
    EvaluateOptions options;
    std::filesystem::path details;  ///< a file to write; empty: none
};

/// What an accuracy goal goes by, as far as the command line says it.
struct AccuracyArguments {
    std::optional<double> max_drop;
    std::vector<Setting> settings;  ///< by set_accuracy_option(), in the order given
    std::vector<std::string> metrics;
};

/// What a search for sensitive operations goes by.
struct SensitivityArguments {
    SensitivityOptions options;
    std::size_t top = 10;        ///< rows of the table
    std::filesystem::path file;  ///< of all figures, to write; empty: none
};

/// What the commands take; each reads the part that it knows.
struct Arguments {
    std::filesystem::path model, weights, quantized, output;
    std::vector<CascadeSource> cascade;                       ///< of a configuration; then there is no `model`
    std::string name;                                         ///< of the result's files; empty: as the model
    std::filesystem::path config, hardware_rules, ac_config;  ///< files; empty: none given
    std::optional<Profile> profile;
    std::vector<Setting> settings;                   ///< in the order given; `options` has them too
    IgnoredScope ignored;                            ///< on top of what the options say
    std::map<std::string, ov::PartialShape> shapes;  ///< likewise; `options` has them too
    std::vector<DataSource> data;
    std::optional<SyntheticOptions> synthetic;  ///< instead of `data`
    std::optional<checker::Rules> checker;      ///< samples, labels and metrics, instead of `data` and `labels`
    Preprocessing preprocessing;
    Options options;  ///< those given, on top of the profile Octet
    RunOptions run;
    std::optional<Recipe> recipe;                         ///< unset: the options as they are
    std::optional<std::chrono::duration<double>> budget;  ///< of the recipe
    bool evaluate = false;             ///< the original and the result on all samples, once it is written
    std::optional<std::size_t> check;  ///< samples to set aside; unset: no check
    EvaluateArguments evaluation;
    SensitivityArguments sensitivity;
    AccuracyArguments accuracy_given;
    std::optional<AccuracyOptions> accuracy;  ///< with those of a configuration; unset: there is no goal
    bool json = false;
    ProgressStyle progress = ProgressStyle::Auto;
    bool quiet = false;
    LogLevel log_level = LogLevel::Info;
    PotArguments pot;

    /// Are there any samples?
    bool has_samples() const {
        return !data.empty() || checker || synthetic;
    }
};

class Progress;

struct CommandLine {
    std::string command;                                ///< empty where `text` is all there is to do
    int (*run)(const Arguments&, Progress&) = nullptr;  ///< prints the result, returns the exit code, throws Error
    Arguments arguments;
    std::string text;  ///< help or version, to be printed
};

/// As help, manual page and completion tell it.
ProgramDescription describe_program();

/// Is `word` a command of octet?
bool is_command(const std::string& word);

/// Throws UsageError.
CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace octet::cli
