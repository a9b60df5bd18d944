#include "data/checker/annotation_readers.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "data/class_names.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace checker;

std::array<int, 3> read_colour(const json& value, const std::string& where) {
    std::array<int, 3> colour{};
    if (!value.is_array() || value.size() != colour.size()) {
        refuse_annotation(where, "segmentation_colors: expected a list of [red, green, blue]");
    }
    for (std::size_t c = 0; c < colour.size(); ++c) {
        if (!value[c].is_number_integer() || value[c].get<double>() < 0 || value[c].get<double>() > 255) {
            refuse_annotation(where, "segmentation_colors: expected numbers from 0 to 255");
        }
        colour[c] = value[c].get<int>();
    }
    return colour;
}

}  // namespace

void refuse_annotation(const std::string& where, const std::string& text) {
    throw Error(ErrorCode::InvalidData, where, text);
}

std::string last_part(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

std::int64_t class_number(const std::string& text, const std::string& where) {
    const auto number = whole_number(text);
    if (!number || *number < -1'000'000 || *number > 1'000'000) {
        refuse_annotation(where, "\"" + text + "\" is no number of a class");
    }
    return *number;
}

ClassMap read_meta(const fs::path& path, std::int64_t first) {
    ClassMap classes;
    if (path.empty()) {
        return classes;
    }
    const std::string where = path.string();
    const json meta = json::parse(read_text_file(path), nullptr, false);
    if (!meta.is_object()) {
        refuse_annotation(where, "is no JSON object; expected label_map or labels");
    }
    const auto entry = [&](const char* key) { return meta.value(key, json()); };
    if (const json map = entry("label_map"); map.is_object()) {
        for (const auto& [number, name] : map.items()) {
            classes.names[class_number(number, where + ": label_map")] =
                name.is_string() ? name.get<std::string>() : name.dump();
        }
    } else if (const json labels = entry("labels"); labels.is_array()) {
        for (const auto& name : labels) {
            classes.names[first++] = name.is_string() ? name.get<std::string>() : name.dump();
        }
    }
    if (const json background = entry("background_label"); background.is_number_integer()) {
        classes.background = background.get<std::int64_t>();
    }
    for (const auto& colour : entry("segmentation_colors")) {
        classes.colours.push_back(read_colour(colour, where));
    }
    return classes;
}

void number_classes(ClassMap& classes, const std::vector<std::string>& names, std::int64_t first) {
    for (const auto& name : names) {
        classes.names.emplace(first++, name);
    }
}

void add_background(ClassMap& classes, bool has_background, const char* name) {
    if (has_background) {
        classes.names[0] = name;
        classes.background = 0;
    }
}

std::vector<std::string> names_of(const ClassMap& classes) {
    std::vector<std::string> names;
    for (const auto& [number, name] : classes.names) {
        if (number >= 0) {
            names.resize(static_cast<std::size_t>(number) + 1);
            names.back() = name;
        }
    }
    return names;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (!it->path().filename().string().starts_with(".")) {
            entries.push_back(it->path());
        }
    }
    if (error) {
        throw Error(ErrorCode::Io, folder.string(), "cannot be read: " + error.message());
    }
    std::sort(entries.begin(), entries.end(),
              [](const fs::path& a, const fs::path& b) { return a.filename().string() < b.filename().string(); });
    return entries;
}

const std::vector<std::string>& voc_classes() {
    static const std::vector<std::string> kClasses = {
        "aeroplane",   "bicycle", "bird",  "boat",      "bottle", "bus",         "car",   "cat",  "chair", "cow",
        "diningtable", "dog",     "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"};
    return kClasses;
}

}  // namespace octet
