#include "config/engine.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"

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

}  // namespace

ModelSource read_model_section(const Json& section, const std::string& place, Problems& problems) {
    ModelSource source{text_in(section, "model_name"), text_in(section, "model"), text_in(section, "weights")};
    const Json cascade = section.value("cascade", Json::array());
    if (cascade.size() > 1 && source.name.empty()) {
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
    const auto source = read_preprocessing(section);
    if (source.scale && std::count(source.scale->begin(), source.scale->end(), 0.0) > 0) {
        problems.add(below(place, "scale"), "expected numbers other than 0; got " + in_short(section.at("scale")));
    }
    const bool is_data_free = text_in(section, "type") == "data_free";
    for (const char* name : {"subset_size", "synthetic"}) {
        if (section.contains(name) && !is_data_free) {
            problems.add(below(place, name), "belongs to the engine data_free");
        }
    }
    EngineSource engine{
        .preprocessing = source, .labels = text_in(section, "labels"), .classes = text_in(section, "classes")};
    if (is_data_free) {
        engine.synthetic.emplace();
        engine.synthetic->samples = section.value("subset_size", engine.synthetic->samples);
        engine.synthetic->any_input = section.value("synthetic", false);
        if (section.contains("data_source")) {
            problems.warn(below(place, "data_source"), "no effect: pictures are made in memory");
        }
    } else if (section.contains("data_source")) {
        engine.data = read_data_source(section.at("data_source"));
    }
    return engine;
}

}  // namespace octet
