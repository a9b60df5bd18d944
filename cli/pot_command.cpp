#include <ctime>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "octet/configuration.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"

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
Configuration template_configuration(const Arguments& given) {
    const Json params{{"stat_subset_size", kTemplateSamples}};
    Configuration configuration =
        parse_configuration(dump(Json::array({{{"name", "DefaultQuantization"}, {"params", params}}})), "--quantize");
    configuration.model = {given.name.empty() ? kTemplateName : given.name, given.model, given.weights};
    configuration.engine.data = {{{}, given.pot.data_source}};
    return configuration;
}

[[noreturn]] void refuse(const Arguments& given, const std::string& message) {
    throw Error(ErrorCode::InvalidOption, given.config.string(), message);
}

Configuration file_configuration(const Arguments& given, Progress& progress) {
    ConfigurationGiven above;
    above.data = given.pot.engine == "simplified" && !given.pot.data_source.empty();
    Configuration configuration = read_base(given, above, progress);
    if (configuration.model.model.empty()) {
        refuse(given, "model.model is missing; expected the path of the model's .xml");
    }
    if (configuration.model.weights.empty()) {
        refuse(given, "model.weights is missing; expected the path of the model's .bin");
    }
    if (configuration.engine.data.empty() && !given.pot.data_source.empty()) {
        configuration.engine.data = {{{}, given.pot.data_source}};
    }
    if (configuration.engine.data.empty()) {
        refuse(given, "engine.data_source is missing; expected samples there, or --data-source");
    }
    if (given.evaluate && configuration.engine.labels.empty()) {
        refuse(given, "--evaluate needs labels; expected them in engine.labels (without labels use octet evaluate)");
    }
    for (const auto& [is_given, name] :
         {std::pair{!given.name.empty(), "--name"}, {given.pot.has_max_drop, "--max-drop"}}) {
        if (is_given) {
            progress.log(LogLevel::Warning, "configuration", fmt::format("{}: no effect beside --config", name));
        }
    }
    return configuration;
}

/// FOLDER/<model>_<algorithms>/<time>, or FOLDER itself.
fs::path run_folder(const Arguments& given, const Arguments& arguments) {
    const fs::path folder = given.output.empty() ? "results" : given.output;
    if (given.pot.direct_dump) {
        return folder;
    }
    const auto& algorithms = arguments.options.algorithms;
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
        given.config.empty() ? template_configuration(given) : file_configuration(given, progress);
    Arguments rest = given;  // the configuration holds these now
    rest.model.clear();
    rest.name.clear();
    Arguments arguments = on_top_of(configuration, rest, progress);
    if (arguments.name.empty()) {
        arguments.name = arguments.model.stem().string();
    }
    const fs::path folder = run_folder(given, arguments);
    make_folder(folder);
    progress.open_log(folder / "log.txt", given.pot.log_level);
    progress.log(LogLevel::Info, "pot", "the result and its log go to " + folder.string());
    progress.log(LogLevel::Info, "pot", describe(arguments.options));
    arguments.output = folder / "optimized";
    try {
        quantize_and_save(arguments, progress);
    } catch (const Error& error) {
        progress.log_to_file(LogLevel::Error, "pot", error.what());
        throw;
    }
    return kExitDone;
}

}  // namespace octet::cli
