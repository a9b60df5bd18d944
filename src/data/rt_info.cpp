#include "data/rt_info.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"

namespace octet {

using nlohmann::json;

namespace {

constexpr std::array<std::pair<Resize, const char*>, 3> kResizes{
    {{Resize::Linear, "linear"}, {Resize::Cubic, "cubic"}, {Resize::Area, "area"}}};
constexpr std::array<std::pair<Fit, const char*>, 3> kFits{
    {{Fit::Stretch, "stretch"}, {Fit::Letterbox, "letterbox"}, {Fit::Crop, "crop"}}};

template <typename Table, typename Value>
const char* name_of(const Table& table, Value value) {
    return std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == value; })->second;
}

template <typename Table>
auto value_of(const Table& table, const std::string& name) {
    for (const auto& [value, known] : table) {
        if (name == known) {
            return value;
        }
    }
    throw std::invalid_argument("unknown word \"" + name + "\"");
}

std::optional<std::string> info(const ov::Model& model, const char* group, const char* key) {
    const std::vector<std::string> path{group, key};
    if (!model.has_rt_info(path)) {
        return std::nullopt;
    }
    try {
        return model.get_rt_info<ov::Any>(path).as<std::string>();
    } catch (const std::exception&) {
        throw Error(ErrorCode::InvalidModel, std::string("rt_info ") + group + "/" + key, "expected text");
    }
}

}  // namespace

std::optional<std::string> model_info(const ov::Model& model, const char* key) {
    auto text = info(model, "model_info", key);
    if (text && (text->find_first_not_of(" \t\n") == std::string::npos || *text == "None")) {
        return std::nullopt;
    }
    return text;
}

namespace {

[[noreturn]] void malformed(const char* key, const std::string& expected, const std::string& got) {
    throw Error(ErrorCode::InvalidModel, std::string("rt_info model_info/") + key,
                "expected " + expected + ", got \"" + got + "\"; give the preparation explicitly");
}

std::vector<double> numbers(const char* key, const std::string& text) {
    std::vector<double> values;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        while (at != end && std::string_view(" \t\n,[]()").find(*at) != std::string_view::npos) {
            ++at;
        }
        if (at == end) {
            break;
        }
        double value = 0;
        const auto [next, error] = std::from_chars(at, end, value);
        if (error != std::errc() || !std::isfinite(value)) {
            malformed(key, "numbers", text);
        }
        values.push_back(value);
        at = next;
    }
    if (values.empty()) {
        malformed(key, "numbers", text);
    }
    return values;
}

bool truth(const char* key, const std::string& text) {
    const std::string word = lower_case(text);
    if (word == "true" || word == "yes" || word == "1") {
        return true;
    }
    if (word == "false" || word == "no" || word == "0") {
        return false;
    }
    malformed(key, "True or False", text);
}

void read_fit(const ov::Model& model, Preprocessing& result) {
    const auto type = model_info(model, "resize_type");
    if (!type) {
        return;
    }
    if (*type == "standard") {
        result.fit = Fit::Stretch;
    } else if (*type == "crop") {
        result.fit = Fit::Crop;
    } else if (*type == "fit_to_window" || *type == "fit_to_window_letterbox") {
        const auto pad = model_info(model, "pad_value");
        result.fit = Fit::Letterbox;
        result.letterbox = Letterbox{pad ? numbers("pad_value", *pad).front() : 0, *type == "fit_to_window_letterbox"};
    } else {
        malformed("resize_type", "standard, crop, fit_to_window or fit_to_window_letterbox", *type);
    }
}

json letterbox_json(const Letterbox& letterbox) {
    return {{"value", letterbox.value}, {"center", letterbox.center}};
}

