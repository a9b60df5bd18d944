#include "config/pot_config.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "config/codecs.hpp"
#include "config/fields.hpp"

namespace octet {
namespace {

/// Which fields an algorithm reads.
const std::map<std::string, unsigned> kReaders{{"DefaultQuantization", kAll},
                                               {"ActivationChannelAlignment", kAlignment},
                                               {"SmoothQuant", kRanges},
                                               {"MinMaxQuantization", kRanges},
                                               {"FastBiasCorrection", kCorrections},
                                               {"RangeSelection", kRanges},
                                               {"ActivationBiasCorrection", kCorrections},
                                               {"BiasCorrection", kCorrections},
                                               {"OverflowCorrection", kOverflow}};

/// What POT's command makes of a preset on a device.
struct PresetAlias {
    const char* device;  ///< beginning of its name; the first row that fits holds
    Preset given, used;
};
const PresetAlias kPresetAliases[] = {
    {"NPU", Preset::Accuracy, Preset::Accuracy},
    {"GNA", Preset::Accuracy, Preset::Accuracy},
    {"GNA", Preset::Mixed, Preset::Accuracy},
    {"", Preset::Accuracy, Preset::Mixed},
};

Preset aliased(Preset preset, const std::string& device) {
    const auto found = std::find_if(std::begin(kPresetAliases), std::end(kPresetAliases), [&](const PresetAlias& row) {
        return row.given == preset && device.starts_with(row.device);
    });
    return found == std::end(kPresetAliases) ? preset : found->used;
}

/// An entry of an object by its name in any letter case, or null.
const Json* entry(const Json& object, const std::string& name) {
    for (const auto& [key, value] : object.items()) {
        if (spelled(key) == name) {
            return &value;
        }
    }
    return nullptr;
}

class PotReader {
public:
    PotReader(const ConfigurationGiven& given, Problems& problems)
        : options_(profile_options(given.profile.value_or(Profile::Pot))), given_(given), problems_(problems) {}

    Options read(const Json& json) {
        const Json* compression = json.is_object() ? entry(json, "compression") : nullptr;
        if (json.is_array()) {
            read_algorithms(json, "algorithms");
        } else if (compression) {
            read_file(json);
        } else {
            read_compression(json, "");
        }
        finish();
        return options_;
    }

private:
    void read_file(const Json& json) {
        static const std::map<std::string, std::string> kElsewhere{
            {"model", "not read: the command line says which model"},
            {"engine", "not read: the command line says which samples and how they are prepared"},
            {"optimizer", "no effect: there is no search for parameters"}};
        for (const auto& [key, value] : json.items()) {
            const auto elsewhere = kElsewhere.find(spelled(key));
            if (elsewhere != kElsewhere.end()) {
                problems_.warn(key, elsewhere->second);
            } else if (spelled(key) == "compression") {
                read_compression(value, key);
            } else {
                const std::vector<std::string> known{"model", "engine", "compression", "optimizer"};
                problems_.add(key, "unknown; expected one of " + listed(known) + did_you_mean(key, known));
            }
        }
    }

    void read_compression(const Json& json, const std::string& where) {
        const Json* algorithms = json.is_object() ? entry(json, "algorithms") : nullptr;
        take_fields(
            options_, json, where, kInCompression, problems_, {"algorithms"},
            [&](const Field& field, const Json& value, const std::string& path) { return is_new(field, value, path); });
        if (algorithms) {
            read_algorithms(*algorithms, below(where, "algorithms"));
        } else if (json.is_object()) {
            problems_.add(where, "has no algorithms; expected a list such as [{\"name\": \"DefaultQuantization\"}]");
        }
    }

    void read_algorithms(const Json& json, const std::string& where) {
        if (!json.is_array() || json.empty()) {
            add_wrong_value("a list such as [{\"name\": \"DefaultQuantization\"}]", {}, json, where, problems_);
            return;
        }
        options_.algorithms.clear();
        for (std::size_t i = 0; i < json.size(); ++i) {
            read_algorithm(json[i], where + "[" + std::to_string(i) + "]");
        }
    }

    void read_algorithm(const Json& json, const std::string& where) {
        const Json* name = json.is_object() ? entry(json, "name") : nullptr;
        const Json* params = json.is_object() ? entry(json, "params") : nullptr;
        if (!name) {
            problems_.add(where,
                          "has no name; expected an object such as {\"name\": \"DefaultQuantization\", "
                          "\"params\": {}}; got " +
                              in_short(json));
            return;
        }
        for (const auto& [key, value] : json.items()) {
            if (spelled(key) != "name" && spelled(key) != "params") {
                problems_.add(below(where, key),
                              "unknown; expected one of name, params" + did_you_mean(key, {"name", "params"}));
            }
        }
        const auto algorithm = read_value(algorithm_name(), *name, below(where, "name"), problems_);
        if (algorithm) {
            options_.algorithms.push_back(*algorithm);
        }
        if (params && !params->is_null()) {
            read_params(*params, algorithm.value_or("DefaultQuantization"), below(where, "params"));
        }
    }

    void read_params(const Json& json, const std::string& algorithm, const std::string& where) {
        const unsigned readers = kReaders.at(algorithm);
        take_fields(options_, json, where, kInParams, problems_, {},
                    [&](const Field& field, const Json& value, const std::string& path) {
                        is_api_form_ = is_api_form_ || field.path == "target_device";
                        if ((field.readers & readers) == 0) {
                            problems_.warn(path, "no effect: " + algorithm + " does not read it");
                            return false;
                        }
                        return is_new(field, value, path);
                    });
    }

    /// Was the field not given before? Given again it must have the same value: all algorithms share one set of
    /// options.
    bool is_new(const Field& field, const Json& value, const std::string& path) {
        const Json plain = value.is_string() ? Json(lower_case(value.get<std::string>())) : value;
        const auto [before, inserted] = taken_.emplace(field.path, std::pair(plain, path));
        if (!inserted && before->second.first != plain) {
            problems_.add(path, "is " + in_short(value) + ", but " + before->second.second + " is " +
                                    in_short(before->second.first) + "; one run has one value");
        }
        return inserted;
    }

    void finish() {
        if (given_.target_device) {
            const auto device = read_value(device_name(), Json(*given_.target_device), "target device", problems_);
            options_.target_device = device.value_or(options_.target_device);
        }
        if (!is_api_form_) {
            options_.preset = aliased(options_.preset, options_.target_device);
        }
        check_together(options_, problems_);
    }

    Options options_;
    const ConfigurationGiven& given_;
    Problems& problems_;
    bool is_api_form_ = false;                                   ///< an algorithm names its own target device
    std::map<std::string, std::pair<Json, std::string>> taken_;  ///< by field: the value and where it stood
};

}  // namespace

bool is_pot_form(const Json& json) {
    if (!json.is_object()) {
        return json.is_array();
    }
    const Json* algorithms = entry(json, "algorithms");
    const bool has_objects =
        algorithms && !(algorithms->is_array() && !algorithms->empty() && (*algorithms)[0].is_string());
    return entry(json, "compression") || has_objects;
}

Options read_pot_config(const Json& json, const ConfigurationGiven& given, Problems& problems) {
    return PotReader(given, problems).read(json);
}

}  // namespace octet
