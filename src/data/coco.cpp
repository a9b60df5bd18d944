#include "data/coco.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

namespace octet {
namespace {

using nlohmann::json;
using Positions = std::unordered_map<std::int64_t, std::size_t>;

constexpr std::int64_t kLargestSide = 1'000'000;  // pixels
constexpr double kLargestPlace = 1e9;             // of a box, so that no area overflows

std::string short_text(const json& value) {
    const bool is_deep = std::any_of(value.begin(), value.end(), [](const json& each) { return each.is_structured(); });
    if (value.is_structured() && is_deep) {  // dump() calls itself
        return value.is_object() ? "an object" : "a list of " + std::to_string(value.size());
    }
    const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

/// One object of a list, and where it stands.
class Entry {
public:
    Entry(const json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) {
            throw Error(ErrorCode::InvalidData, where_, "expected an object, got " + short_text(object));
        }
    }

    const json* find(const char* key) const {
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }
    const json& at(const char* key, const char* expected) const {
        const json* value = find(key);
        if (value == nullptr) {
            throw Error(ErrorCode::InvalidData, place(key), std::string("is missing; expected ") + expected);
        }
        return *value;
    }
    [[noreturn]] void refuse(const char* key, const std::string& expected, const json& got) const {
        throw Error(ErrorCode::InvalidData, place(key), "expected " + expected + ", got " + short_text(got));
    }

    std::int64_t integer(const char* key) const {
        const json& value = at(key, "a whole number");
        if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
            refuse(key, "a whole number", value);
        }
        return value.get<std::int64_t>();
    }
    std::size_t side(const char* key) const {
        const std::int64_t value = integer(key);
        if (value < 1 || value > kLargestSide) {
            refuse(key, "pixels from 1 to " + std::to_string(kLargestSide), value);
        }
        return static_cast<std::size_t>(value);
    }
    std::string text(const char* key) const {
        const json& value = at(key, "a text");
        if (!value.is_string()) {
            refuse(key, "a text", value);
        }
        return value.get<std::string>();
    }
    Box box() const {
        const json& value = at("bbox", "[x, y, width, height]");
        const auto is_wrong = [](const json& number) {
            return !number.is_number() || !(std::abs(number.get<double>()) <= kLargestPlace);
        };
        if (!value.is_array() || value.size() != 4 || std::any_of(value.begin(), value.end(), is_wrong) ||
            value[2].get<double>() < 0 || value[3].get<double>() < 0) {
            refuse("bbox", "[x, y, width, height] in pixels", value);
        }
        return {value[0].get<double>(), value[1].get<double>(), value[2].get<double>(), value[3].get<double>()};
    }
    double area(double otherwise) const {
        const json* value = find("area");
        if (value == nullptr) {
            return otherwise;
        }
        if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0) {
            refuse("area", "a number of at least 0", *value);
        }
        return value->get<double>();
    }
    bool is_crowd() const {
        const json* value = find("iscrowd");
        if (value == nullptr || value->is_boolean()) {
            return value != nullptr && value->get<bool>();
        }
        if (*value != 0 && *value != 1) {
            refuse("iscrowd", "0 or 1", *value);
        }
        return *value == 1;
    }
    std::size_t reference(const char* key, const Positions& known, const char* what) const {
        const std::int64_t id = integer(key);
        const auto found = known.find(id);
        if (found == known.end()) {
            throw Error(ErrorCode::InvalidData, place(key),
                        std::to_string(id) + " is the id of no " + what + " in this file");
        }
        return found->second;
    }
    void note_id(Positions& known, std::size_t position) const {
        const std::int64_t id = integer("id");
        if (!known.emplace(id, position).second) {
            throw Error(ErrorCode::InvalidData, place("id"), std::to_string(id) + " is there twice");
        }
    }

private:
    std::string place(const char* key) const {
        return where_ + "." + key;
    }

    const json& object_;
    std::string where_;
};

/// Calls `take` with each object of the list `key`.
template <class Take>
void for_each(const json& file, const char* key, const std::string& where, const Take& take) {
    const auto found = file.find(key);
    if (found == file.end() || !found->is_array()) {
        throw Error(ErrorCode::InvalidData, where,
                    std::string("expected COCO's annotations, a JSON object with a list \"") + key + "\"");
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
        take(Entry((*found)[i], where + ": " + key + "[" + std::to_string(i) + "]"), i);
    }
}

json parse_without_outlines(std::string_view text, const std::string& where) {
    // Outlines are nine tenths of a file.
    const auto is_kept = [](int, json::parse_event_t event, const json& value) {
        return event != json::parse_event_t::key || (value != "segmentation" && value != "keypoints");
    };
    try {
        json file = json::parse(text, is_kept);
        if (file.is_object()) {
            return file;
        }
    } catch (const json::exception& error) {
        throw Error(ErrorCode::InvalidData, where, std::string("is no JSON that can be read: ") + error.what());
    }
    throw Error(ErrorCode::InvalidData, where, "expected COCO's annotations, a JSON object");
}

}  // namespace

CocoFile parse_coco(std::string_view text, const std::string& where) {
    const json file = parse_without_outlines(text, where);
    CocoFile coco;
    Positions pictures, categories, places;
    for_each(file, "images", where, [&](const Entry& entry, std::size_t i) {
        entry.note_id(pictures, i);
        coco.names.push_back(entry.text("file_name"));
        coco.pictures.push_back({entry.integer("id"), entry.side("width"), entry.side("height")});
    });
    for_each(file, "categories", where, [&](const Entry& entry, std::size_t i) {
        entry.note_id(categories, 0);
        places[entry.integer("id")] = i;
        coco.categories.push_back({entry.integer("id"), entry.text("name")});
    });
    std::sort(coco.categories.begin(), coco.categories.end(),
              [](const BoxCategory& a, const BoxCategory& b) { return a.id < b.id; });
    for (std::size_t i = 0; i < coco.categories.size(); ++i) {
        coco.categories[i].class_number = static_cast<std::int64_t>(i);
        categories[coco.categories[i].id] = i;
        coco.order.push_back(places[coco.categories[i].id]);
    }
    for_each(file, "annotations", where, [&](const Entry& entry, std::size_t) {
        const std::size_t picture = entry.reference("image_id", pictures, "image");
        const std::size_t category = entry.reference("category_id", categories, "category");
        const Box box = entry.box();
        coco.pictures[picture].boxes.push_back({box, entry.area(box.width * box.height), category, entry.is_crowd()});
    });
    return coco;
}

}  // namespace octet
