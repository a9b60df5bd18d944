#include "config/options.hpp"

#include <nlohmann/json.hpp>

#include "octet/model_io.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;  // sorts its keys

Json shapes_json(const Options& options) {
    Json shapes = Json::object();
    for (const auto& [input, shape] : options.shapes) {
        shapes[input] = shape.to_string();
    }
    return shapes;
}

Json options_json(const Options& options) {
    return {
        {"preset", name_of(options.preset)},
        {"model_type", name_of(options.model_type)},
        {"target_device", options.target_device},
        {"subset", options.subset ? Json(*options.subset) : Json()},
        {"ignored", {{"names", options.ignored.names}, {"types", options.ignored.types}}},
        {"fold", options.fold},
        {"bias_correction", options.bias_correction},
        {"keep_uncompressed_weights", options.keep_uncompressed_weights},
        {"fp16", options.fp16},
        {"shapes", shapes_json(options)},
        {"reshape", options.reshape},
        {"skip_bad", options.skip_bad},
    };
}

/// Names may hold any bytes; what is not UTF-8 is replaced.
std::string text_of(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

const char* name_of(Preset preset) {
    return preset == Preset::Mixed ? "mixed" : "performance";
}

const char* name_of(ModelType type) {
    switch (type) {
        case ModelType::None:
            return "none";
        case ModelType::Transformer:
            return "transformer";
        case ModelType::Auto:
            break;
    }
    return "auto";
}

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

}  // namespace octet
