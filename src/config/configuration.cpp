#include "octet/configuration.hpp"

#include "octet/error.hpp"

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "config/accuracy.hpp"
#include "config/fields.hpp"
#include "config/options.hpp"
#include "config/pot_config.hpp"
#include "config/schema.hpp"
#include "config/source.hpp"

namespace octet {
namespace {

bool is_yaml(const std::string& where) {
    const std::string name = lower_case(where);
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

/// A value at a dotted path as the objects around it.
Json nested(const std::string& path, Json value) {
    for (std::string rest = path; !rest.empty();) {
        const auto dot = rest.rfind('.');
        const std::string name = dot == std::string::npos ? rest : rest.substr(dot + 1);
        value = Json{{name, std::move(value)}};
        rest = dot == std::string::npos ? "" : rest.substr(0, dot);
    }
    return value;
}

/// Why a name is no option.
std::string unknown_text(const std::string& key) {
    const std::string name = spelled(key).starts_with("engine.") ? key.substr(key.find('.') + 1) : key;
    if (!known_path(name, "engine").empty() && known_path(name, "options").empty()) {
        return "is no option but of the engine; the command line has --data, --mean, --scale, --rgb and others for "
               "that";
    }
    auto known = known_paths("options");
    const auto of_goals = known_paths("accuracy");
    known.insert(known.end(), of_goals.begin(), of_goals.end());
    return "unknown" + did_you_mean(spelled(key), known);
}

/// As POT's files have it, or without the section around it.
std::string without_section(const std::string& key) {
    return spelled(key).starts_with("compression.") ? key.substr(key.find('.') + 1) : key;
}

}  // namespace

Configuration parse_configuration(const std::string& text, const std::string& where, const ConfigurationGiven& given) {
    Problems problems(where);
    Source source = is_yaml(where) ? read_yaml(text, where, problems) : read_json(text, where, problems);
    problems.set_positions(std::move(source.positions));
    Configuration configuration;
    if (is_pot_form(source.json)) {
        configuration = read_pot_config(source.json, given, problems);
    } else {
        configuration.options = read_options_json(source.json, given, problems);
    }
    problems.throw_any();
    configuration.warnings = problems.warnings();
    return configuration;
}

Configuration read_configuration(const std::filesystem::path& file, const ConfigurationGiven& given) {
    const std::string name = lower_case(file.string());
    if (!is_yaml(name) && !name.ends_with(".json")) {
        throw Error(ErrorCode::InvalidOption, file.string(),
                    "expected a configuration's name to end in .json, .yaml or .yml");
    }
    return parse_configuration(read_text_file(file), file.string(), given);
}

void refuse_contradictions(const Options& options) {
    Problems problems;
    check_together(options, problems);
    problems.throw_any();
}

std::vector<std::string> set_option(Options& options, const std::string& key, const std::string& value,
                                    const std::string& where) {
    const std::string name = without_section(key);
    const char* definition = known_path(name, "options").empty() ? "params" : "options";
    const std::string path = known_path(name, definition);
    Problems problems(where.empty() ? key : where, path);
    Options changed = options;
    if (path.empty()) {
        problems.add("", unknown_text(name));
    } else if (is_accuracy_parameter(path)) {
        problems.add("", "belongs to AccuracyAwareQuantization, and is no option of what quantizes");
    } else if (path == "profile") {
        problems.add("", "is chosen before all other options; use --profile");
    } else if (const Json json = json_or_text(value); json.is_null()) {
        changed = with_default(options, path);
    } else {
        take_fields(changed, conform(nested(path, json), definition, "", problems), "", problems);
    }
    problems.throw_any();
    options = std::move(changed);
    return problems.warnings();
}

bool is_accuracy_option(const std::string& key) {
    return is_accuracy_parameter(without_section(key));
}

void set_accuracy_option(AccuracyOptions& accuracy, const std::string& key, const std::string& value,
                         const std::string& where) {
    const std::string path = known_path(without_section(key), "accuracy");
    Problems problems(where.empty() ? key : where, path);
    const Json json = json_or_text(value);
    if (path.empty()) {
        problems.add("", unknown_text(key));
    } else if (json.is_null()) {
        problems.add("", "expected a value; got null");
    }
    const Json good = conform(nested(path, json), "accuracy", "", problems);
    problems.throw_any();
    take_accuracy(accuracy, good);
}

}  // namespace octet
