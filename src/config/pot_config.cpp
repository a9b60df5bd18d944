#include "config/pot_config.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "config/accuracy.hpp"
#include "config/codecs.hpp"
#include "config/engine.hpp"
#include "config/fields.hpp"
#include "config/options.hpp"
#include "config/schema.hpp"

namespace octet {
namespace {

/// What the schema's `x-read-by` says of the parameters that an algorithm reads. DefaultQuantization reads all.
const std::map<std::string, std::string> kReaders{
    {"ActivationChannelAlignment", "alignment"}, {"SmoothQuant", "ranges"},         {"MinMaxQuantization", "ranges"},
    {"FastBiasCorrection", "corrections"},       {"RangeSelection", "ranges"},      {"RangeSearch", "ranges"},
    {"ActivationBiasCorrection", "corrections"}, {"BiasCorrection", "corrections"}, {"OverflowCorrection", "overflow"}};

constexpr const char* kAccuracyAware = "AccuracyAwareQuantization";

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

bool has_entry(const Json& object, const std::string& name) {
    for (const auto& [key, value] : object.items()) {
        if (spelled(key) == name) {
            return true;
        }
    }
    return false;
}

bool has_section(const Json& object, const std::string& name) {
    for (const auto& [key, value] : object.items()) {
        if (spelled(key) == name && value.is_object()) {
            return true;
        }
    }
    return false;
}

/// An entry of an object in any letter case; null where there is none.
Json* find_entry(Json& object, const std::string& name) {
    for (auto entry = object.begin(); object.is_object() && entry != object.end(); ++entry) {
        if (spelled(entry.key()) == name) {
            return &entry.value();
        }
    }
    return nullptr;
}

/// Takes entries out of an object, in any letter case. Was any of them there?
bool take_out(Json& object, const std::vector<std::string>& names) {
    std::vector<std::string> keys;
    for (auto entry = object.begin(); object.is_object() && entry != object.end(); ++entry) {
        if (std::find(names.begin(), names.end(), spelled(entry.key())) != names.end()) {
            keys.push_back(entry.key());
        }
    }
    for (const auto& key : keys) {
        object.erase(key);
    }
    return !keys.empty();
}

/// The names of entries that belong to POT's other engine.
std::vector<std::string> other_engine_entries() {
    std::vector<std::string> names{"config", "launchers", "datasets"};
    const Json refused = schema_keyword("engine", "", "x-refused");
    for (const auto& [name, reason] : refused.items()) {
        names.push_back(name);
    }
    return names;
}

bool is_same(const IgnoredScope& a, const IgnoredScope& b) {
    return std::tie(a.names, a.types, a.regions, a.skip_model) == std::tie(b.names, b.types, b.regions, b.skip_model);
}

class PotReader {
public:
    PotReader(const ConfigurationGiven& given, Problems& problems) : given_(given), problems_(problems) {}

    Configuration read(const Json& json) {
        if (json.is_array()) {
            begin(Profile::Pot);
            read_algorithms(conform(json, "algorithms", "", problems_), "");
        } else if (is_whole_file(json)) {
            read_file(json);
        } else {
            read_compression(conform(json, "compression", "", problems_), "");
        }
        check_needs();
        take_given_device(options(), given_, problems_);
        if (!is_api_form_) {
            options().preset = aliased(options().preset, options().target_device);
        }
        check_together(options(), problems_);
        return configuration_;
    }

    static bool is_whole_file(const Json& json) {
        return has_entry(json, "compression") || has_entry(json, "engine") || has_entry(json, "model") ||
               has_section(json, "optimizer");  // of layer-wise tuning it is a name
    }

private:
    Options& options() {
        return configuration_.options;
    }

    void begin(Profile profile) {
        options() = profile_options(given_.profile.value_or(profile));
    }

