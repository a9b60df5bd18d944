#include "config/options.hpp"

#include <optional>

#include "octet/model_io.hpp"

#include "config/codecs.hpp"
#include "config/fields.hpp"
#include "config/schema.hpp"

namespace octet {
namespace {

Json::json_pointer pointer(const std::string& path) {
    std::string text = "/" + path;
    for (auto& letter : text) {
        letter = letter == '.' ? '/' : letter;
    }
    return Json::json_pointer(text);
}

/// Every option; one on top that is unset is null, one within a section is left out.
Json options_json(const Options& options) {
    Json json = Json::object();
    for (const auto& section : sections()) {
        if (section.is_there(options)) {
            json[pointer(section.path)] = Json::object();
        }
    }
    for (const auto& field : fields()) {
        const bool is_on_top = field.path.find('.') == std::string::npos;
        if (!field.give) {
            continue;
        }
        if (Json value = field.give(options); is_on_top || !value.is_null()) {
            json[pointer(field.path)] = std::move(value);
        }
    }
    return json;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> option_texts(const Options& options) {
    std::vector<std::pair<std::string, std::string>> texts;
    const Json all = options_json(options);
    for (const auto& [name, value] : all.items()) {
        if (value.is_string()) {
            texts.emplace_back(name, value.get<std::string>());
        } else if (!value.is_null()) {
            texts.emplace_back(name, text_of(value, -1));
        }
    }
    return texts;
}

std::string to_json(const Options& options) {
    return text_of(options_json(options), 2) + "\n";
}

Options read_options_json(const Json& json, const ConfigurationGiven& given, Problems& problems) {
    const Json good = conform(json, "options", "", problems);
    const auto named = good.contains("profile") ? std::optional(profile_name().read(good.at("profile"))) : std::nullopt;
    if (named && given.profile && *named != *given.profile) {
        problems.add("profile", "is " + good.at("profile").get<std::string>() +
                                    ", but --profile is not; a file of options holds those of its own profile");
    }
    Options options = profile_options(given.profile.value_or(named.value_or(Profile::Octet)));
    if (good.contains("sampling") && good.contains("shuffle_data") &&
        (good.at("sampling") == Json("shuffle")) != good.at("shuffle_data").get<bool>()) {
        problems.add("shuffle_data",
                     "is " + in_short(good.at("shuffle_data")) + ", but sampling is " + in_short(good.at("sampling")));
    }
    take_fields(options, good, "", problems);
    take_given_device(options, given, problems);
    check_together(options, problems);
    return options;
}

Options with_default(const Options& options, const std::string& path) {
    Json all = options_json(options);
    const Json defaults = options_json(profile_options(options.profile));
    const auto place = pointer(path);
    if (defaults.contains(place)) {
        all[place] = defaults.at(place);
    } else if (all.contains(place)) {
        all[place.parent_pointer()].erase(place.back());
    }
    Problems none;
    return read_options_json(all, {}, none);
}

void take_given_device(Options& options, const ConfigurationGiven& given, Problems& problems) {
    if (given.target_device) {
        take_fields(options, conform({{"target_device", *given.target_device}}, "options", "", problems), "", problems);
    }
}

}  // namespace octet
