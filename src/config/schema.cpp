#include "config/schema.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <set>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/text.hpp"
#include "schema_text.hpp"

namespace octet {
namespace {

const Json& whole_schema() {
    static const Json kSchema = Json::parse(embedded::octet);
    return kSchema;
}

const Json& definition_of(const std::string& name) {
    return whole_schema().at("definitions").at(name);
}

/// A part of the schema with what it refers to; what stands beside a reference is stronger.
Json resolved(const Json& schema) {
    Json whole = schema;
    while (whole.contains("$ref")) {
        const auto target = whole.at("$ref").get<std::string>();
        whole.erase("$ref");
        Json referred = whole_schema().at(Json::json_pointer(target.substr(1)));
        referred.update(whole);
        whole = std::move(referred);
    }
    return whole;
}

const char* type_name(const Json& json) {
    return json.is_object()    ? "object"
           : json.is_array()   ? "array"
           : json.is_string()  ? "string"
           : json.is_boolean() ? "boolean"
           : json.is_number()  ? "number"
                               : "null";
}

bool is_type(const Json& schema, const char* type) {
    const auto found = schema.find("type");
    return found != schema.end() && *found == type;
}

/// Of alternatives the first one that is of the value's type, with the texts that stand beside them.
Json for_value(const Json& schema, const Json& value) {
    Json whole = resolved(schema);
    if (!whole.contains("anyOf")) {
        return whole;
    }
    for (const auto& each : whole.at("anyOf")) {
        Json alternative = resolved(each);
        if (is_type(alternative, type_name(value))) {
            whole.erase("anyOf");
            alternative.update(whole);
            return alternative;
        }
    }
    return whole;
}

std::vector<std::string> names_of(const Json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) {
        names.push_back(name);
    }
    return names;
}

/// The property of that name, in any letter case or by another name; empty where there is none.
std::string property_name(const Json& schema, const std::string& key) {
    if (!schema.contains("properties")) {
        return "";
    }
    const Json& properties = schema.at("properties");
    const std::string wanted = spelled(key);
    if (properties.contains(wanted)) {
        return wanted;
    }
    for (const auto& [name, property] : properties.items()) {
        const Json also = resolved(property).value("x-also", Json::array());
        if (std::find(also.begin(), also.end(), wanted) != also.end()) {
            return name;
        }
    }
    return "";
}

/// The schema's spelling of a choice, or the text as it is.
Json choice(const Json& schema, const std::string& text) {
    const std::string wanted = lower_case(text);
    for (const auto& name : schema.value("enum", Json::array())) {
        if (lower_case(name.get<std::string>()) == wanted) {
            return name;
        }
    }
    const Json others = schema.value("x-also-values", Json::object());
    for (const auto& [name, value] : others.items()) {
        if (name == wanted) {
            return value;
        }
    }
    return text;
}

/// 3 for 3.0, as JSON Schema has it; what is no whole number as it is.
Json whole_number(const Json& json) {
    constexpr double kLargest = 9007199254740992;  // beyond it not each whole number is a double
    const double value = json.get<double>();
    return value == std::floor(value) && std::abs(value) <= kLargest ? Json(static_cast<std::int64_t>(value)) : json;
}

/// Names and choices in the schema's spelling; what is null is left out.
class Speller {
public:
    explicit Speller(Problems& problems) : problems_(problems) {}

    Json spell(const Json& json, const Json& schema, const std::string& path, const std::string& given) {
        if (path != given) {
            problems_.set_given(path, given);
        }
        const Json whole = for_value(schema, json);
        if (whole.contains("x-no-effect") && !json.is_null() && json != Json(false)) {
            problems_.warn(path, "no effect: " + whole.at("x-no-effect").get<std::string>());
        }
        if (json.is_object()) {
            return object(json, whole, path, given);
        }
        if (json.is_array() && whole.contains("items")) {
            Json list = Json::array();
            for (std::size_t i = 0; i < json.size(); ++i) {
                list.push_back(spell(json[i], whole.at("items"), at(path, i), at(given, i)));
            }
            return list;
        }
        if (json.is_number_float() && is_type(whole, "integer")) {
            return whole_number(json);
        }
        return json.is_string() ? choice(whole, json.get<std::string>()) : json;
    }

private:
    Json object(const Json& json, const Json& schema, const std::string& path, const std::string& given) {
        Json result = Json::object();
        for (const auto& [key, value] : json.items()) {
            const std::string known = property_name(schema, key), name = known.empty() ? key : known;
            if (!known.empty() && value.is_null()) {
                continue;
            }
            if (result.contains(name)) {
                problems_.add(below(given, key), "given twice");
                continue;
            }
            const Json others = schema.value("additionalProperties", Json(true));
            const Json inner = !known.empty()       ? schema.at("properties").at(known)
                               : others.is_object() ? others
                                                    : Json::object();
            result[name] = spell(value, inner, below(path, name), below(given, key));
        }
        return result;
    }