    void read_file(Json file) {
        if (Json* engine = find_entry(file, "engine")) {
            drop_given(*engine);
        }
        const auto of_models = take_ignored_of_models(file);
        if (given_.model && take_out(file, {"model"})) {
            problems_.warn("model", "not read: the command line says which model");
        }
        const Json good = conform(file, "file", "", problems_);
        configuration_.model = read_model_section(good.value("model", Json::object()), "model", given_.name, problems_);
        configuration_.cascade = read_cascade(good.value("model", Json::object()), "model", problems_);
        read_ignored_of_models(of_models);
        configuration_.engine = read_engine_section(good.value("engine", Json::object()), "engine", problems_);
        read_compression(good.value("compression", Json::object()), "compression");
    }

    static std::string name_of(Json model) {
        const Json* name = find_entry(model, "name");
        return name && name->is_string() ? name->get<std::string>() : "";
    }

    /// What an algorithm ignores of one model of a cascade.
    struct IgnoredOfModel {
        std::string model;
        Json ignored;
        std::string place;
    };

    /// Takes the entries of `ignored` that are called as models of the cascade out of all algorithms.
    static std::vector<IgnoredOfModel> take_ignored_of_models(Json& file) {
        std::vector<IgnoredOfModel> all;
        Json* model = find_entry(file, "model");
        const Json* cascade = model ? find_entry(*model, "cascade") : nullptr;
        Json* compression = find_entry(file, "compression");
        Json* algorithms = compression ? find_entry(*compression, "algorithms") : nullptr;
        if (!cascade || !cascade->is_array() || cascade->size() < 2 || !algorithms || !algorithms->is_array()) {
            return all;
        }
        for (std::size_t i = 0; i < algorithms->size(); ++i) {
            Json* params = find_entry((*algorithms)[i], "params");
            Json* ignored = params ? find_entry(*params, "ignored") : nullptr;
            for (const auto& each : *cascade) {
                const std::string name = name_of(each);
                if (ignored && ignored->is_object() && !name.empty() && ignored->contains(name) &&
                    known_path(name, "ignored").empty()) {
                    const auto place = below(below(at("compression.algorithms", i), "params.ignored"), name);
                    all.push_back({name, ignored->at(name), place});
                    ignored->erase(name);
                }
            }
        }
        return all;
    }

    void read_ignored_of_models(const std::vector<IgnoredOfModel>& all) {
        for (const auto& each : all) {
            Options only;
            take_fields(only, Json{{"ignored", conform(each.ignored, "ignored", each.place, problems_)}}, each.place,
                        problems_);
            for (auto& source : configuration_.cascade) {
                if (source.name != each.model) {
                    continue;
                }
                if (!is_same(source.ignored, {}) && !is_same(source.ignored, only.ignored)) {
                    problems_.add(each.place, "is not what another algorithm says; one run has one value");
                }
                source.ignored = only.ignored;
            }
        }
    }

    /// Leaves out of the engine what the command line says.
    void drop_given(Json& engine) {
        if (given_.simplified) {
            const bool has_other = take_out(engine, other_engine_entries());
            take_out(engine, {"type"});
            if (has_other) {
                problems_.warn("engine", "what belongs to the engine accuracy_checker is not read");
            }
        }
        if (given_.data && take_out(engine, {"data_source", "subset_size", "synthetic"})) {
            problems_.warn("engine", "its samples are not read: the command line says which");
        }
    }

    void check_needs() {
        const auto& [model, engine] = std::tie(configuration_.model, configuration_.engine);
        if (given_.needs_model && model.model.empty() && configuration_.cascade.empty()) {
            problems_.add("model.model", "is missing; expected the path of the model's .xml");
        }
        if (given_.needs_model && model.weights.empty() && configuration_.cascade.empty()) {
            problems_.add("model.weights", "is missing; expected the path of the model's .bin");
        }
        const bool has_checker = engine.checker || !engine.checker_file.empty();
        if (given_.needs_data && engine.data.empty() && !engine.synthetic && !has_checker) {
            problems_.add("engine.data_source", "is missing; expected samples there, or --data-source");
        }
        if (given_.needs_labels && engine.labels.empty() && !has_checker && configuration_.cascade.empty()) {
            problems_.add("engine.labels",
                          "is missing, and --evaluate needs labels; without labels use octet evaluate");
        }
    }

