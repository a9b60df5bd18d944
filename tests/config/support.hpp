#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "octet/configuration.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"

namespace octet {

using Json = nlohmann::json;

/// A bare compression section with DefaultQuantization and `params`.
inline std::string with_params(const std::string& params) {
    return R"({"algorithms": [{"name": "DefaultQuantization", "params": )" + params + "}]}";
}

inline Options parse(const std::string& text, const std::string& where = "c.json") {
    return parse_configuration(text, where).options;
}

/// What options.json says at a pointer such as /weights/bits.
inline Json value_at(const Options& options, const std::string& pointer) {
    return Json::parse(to_json(options)).value(Json::json_pointer(pointer), Json("absent"));
}

/// The message of the error that `text` gives, or "no error".
inline std::string parse_error(const std::string& text, const std::string& where = "c.json") {
    try {
        parse_configuration(text, where);
    } catch (const Error& error) {
        return error.code() == ErrorCode::InvalidOption ? error.what() : "another error";
    }
    return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace octet
