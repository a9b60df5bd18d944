#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "octet/accuracy_aware.hpp"
#include "octet/checker_rules.hpp"
#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/options.hpp"
#include "octet/preprocessing.hpp"
#include "octet/synthetic.hpp"

namespace octet {

/// Which model a configuration names (POT's section `model`); paths as they stand there, empty where it says nothing.
struct ModelSource {
    std::string name{};  ///< what the result's files are to be called
    std::filesystem::path model{}, weights{};
};

/// One of several models that a configuration names (POT's `model.cascade`), in the order in which they run.
struct CascadeSource {
    std::string name{};
    std::filesystem::path model{}, weights{};
    std::map<std::string, std::string> inputs{};  ///< from earlier models: input -> `MODEL.OUTPUT`, or `MODEL`
    IgnoredScope ignored{};                       ///< on top of the options'
};

/// Which samples a configuration names (POT's section `engine`), and what becomes of pictures.
struct EngineSource {
    /// Empty where it says nothing. Of a cascade `input` is `MODEL` or `MODEL.INPUT`; empty: the first model.
    std::vector<DataSource> data{};
    Preprocessing preprocessing{};
    std::optional<SyntheticOptions> synthetic{};  ///< there is no data: samples are to be made up
    std::string labels{};                         ///< for evaluate(): see open_labels()
    std::string classes{};                        ///< a file of the classes' names
    /// Of the engine accuracy_checker, whose samples stand for all above: a file for read_checker(), or what it says.
    std::filesystem::path checker_file{};
    std::optional<checker::Rules> checker{};
};

/// What a configuration file says.
struct Configuration {
    Options options{};
    std::optional<AccuracyOptions> accuracy{};  ///< where the algorithm is AccuracyAwareQuantization
    ModelSource model{};
    std::vector<CascadeSource> cascade{};  ///< two or more, `model` then has the result's name only; or none
    EngineSource engine{};
    std::vector<std::string> warnings{};  ///< what was accepted but has no effect, a line each
};

/// What is known beside a configuration file and stands above it.
struct ConfigurationGiven {
    std::optional<Profile> profile{};            ///< unset: the file's, else `pot` for POT's form
    std::optional<std::string> target_device{};  ///< unset: the file's
    bool model = false;                          ///< section `model` is not read
    bool name = false;                           ///< the result's name is given, a cascade needs no model_name
    bool simplified = false;  ///< the engine is POT's simplified one: what of another stands in the file is not read
    bool data = false;        ///< samples are given, data_source is not read
    bool needs_model = false, needs_data = false, needs_labels = false;  ///< what must be there, a model with weights
};

/// Options in one of two forms, names and values in any letter case:
/// - POT's: a whole file (`model`, `engine`, `compression`), a bare `compression` section or its list of algorithms.
///   Profile Pot unless `compression` names another. Presets are translated for the target device as POT's command does
///   it (on CPU `accuracy` means `mixed`), unless an algorithm names its target device itself, which is the form of
///   POT's Python interface.
/// - Octet's own, as options.json has it: an object of options, the profile among them, all of them optional.
/// JSON may hold comments and trailing commas; a `where` that ends in .yaml or .yml is read as YAML. What may stand in
/// either is the published schema, octet.schema.json. Throws Error(InvalidOption), which lists everything that is
/// wrong, a line each: `WHERE:LINE:COLUMN: PATH: TEXT`.
OCTET_API Configuration parse_configuration(const std::string& text, const std::string& where,
                                            const ConfigurationGiven& given = {});

/// The same from a file, whose name ends in .json, .yaml or .yml. Throws Error(Io) too.
OCTET_API Configuration read_configuration(const std::filesystem::path& file, const ConfigurationGiven& given = {});

/// Throws Error(InvalidOption) for options that contradict each other.
OCTET_API void refuse_contradictions(const Options& options);

/// Sets one option by its dotted path, in POT's names or those of options.json, e.g.
/// `activations.range_estimator.max.aggregator`. `value` is JSON; what is no JSON is taken as text. Null gives an
/// option or a section of options the profile's values again. What contradicts other options is left to
/// refuse_contradictions(). Returns warnings. Throws Error(InvalidOption) at `where` (empty: `key`), also for
/// `profile`, which is chosen before all others: profile_options().
OCTET_API std::vector<std::string> set_option(Options& options, const std::string& key, const std::string& value,
                                              const std::string& where = {});

/// Is it a parameter of AccuracyAwareQuantization alone, e.g. `max_iter_num`, in any letter case?
OCTET_API bool is_accuracy_option(const std::string& key);

/// Sets one of these, as a configuration in POT's form has it. `value` is JSON; what is no JSON is taken as text.
/// Throws Error(InvalidOption) at `where` (empty: `key`).
OCTET_API void set_accuracy_option(AccuracyOptions& accuracy, const std::string& key, const std::string& value,
                                   const std::string& where = {});

}  // namespace octet
