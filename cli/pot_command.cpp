#include <ctime>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "octet/configuration.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "cascade.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "quantization.hpp"
#include "shared.hpp"

namespace octet::cli {
namespace {

namespace fs = std::filesystem;

// As POT's own template, which gives the samples and, where no name is given, what the files are called.
constexpr std::size_t kTemplateSamples = 300;
constexpr const char* kTemplateName = "model_name";

/// What -q stands for: POT's template with the command line's values.
Configuration template_configuration(const Arguments& given, Progress& progress) {
    const bool has_goal = given.pot.method == "accuracy_aware";
    const Json params{{"stat_subset_size", kTemplateSamples}};
    Configuration configuration = parse_configuration(
        dump(Json::array({{{"name", has_goal ? kAccuracyAware : "DefaultQuantization"}, {"params", params}}})),
        "--quantize");
    if (has_goal) {
        configuration.accuracy->maximal_drop = *given.accuracy_given.max_drop;
    }
    configuration.model = {given.name.empty() ? kTemplateName : given.name, given.model, given.weights};
    if (given.ac_config.empty()) {
        configuration.engine.data = {{{}, given.pot.data_source}};
    } else {
        configuration.engine.checker_file = given.ac_config;
        load_checker(configuration, progress);
    }
    return configuration;
}

Configuration file_configuration(const Arguments& given, Progress& progress) {
    ConfigurationGiven above;
    above.simplified = given.pot.engine == "simplified";
    above.name = !given.name.empty();
    above.needs_model = true;
    above.needs_data = given.pot.data_source.empty();
    above.needs_labels = given.evaluate;
    Configuration configuration = read_base(given, above, progress);
    const bool has_data = !configuration.engine.data.empty() || configuration.engine.checker;
    if (!has_data) {
        configuration.engine.data = {{{}, given.pot.data_source}};
    }
    const bool is_named_here = !configuration.cascade.empty() && configuration.model.name.empty();
    if (is_named_here) {  // a cascade has no other
        configuration.model.name = given.name;
    }
    for (const auto& [is_idle, name] : {std::pair{!given.name.empty() && !is_named_here, "--name"},
                                        {given.accuracy_given.max_drop.has_value(), "--max-drop"},
                                        {has_data && !given.pot.data_source.empty(), "--data-source"}}) {
        if (is_idle) {
            configuration.warnings.push_back(fmt::format("{}: no effect, the configuration says it", name));
            progress.log(LogLevel::Warning, "configuration", configuration.warnings.back());
        }
    }
    return configuration;
}

/// FOLDER/<model>_<algorithms>/<time>, or FOLDER itself.
fs::path run_folder(const Arguments& arguments) {
    const fs::path folder = arguments.output.empty() ? "results" : arguments.output;
    if (arguments.pot.direct_dump) {
        return folder;
    }
    const auto algorithms =
        arguments.accuracy ? std::vector<std::string>{kAccuracyAware} : arguments.options.algorithms;
    return folder / fmt::format("{}_{}", arguments.name, fmt::join(algorithms, "_")) /
           fmt::format("{:%Y-%m-%d_%H-%M-%S}", fmt::localtime(std::time(nullptr)));
}

/// The algorithms and all parameters, as text.
std::string describe(const Options& options) {
    std::string text = fmt::format("algorithms {}", fmt::join(options.algorithms, ", "));
    const Json all = Json::parse(to_json(options));
    for (const auto& [name, value] : all.items()) {
        text += fmt::format("\n  {:<27}: {}", name, value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    return text;
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw Error(ErrorCode::Io, folder.string(), "cannot be made: " + error.message());
    }
}

}  // namespace

int run_pot(const Arguments& given, Progress& progress) {
    const Configuration configuration =
        given.config.empty() ? template_configuration(given, progress) : file_configuration(given, progress);
    Arguments rest = given;  // the configuration holds these now
    rest.model.clear();
    rest.name.clear();
    rest.accuracy_given = {};
    rest.ac_config.clear();
    Arguments arguments = on_top_of(configuration, rest, progress);
    if (arguments.name.empty()) {  // a cascade has one
        arguments.name = arguments.model.stem().string();
    }
    const fs::path folder = run_folder(arguments);
    arguments.output = folder / "optimized";
    if (arguments.accuracy) {
        arguments.accuracy->intermediate = folder / kIntermediate;
    }
    if (arguments.cascade.empty()) {
        check_destination(arguments.output, arguments.name, arguments.model, arguments.weights);
    } else {
        check_cascade(arguments);
    }
    make_folder(folder);
    progress.open_log(folder / "log.txt", given.pot.log_level);
    for (const auto& warning : configuration.warnings) {
        progress.log_to_file(LogLevel::Warning, "configuration", warning);
    }
    progress.log(LogLevel::Info, "pot", "the result and its log go to " + folder.string());
    progress.log(LogLevel::Info, "pot", describe(arguments.options));
    try {
        return quantize_and_save(arguments, progress);
    } catch (const Error& error) {
        progress.log_to_file(LogLevel::Error, "pot", error.what());
        throw;
    }
}

}  // namespace octet::cli