    Problems& problems_;
};

/// The schema's definition, ready to validate.
const valijson::Schema& validator_of(const std::string& definition) {
    static std::mutex mutex;
    static std::map<std::string, valijson::Schema> schemas;
    const std::lock_guard lock(mutex);
    const auto [entry, is_new] = schemas.try_emplace(definition);
    if (is_new) {
        const Json text{{"$ref", "#/definitions/" + definition}, {"definitions", whole_schema().at("definitions")}};
        valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(text), entry->second);
    }
    return entry->second;
}

/// The paths of all values that are not as the schema wants them, and of all that hold one.
std::set<std::string> failing_paths(const Json& json, const std::string& definition, const std::string& where) {
    valijson::ValidationResults results;
    valijson::Validator().validate(validator_of(definition), valijson::adapters::NlohmannJsonAdapter(json), &results);
    std::set<std::string> paths;
    for (const auto& error : results) {
        std::string path = where;
        const Json* value = &json;
        for (std::size_t i = 1; i < error.context.size(); ++i) {  // "<root>", then "[name]" or "[index]"
            const std::string step = error.context[i].substr(1, error.context[i].size() - 2);
            path = value->is_array() ? at(path, std::stoul(step)) : below(path, step);
            value = value->is_array() ? &value->at(std::stoul(step)) : &value->at(step);
        }
        paths.insert(path);
    }
    return paths;
}

std::string bound(const Json& schema, const char* keyword, const char* words) {
    return schema.contains(keyword) ? std::string(words) + short_number(schema.at(keyword).get<double>()) : "";
}

std::string number_text(const Json& schema, const std::string& what) {
    const std::string low = bound(schema, "minimum", "of at least ") + bound(schema, "exclusiveMinimum", "above ");
    const std::string high = bound(schema, "maximum", "at most ") + bound(schema, "exclusiveMaximum", "below ");
    return what + (low.empty() && high.empty() ? "" : " ") + low + (low.empty() || high.empty() ? "" : " and ") + high;
}

/// What may stand where the schema says this, for a message.
std::string expected_text(const Json& schema) {
    if (schema.contains("x-expected")) {
        return schema.at("x-expected");
    }
    if (schema.contains("enum")) {
        return (schema.at("enum").size() > 1 ? "one of " : "") +
               listed(schema.at("enum").get<std::vector<std::string>>());
    }
    if (schema.contains("properties")) {
        return "an object with some of " + listed(names_of(schema.at("properties")));
    }
    return is_type(schema, "boolean")     ? "true or false"
           : is_type(schema, "integer")   ? number_text(schema, "a whole number")
           : is_type(schema, "number")    ? number_text(schema, "a number")
           : is_type(schema, "array")     ? "a list"
           : schema.contains("minLength") ? "text that is not empty"
                                          : "text";
}

bool holds(const Json& list, const std::string& word) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Json& each) { return lower_case(each.get<std::string>()) == lower_case(word); });
}

/// Why this choice, which is none of the schema's, is known all the same; or empty.
std::string known_choice_text(const Json& schema, const Json& json) {
    const std::string word = json.is_string() ? json.get<std::string>() : "";
    if (holds(schema.value("x-later", Json::array()), word)) {
        return word + " is not available yet; ";
    }
    return holds(schema.value("x-never", Json::array()), word) ? "there is no " + word + "; " : "";
}

/// All entries below `schema`, sections and items of lists included.
void add_paths(std::vector<std::string>& paths, const Json& schema, const std::string& path) {
    const Json whole = resolved(schema), properties = whole.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
        const std::string inner = below(path, name);
        paths.push_back(inner);
        add_paths(paths, property, inner);
    }
    if (whole.contains("items") && whole.at("items").contains("$ref")) {
        add_paths(paths, whole.at("items"), path + "[]");
    }
}