Preprocessing parse(const json& object) {
    if (!object.is_object()) {
        throw std::invalid_argument("no object");
    }
    Preprocessing p;
    for (const auto& [key, value] : object.items()) {
        if (key == "mean") {
            p.mean = value.get<std::vector<double>>();
        } else if (key == "scale") {
            p.scale = value.get<std::vector<double>>();
        } else if (key == "rgb") {
            p.rgb = value.get<bool>();
        } else if (key == "resize") {
            p.resize = value_of(kResizes, value.get<std::string>());
        } else if (key == "crop_fraction") {
            p.crop_fraction = value.get<double>();
        } else if (key == "fit") {
            p.fit = value_of(kFits, value.get<std::string>());
        } else if (key == "letterbox") {
            p.letterbox = Letterbox{value.at("value").get<double>(), value.at("center").get<bool>()};
        } else if (key == "layout") {
            p.layout = value.get<std::string>();
        } else {
            throw std::invalid_argument("unknown key \"" + key + "\"");
        }
    }
    return p;
}

std::string numbers_text(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) {
        text += (text.empty() ? "" : ",") + number_text(value);
    }
    return text;
}

}  // namespace

std::optional<Preprocessing> kept_preparation(const ov::Model& model) {
    const auto text = info(model, "octet", "preparation");
    if (!text || text->empty()) {
        return std::nullopt;
    }
    return parse_preparation(*text);
}

Preprocessing parse_preparation(const std::string& text) {
    try {
        return parse(json::parse(text));
    } catch (const std::exception& error) {
        throw Error(ErrorCode::InvalidModel, "rt_info octet/preparation",
                    std::string("expected the preparation of pictures as JSON: ") + error.what());
    }
}

Preprocessing model_info_preprocessing(const ov::Model& model, const Preprocessing& known) {
    Preprocessing result;
    if (const auto embedded = model_info(model, "embedded_processing");
        embedded && truth("embedded_processing", *embedded)) {
        return result;
    }
    if (const auto text = model_info(model, "mean_values"); text && !known.mean) {
        result.mean = numbers("mean_values", *text);
    }
    if (const auto text = model_info(model, "scale_values"); text && !known.scale) {
        result.scale = numbers("scale_values", *text);
    }
    if (const auto text = model_info(model, "reverse_input_channels"); text && !known.rgb) {
        result.rgb = truth("reverse_input_channels", *text);
    }
    if (const auto text = model_info(model, "layout"); text && !known.layout) {
        result.layout = *text;
    }
    if (!known.fit && !known.letterbox) {
        read_fit(model, result);
    }
    return result;
}

std::string number_text(double value) {
    std::array<char, 32> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return error == std::errc() ? std::string(buffer.data(), end) : std::to_string(value);
}

std::string to_json(const Preprocessing& p) {
    json object = json::object();
    const auto put = [&object](const char* key, const auto& field) {
        if (field) {
            object[key] = *field;
        }
    };
    put("mean", p.mean);
    put("scale", p.scale);
    put("rgb", p.rgb);
    put("crop_fraction", p.crop_fraction);
    put("layout", p.layout);
    if (p.resize) {
        object["resize"] = name_of(kResizes, *p.resize);
    }
    if (p.fit) {
        object["fit"] = name_of(kFits, *p.fit);
    }
    if (p.letterbox) {
        object["letterbox"] = letterbox_json(*p.letterbox);
    }
    return object.dump();
}

std::string describe(const Preprocessing& p) {
    std::vector<std::string> parts;
    if (p.layout) {
        parts.push_back(*p.layout);
    }
    if (p.rgb) {
        parts.emplace_back(*p.rgb ? "RGB" : "BGR");
    }
    if (p.crop_fraction && *p.crop_fraction != 1) {
        parts.push_back("central " + number_text(*p.crop_fraction));
    }
    if (p.letterbox) {
        parts.push_back(std::string("letterbox ") + (p.letterbox->center ? "centred" : "top left") + ", filled with " +
                        number_text(p.letterbox->value));
    } else if (p.fit) {
        parts.emplace_back(*p.fit == Fit::Crop ? "cropped to the input's proportions" : "stretched");
    }
    if (p.resize) {
        parts.push_back(std::string("resized ") + name_of(kResizes, *p.resize));
    }
    if (p.mean) {
        parts.push_back("mean " + numbers_text(*p.mean));
    }
    if (p.scale) {
        parts.push_back("scale " + numbers_text(*p.scale));
    }
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

}  // namespace octet
