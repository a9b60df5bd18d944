#include "octet/configuration.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "config/fields.hpp"
#include "config/options.hpp"
#include "config/pot_config.hpp"
#include "config/source.hpp"

namespace octet {
namespace {

bool is_yaml(const std::string& where) {
    const std::string name = lower_case(where);
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::string read_text(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        throw Error(ErrorCode::Io, path.string(), "expected a file; this is a folder");
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        throw Error(ErrorCode::Io, path.string(), std::string("cannot be read: ") + std::strerror(errno));
    }
    return text;
}

/// JSON where it is JSON, else text.
Json json_or_text(const std::string& value) {
    constexpr int kDeepest = 100;
    const auto watch = [](int depth, Json::parse_event_t, Json&) {
        if (depth > kDeepest) {
            throw Error(ErrorCode::InvalidOption, "", "nested deeper than " + std::to_string(kDeepest) + " levels");
        }
        return true;
    };
    Json json = Json::parse(value, watch, false);
    return json.is_discarded() ? Json(value) : json;
}

}  // namespace

Configuration parse_configuration(const std::string& text, const std::string& where, const ConfigurationGiven& given) {
    Problems problems;
    const Json json = is_yaml(where) ? read_yaml(text, where, problems) : read_json(text, where, problems);
    Configuration configuration;
    configuration.options =
        is_pot_form(json) ? read_pot_config(json, given, problems) : read_options_json(json, given, problems);
    problems.throw_any(where);
    configuration.warnings = problems.warnings();
    return configuration;
}

Configuration read_configuration(const std::filesystem::path& file, const ConfigurationGiven& given) {
    return parse_configuration(read_text(file), file.string(), given);
}

std::vector<std::string> set_option(Options& options, const std::string& key, const std::string& value,
                                    const std::string& where) {
    Problems problems;
    Options changed = options;
    set_path(changed, key, json_or_text(value), problems);
    check_together(changed, problems);
    problems.throw_any(where.empty() ? key : where);
    options = std::move(changed);
    return problems.warnings();
}

}  // namespace octet