/// Where entries of that name may stand below `definition`, for a message; empty: nowhere.
std::string places_of(const std::string& name, const std::string& definition) {
    constexpr std::size_t kShown = 2;
    static const std::map<std::string, std::vector<std::string>> kPaths{{"file", known_paths("file")},
                                                                        {"compression", known_paths("compression")},
                                                                        {"algorithms", known_paths("algorithms")},
                                                                        {"options", known_paths("options")},
                                                                        {"params", known_paths("params")}};
    std::vector<std::string> paths = kPaths.at(definition);
    std::erase_if(paths, [&](const std::string& path) { return path != name && !path.ends_with("." + name); });
    const auto depth = [](const std::string& path) { return std::count(path.begin(), path.end(), '.'); };
    std::stable_sort(paths.begin(), paths.end(),
                     [&](const std::string& a, const std::string& b) { return depth(a) < depth(b); });
    const std::size_t more = paths.size() - std::min(paths.size(), kShown);
    paths.resize(paths.size() - more);
    return listed(paths) + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// Tells what is wrong and leaves it out.
class Teller {
public:
    Teller(const std::string& definition, const std::set<std::string>& failing, Problems& problems)
        : definition_(definition), failing_(failing), problems_(problems) {}

    /// Is what is left of the value good?
    bool tell(Json& json, const Json& schema, const std::string& path) {
        if (!failing_.contains(path)) {
            return true;
        }
        const Json whole = for_value(schema, json);
        const std::size_t before = count_;
        bool is_good = false;
        if (json.is_object() && is_type(whole, "object")) {
            is_good = tell_object(json, whole, path);
        } else if (json.is_array() && is_type(whole, "array")) {
            for (std::size_t i = 0; i < json.size(); ++i) {
                json[i] = tell(json[i], whole.value("items", Json::object()), at(path, i)) ? json[i] : Json();
            }
            is_good = true;
        }
        if (count_ > before) {
            return is_good;
        }
        add_wrong_value(whole, json, path);
        return false;
    }

private:
    bool tell_object(Json& json, const Json& schema, const std::string& path) {
        const Json properties = schema.value("properties", Json::object());
        const Json others = schema.value("additionalProperties", Json(true));
        for (const auto& name : names_of(json)) {
            const bool is_known = properties.contains(name);
            if (!is_known && others == Json(false)) {
                add_unknown(schema, name, path);
                json.erase(name);
            } else if (!tell(json[name], is_known ? properties.at(name) : others, below(path, name))) {
                json.erase(name);
            }
        }
        bool is_whole = true;
        for (const auto& name : schema.value("required", Json::array())) {
            if (!json.contains(name) && !failing_.contains(below(path, name))) {
                const Json texts = schema.value("x-missing", Json::object());
                add(below(path, name),
                    "is missing; " + texts.value(name.get<std::string>(),
                                                 "expected " + expected_text(resolved(properties.at(name)))));
            }
            is_whole = is_whole && json.contains(name);
        }
        return is_whole;
    }

    void add_unknown(const Json& schema, const std::string& name, const std::string& path) {
        constexpr std::size_t kFew = 8;
        const Json refused = schema.value("x-refused", Json::object());
        if (refused.contains(spelled(name))) {
            add(below(path, name), refused.at(spelled(name)));
            return;
        }
        const auto known = names_of(schema.at("properties"));
        const std::string mend = did_you_mean(spelled(name), known);
        const std::string elsewhere = places_of(spelled(name), definition_);
        add(below(path, name), !elsewhere.empty()     ? "unknown here; known is " + elsewhere
                               : known.size() <= kFew ? "unknown; expected one of " + listed(known) + mend
                                                      : "unknown" + mend);
    }

    void add_wrong_value(const Json& schema, const Json& json, const std::string& path) {
        std::vector<std::string> names = schema.value("enum", std::vector<std::string>{});
        for (const auto& name : names_of(schema.value("x-also-values", Json::object()))) {
            names.push_back(name);
        }
        const std::string why = known_choice_text(schema, json);
        const std::string mend = why.empty() && json.is_string() ? did_you_mean(json.get<std::string>(), names) : "";
        add(path, why + "expected " + expected_text(schema) + "; got " + in_short(json) + mend);
    }

    void add(const std::string& path, const std::string& what) {
        problems_.add(path, what);
        ++count_;
    }

    std::string definition_;
    const std::set<std::string>& failing_;
    Problems& problems_;
    std::size_t count_ = 0;
};

/// The schema at a dotted path of its own spelling.
Json schema_at(const std::string& definition, const std::string& path) {
    Json schema = resolved(definition_of(definition));
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string name = path.substr(begin, end - begin);
        const Json properties = schema.value("properties", Json::object());
        if (!properties.contains(name)) {
            return Json::object();
        }
        schema = resolved(properties.at(name));
        begin = end + 1;
    }
    return schema;
}

}  // namespace

Json conform(const Json& json, const std::string& definition, const std::string& path, Problems& problems) {
    const Json& schema = definition_of(definition);
    Json result = Speller(problems).spell(json, schema, path, path);
    const auto failing = failing_paths(result, definition, path);
    if (!Teller(definition, failing, problems).tell(result, schema, path)) {
        return result.is_object() ? result : result.is_array() ? Json::array() : Json::object();
    }
    return result;
}

std::string known_path(const std::string& path, const std::string& definition) {
    std::string known;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string name = property_name(schema_at(definition, known), path.substr(begin, end - begin));
        if (name.empty()) {
            return "";
        }
        known = below(known, name);
        begin = end + 1;
    }
    return known;
}

std::vector<std::string> known_paths(const std::string& definition) {
    std::vector<std::string> paths;
    add_paths(paths, definition_of(definition), "");
    return paths;
}

Json schema_keyword(const std::string& definition, const std::string& path, const std::string& keyword) {
    return schema_at(definition, path).value(keyword, Json());
}

}  // namespace octet
