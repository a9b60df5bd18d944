#include "config/section_reader.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace octet {
namespace {

std::string number_text(double value) {
    return Json(value).dump();
}

}  // namespace

SectionReader::SectionReader(const Json& json, std::string path, Problems& problems)
    : json_(Json::object()), path_(std::move(path)), problems_(problems) {
    if (json.is_object()) {
        json_ = json;
    } else if (!json.is_null()) {
        problems_.add(path_, "expected a section; got " + in_short(json));
    }
}

std::string SectionReader::path_of(const std::string& name) const {
    return below(path_, name);
}

const Json& SectionReader::value(const std::string& name) {
    static const Json kNone;
    known_.insert(name);
    const auto found = json_.find(name);
    return found == json_.end() ? kNone : *found;
}

bool SectionReader::has(const std::string& name) const {
    const auto found = json_.find(name);
    return found != json_.end() && !found->is_null();
}

std::string SectionReader::text(const std::string& name) {
    const Json& json = value(name);
    if (json.is_null()) {
        return "";
    }
    if (json.is_number()) {
        return json.dump();
    }
    if (!json.is_string() || json.get<std::string>().empty()) {
        expected(name, "text", json);
        return "";
    }
    return json.get<std::string>();
}

std::string SectionReader::needed_text(const std::string& name, const std::string& what) {
    if (!has(name)) {
        known_.insert(name);
        problems_.add(path_of(name), "is missing; expected " + what);
        return "";
    }
    return text(name);
}

bool SectionReader::flag(const std::string& name, bool otherwise) {
    const Json& json = value(name);
    if (json.is_null()) {
        return otherwise;
    }
    if (json.is_boolean()) {
        return json.get<bool>();
    }
    const std::string word = json.is_string() ? lower_case(json.get<std::string>()) : "";
    if (word == "true" || word == "yes" || word == "false" || word == "no") {
        return word == "true" || word == "yes";
    }
    expected(name, "true or false", json);
    return otherwise;
}

std::optional<int> SectionReader::whole(const std::string& name, int least, int most) {
    const Json& json = value(name);
    if (json.is_null()) {
        return std::nullopt;
    }
    const bool is_in_range = json.is_number_integer() && json.get<double>() >= least && json.get<double>() <= most;
    if (!is_in_range) {
        expected(name,
                 most == std::numeric_limits<int>::max()
                     ? "a whole number of at least " + std::to_string(least)
                     : "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
                 json);
        return std::nullopt;
    }
    return json.get<int>();
}

std::optional<double> SectionReader::number(const std::string& name, double least, double most) {
    const Json& json = value(name);
    if (json.is_null()) {
        return std::nullopt;
    }
    if (!json.is_number() || !(json.get<double>() >= least && json.get<double>() <= most)) {
        expected(name, "a number from " + number_text(least) + " to " + number_text(most), json);
        return std::nullopt;
    }
    return json.get<double>();
}

std::vector<SectionReader> SectionReader::sections(const std::string& name) {
    std::vector<SectionReader> out;
    const Json& json = value(name);
    if (json.is_null()) {
        return out;
    }
    if (!json.is_array()) {
        expected(name, "a list", json);
        return out;
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
        out.emplace_back(json[i].is_null() ? Json::array() : json[i], at(path_of(name), i), problems_);
    }
    return out;
}

void SectionReader::skip(const std::vector<std::string>& names) {
    known_.insert(names.begin(), names.end());
}

void SectionReader::refuse(const std::string& name, const Json& harmless, const std::string& why) {
    const Json& json = value(name);
    if (!json.is_null() && json != harmless) {
        problems_.add(path_of(name), why);
    }
}

void SectionReader::finish() {
    const std::vector<std::string> names(known_.begin(), known_.end());
    for (const auto& [name, json] : json_.items()) {
        if (!known_.contains(name)) {
            problems_.add(path_of(name), "unknown" + did_you_mean(name, names) + "; there are " + listed(names));
        }
    }
}

bool SectionReader::is_same_word(const std::string& word, const std::string& given) {
    return lower_case(word) == lower_case(given);
}

void SectionReader::refuse_word(const std::string& name, const std::string& given,
                                const std::vector<std::string>& names) {
    problems_.add(path_of(name), in_short(Json(given)) + " is not available" + did_you_mean(given, names) +
                                     "; there are " + listed(names));
}

void SectionReader::expected(const std::string& name, const std::string& what, const Json& got) {
    problems_.add(path_of(name), "expected " + what + "; got " + in_short(got));
}

}  // namespace octet
