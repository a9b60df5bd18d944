#include "config/engine.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "config/checker.hpp"

namespace octet {
namespace {

std::string text_in(const Json& object, const char* name) {
    return object.value(name, std::string());
}

std::vector<DataSource> read_data_source(const Json& json) {
    if (json.is_string()) {
        return {{{}, json.get<std::string>()}};
    }
    std::vector<DataSource> sources;
    for (const auto& [input, path] : json.items()) {
        sources.push_back({input, path.get<std::string>()});
    }
    return sources;
}

std::vector<double> read_channel_values(const Json& json) {
    std::vector<double> values;
    for (const auto& value : json.is_array() ? json : Json::array({json})) {
        if (value.is_number()) {  // one that is none was told and made null
            values.push_back(value.get<double>());
        }
    }
    return values;
}

std::optional<Letterbox> read_letterbox(const Json& json) {
    Letterbox letterbox;
    if (json == Json(false)) {
        return std::nullopt;
    }
    if (json.is_number()) {
        letterbox.value = json.get<double>();
    } else if (json.is_object()) {
        letterbox.value = json.value("value", letterbox.value);
        letterbox.center = json.value("center", letterbox.center);
    }
    return letterbox;
}

Preprocessing read_preprocessing(const Json& section) {
    static const std::pair<const char*, Resize> kResizes[] = {
        {"linear", Resize::Linear}, {"cubic", Resize::Cubic}, {"area", Resize::Area}};
    Preprocessing preprocessing;
    for (const auto& [name, value] : section.items()) {
        if (name == "mean") {
            preprocessing.mean = read_channel_values(value);
        } else if (name == "scale") {
            preprocessing.scale = read_channel_values(value);
        } else if (name == "rgb") {
            preprocessing.rgb = value.get<bool>();
        } else if (name == "resize") {
            preprocessing.resize =
                std::find_if(std::begin(kResizes), std::end(kResizes), [&, &resize = value](const auto& row) {
                    return resize == row.first;
                })->second;
        } else if (name == "central_fraction") {
            preprocessing.crop_fraction = value.get<double>();
        } else if (name == "letterbox") {
            preprocessing.letterbox = read_letterbox(value);
            preprocessing.fit = preprocessing.letterbox ? Fit::Letterbox : Fit::Stretch;
        } else if (name == "layout") {
            preprocessing.layout = value.get<std::string>();
        }
    }
    return preprocessing;
}

/// Is `from` one of `models`, or begins with one and a dot?
bool is_output_of(const std::string& from, const std::set<std::string>& models) {
    return std::any_of(models.begin(), models.end(),
                       [&](const std::string& model) { return from == model || from.starts_with(model + "."); });
}

/// What the engine data_free is told.
void read_data_free_engine(const Json& section, const std::string& place, EngineSource& source, Problems& problems) {
    if (text_in(section, "type") != "data_free") {
        for (const char* name : {"subset_size", "synthetic"}) {
            if (section.contains(name)) {
                problems.add(below(place, name), "belongs to the engine data_free");
            }
        }
        return;
    }
    if (section.contains("data_source")) {
        problems.warn(below(place, "data_source"), "no effect: pictures are made in memory");
        source.data.clear();
    }
    source.synthetic.emplace();
    source.synthetic->samples = section.value("subset_size", source.synthetic->samples);
    source.synthetic->any_input = section.value("synthetic", false);
}

/// What the engine accuracy_checker is told, where it is this one.
void read_checker_engine(const Json& section, const std::string& place, EngineSource& source, Problems& problems) {
    const bool has_rules = section.contains("launchers") || section.contains("datasets");
    const std::string type = text_in(section, "type");
    if (type == "simplified" || type == "data_free" || (type.empty() && !has_rules && !section.contains("config"))) {
        for (const char* name : {"config", "launchers", "datasets"}) {
            if (section.contains(name)) {
                problems.warn(below(place, name), "no effect: belongs to the engine accuracy_checker");
            }
        }
        return;
    }
    if (section.contains("data_source")) {
        problems.warn(below(place, "data_source"), "no effect: belongs to the engine simplified");
        source.data.clear();
    }
    source.checker_file = text_in(section, "config");
    if (source.checker_file.empty()) {
        Json model = Json::object();
        for (const char* name : {"launchers", "datasets"}) {
            model[name] = section.value(name, Json());
        }
        source.checker = read_checker_model(model, Json(), place, problems);
    } else if (has_rules) {
        problems.warn(place, "launchers and datasets are not read: config names a file with them");
    }
}

}  // namespace

ModelSource read_model_section(const Json& section, const std::string& place, bool has_name, Problems& problems) {
    ModelSource source{text_in(section, "model_name"), text_in(section, "model"), text_in(section, "weights")};
    const Json cascade = section.value("cascade", Json::array());
    if (cascade.size() > 1 && source.name.empty() && !has_name) {
        problems.add(below(place, "model_name"),
                     "is missing; expected what the files of a cascade's models begin with");
    }
    if (cascade.size() == 1) {
        problems.warn(below(place, "cascade"), "holds one model only, which is taken as the model");
        if (cascade[0].is_object()) {
            source = {source.name.empty() ? text_in(cascade[0], "name") : source.name, text_in(cascade[0], "model"),
                      text_in(cascade[0], "weights")};
        }
    }
    return source;
}

std::vector<CascadeSource> read_cascade(const Json& section, const std::string& place, Problems& problems) {
    const Json cascade = section.value("cascade", Json::array());
    if (cascade.size() < 2) {
        return {};
    }
    std::vector<CascadeSource> models;
    std::set<std::string> names;
    for (std::size_t i = 0; i < cascade.size(); ++i) {
        if (!cascade[i].is_object()) {
            continue;  // told
        }
        const auto here = at(below(place, "cascade"), i);
        CascadeSource source{text_in(cascade[i], "name"), text_in(cascade[i], "model"), text_in(cascade[i], "weights")};
        if (source.name.empty()) {
            problems.add(below(here, "name"), "is missing; expected a name for each model of a cascade");
        } else if (source.name.find_first_of("./") != std::string::npos) {
            problems.add(below(here, "name"), "\"" + source.name + "\" has a dot or slash; expected a plain name");
        }
        const Json inputs = cascade[i].value("inputs", Json::object());
        for (const auto& [input, from] : inputs.items()) {
            source.inputs[input] = from.is_string() ? from.get<std::string>() : "";
            if (!is_output_of(source.inputs[input], names)) {
                problems.add(below(below(here, "inputs"), input),
                             "expected MODEL.OUTPUT of an earlier model; got " + in_short(from));
            }
        }
        if (!source.name.empty() && !names.insert(source.name).second) {
            problems.add(below(here, "name"), "\"" + source.name + "\" is the name of another model, too");
        }
        models.push_back(std::move(source));
    }
    return models;
}

EngineSource read_engine_section(const Json& section, const std::string& place, Problems& problems) {
    if (section.contains("device") && lower_case(text_in(section, "device")) != "cpu") {
        problems.warn(below(place, "device"), "no effect: samples run on the CPU");
    }
    const auto preprocessing = read_preprocessing(section);
    if (preprocessing.scale && std::count(preprocessing.scale->begin(), preprocessing.scale->end(), 0.0) > 0) {
        problems.add(below(place, "scale"), "expected numbers other than 0; got " + in_short(section.at("scale")));
    }
    EngineSource source{.data = section.contains("data_source") ? read_data_source(section.at("data_source"))
                                                                : std::vector<DataSource>{},
                        .preprocessing = preprocessing,
                        .labels = text_in(section, "labels"),
                        .classes = text_in(section, "classes")};
    read_data_free_engine(section, place, source, problems);
    read_checker_engine(section, place, source, problems);
    return source;
}

}  // namespace octet