    void read_compression(Json section, const std::string& place) {
        begin(section.contains("profile") ? profile_name().read(section.at("profile")) : Profile::Pot);
        const Json algorithms = section.value("algorithms", Json::array());
        section.erase("algorithms");  // options.json has a list of names there
        section.erase("profile");
        take(section, place);
        read_algorithms(algorithms, below(place, "algorithms"));
    }

    void read_algorithms(const Json& list, const std::string& place) {
        options().algorithms.clear();
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (list[i].is_object()) {
                const auto name = list[i].at("name").get<std::string>();
                Json params = list[i].value("params", Json::object());
                const auto params_place = below(at(place, i), "params");
                options().algorithms.push_back(take_accuracy(params, name, params_place));
                if (configuration_.accuracy && list.size() > 1) {
                    problems_.add(below(at(place, i), "name"),
                                  std::string(kAccuracyAware) + " stands alone in the list of algorithms");
                }
                read_params(params, name, params_place);
            }
        }
    }

    /// Takes what belongs to AccuracyAwareQuantization out of `params`. Returns the algorithm that quantizes.
    std::string take_accuracy(Json& params, const std::string& algorithm, const std::string& place) {
        if (algorithm == kAccuracyAware) {
            configuration_.accuracy = AccuracyOptions{.base_algorithm = "DefaultQuantization"};
            octet::take_accuracy(*configuration_.accuracy, params);
        }
        for (auto entry = params.begin(); entry != params.end();) {
            if (!is_accuracy_parameter(entry.key())) {
                ++entry;
                continue;
            }
            if (algorithm != kAccuracyAware) {
                problems_.add(below(place, entry.key()), std::string("belongs to ") + kAccuracyAware);
            }
            entry = params.erase(entry);
        }
        return algorithm == kAccuracyAware ? configuration_.accuracy->base_algorithm : algorithm;
    }

    void read_params(Json params, const std::string& algorithm, const std::string& place) {
        is_api_form_ = is_api_form_ || params.contains("target_device");
        const auto reader = kReaders.find(algorithm);
        std::set<std::string> unread;
        for (const auto& [name, value] : params.items()) {
            const Json readers = schema_keyword("params", name, "x-read-by");
            if (reader != kReaders.end() && !readers.is_null() && readers != reader->second) {
                unread.insert(name);
            }
        }
        for (const auto& name : unread) {
            problems_.warn(below(place, name), "no effect: " + algorithm + " does not read it");
            params.erase(name);
        }
        take(params, place);
    }

    /// All algorithms share one set of options: what is given again must have the same value.
    void take(const Json& object, const std::string& place) {
        take_fields(options(), object, place, problems_,
                    [&](const Field& field, const Json& value, const std::string& at_place) {
                        const bool is_shuffle = field.path == "shuffle_data";  // another word for `sampling`
                        const Json meant = is_shuffle ? Json(value.get<bool>() ? "shuffle" : "first") : value;
                        const auto [before, is_new] =
                            taken_.emplace(is_shuffle ? "sampling" : field.path, std::pair(meant, at_place));
                        if (!is_new && before->second.first != meant) {
                            problems_.add(at_place, "is " + in_short(value) + ", but " +
                                                        problems_.given(before->second.second) + " is " +
                                                        in_short(before->second.first) + "; one run has one value");
                        }
                        return is_new;
                    });
    }

    Configuration configuration_;
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
    if (PotReader::is_whole_file(json)) {
        return true;
    }
    for (const auto& [key, value] : json.items()) {
        if (spelled(key) == "algorithms") {
            return !(value.is_array() && !value.empty() && value[0].is_string());
        }
    }
    return false;
}

Configuration read_pot_config(const Json& json, const ConfigurationGiven& given, Problems& problems) {
    return PotReader(given, problems).read(json);
}

}  // namespace octet
