#include "data/checker_annotations.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/class_names.hpp"
#include "data/coco.hpp"
#include "data/delimited.hpp"
#include "data/files.hpp"
#include "data/lines.hpp"
#include "data/npy.hpp"
#include "data/unicode.hpp"
#include "data/xml.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace checker;

constexpr const char* kVocClasses[] = {
    "aeroplane",   "bicycle", "bird",  "boat",      "bottle", "bus",         "car",   "cat",  "chair", "cow",
    "diningtable", "dog",     "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"};
constexpr const char* kCifar10[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                    "dog",      "frog",       "horse", "ship", "truck"};

[[noreturn]] void refuse(const std::string& where, const std::string& text) {
    throw Error(ErrorCode::InvalidData, where, text);
}

std::string text_of(const fs::path& path) {
    const auto file = open_bytes(path);
    std::string text(static_cast<std::size_t>(file->size()), '\0');
    file->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

/// The last part of a path.
std::string file_name(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

std::array<int, 3> read_colour(const json& value, const std::string& where) {
    std::array<int, 3> colour{};
    if (!value.is_array() || value.size() != colour.size()) {
        refuse(where, "segmentation_colors: expected a list of [red, green, blue]");
    }
    for (std::size_t c = 0; c < colour.size(); ++c) {
        if (!value[c].is_number_integer() || value[c].get<double>() < 0 || value[c].get<double>() > 255) {
            refuse(where, "segmentation_colors: expected numbers from 0 to 255");
        }
        colour[c] = value[c].get<int>();
    }
    return colour;
}

std::int64_t class_number(const std::string& text, const std::string& where) {
    const auto number = whole_number(text);
    if (!number || *number < -1'000'000 || *number > 1'000'000) {
        refuse(where, "\"" + text + "\" is no number of a class");
    }
    return *number;
}

/// `labels` or `label_map` of a file that tells of the classes; `first` is the number of the first of `labels`.
ClassMap read_meta(const fs::path& path, std::int64_t first) {
    ClassMap classes;
    if (path.empty()) {
        return classes;
    }
    const std::string where = path.string();
    const json meta = json::parse(text_of(path), nullptr, false);
    if (!meta.is_object()) {
        refuse(where, "is no JSON object; expected label_map or labels");
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

void add_background(ClassMap& classes, bool has_background, const char* name) {
    if (has_background) {
        classes.names[0] = name;
        classes.background = 0;
    }
}

/// The names of classes 0, 1, ... as ClassLabels has them.
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

Annotations read(const ImagenetAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    ClassLabels labels;
    const std::int64_t first = source.has_background ? 1 : 0;
    for (const auto& line : read_lines(source.file)) {
        const std::string where = source.file.string() + ":" + std::to_string(line.number);
        std::istringstream words(line.text);
        std::string name, label, rest;
        if (!(words >> name >> label) || words >> rest) {
            refuse(where, "expected a picture's name and the number of its class");
        }
        const std::int64_t number = class_number(label, where) + first;
        if (number < 0) {
            refuse(where, "\"" + label + "\" is no number of a class");
        }
        name = file_name(name);
        out.names.push_back(name.substr(name.find_last_of('@') + 1));
        labels.of_sample.push_back(static_cast<std::size_t>(number));
    }
    out.classes = read_meta(rules.meta, first);
    if (out.classes.names.empty() && !source.labels.empty()) {
        std::int64_t number = first;
        for (const auto& line : read_lines(source.labels)) {
            const auto blank = line.text.find(' ');
            out.classes.names[number++] = blank == std::string::npos ? line.text : line.text.substr(blank + 1);
        }
    }
    add_background(out.classes, source.has_background, "background");
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

/// The entries of a folder in bytewise order, without hidden ones.
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

Annotations read(const FolderAnnotation& source, const DatasetRules&) {
    Annotations out;
    ClassLabels labels;
    std::size_t number = 0;
    for (const auto& folder : entries_of(source.folder)) {
        if (!fs::is_directory(folder)) {
            continue;
        }
        const std::string name = folder.filename().string();
        out.classes.names[static_cast<std::int64_t>(number)] = name;
        for (const auto& file : entries_of(folder)) {
            out.names.push_back(name + "/" + file.filename().string());
            labels.of_sample.push_back(number);
        }
        ++number;
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

Annotations read(const CifarAnnotation& source, const DatasetRules& rules) {
    const auto file = open_bytes(source.batch);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file->size()));
    file->read(0, bytes);
    auto batch = std::make_shared<CifarBatch>(
        parse_cifar(bytes, source.classes == 100 ? "fine_labels" : "labels", source.batch.string()));
    Annotations out;
    const std::int64_t first = source.has_background ? 1 : 0;
    out.classes = read_meta(rules.meta, first);
    if (out.classes.names.empty()) {
        for (int i = 0; i < source.classes; ++i) {
            out.classes.names[i + first] = source.classes == 10 ? kCifar10[i] : std::to_string(i);
        }
    }
    add_background(out.classes, source.has_background, "background");
    ClassLabels labels;
    for (std::size_t i = 0; i < batch->labels.size(); ++i) {
        const std::int64_t label = batch->labels[i];
        const auto name = out.classes.names.find(label + first);
        out.names.push_back(batch->names.empty()
                                ? std::to_string(i) + "_" +
                                      (name == out.classes.names.end() ? std::to_string(label) : name->second) + ".png"
                                : batch->names[i]);
        labels.of_sample.push_back(static_cast<std::size_t>(label + first));
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    if (source.has_pictures) {
        out.pictures = std::move(batch);
        out.picture_of_sample.resize(out.names.size());
        std::iota(out.picture_of_sample.begin(), out.picture_of_sample.end(), std::size_t{0});
    }
    return out;
}

/// Categories whose id and class are the number in `classes`, without the background.
std::vector<BoxCategory> categories_of(const ClassMap& classes) {
    std::vector<BoxCategory> categories;
    for (const auto& [number, name] : classes.names) {
        if (number != classes.background) {
            categories.push_back({number, name, number});
        }
    }
    return categories;
}

std::size_t place_of(const std::vector<BoxCategory>& categories, std::int64_t number) {
    const auto found = std::lower_bound(categories.begin(), categories.end(), number,
                                        [](const BoxCategory& each, std::int64_t id) { return each.id < id; });
    return found != categories.end() && found->id == number ? static_cast<std::size_t>(found - categories.begin())
                                                            : categories.size();
}

Annotations read(const CocoAnnotation& source, const DatasetRules& rules) {
    CocoFile coco = parse_coco(text_of(source.file), source.file.string());
    const std::int64_t first = source.has_background ? 1 : 0;
    Annotations out;
    out.classes = read_meta(rules.meta, first);
    const bool is_by_id = source.has_full_labels || !out.classes.names.empty();
    std::vector<std::int64_t> class_of(coco.categories.size());
    for (std::size_t i = 0; i < coco.categories.size(); ++i) {
        const auto& category = coco.categories[i];
        class_of[i] = is_by_id ? category.id : static_cast<std::int64_t>(coco.order[i]) + first;
        if (rules.meta.empty()) {
            out.classes.names[class_of[i]] = category.name;
        }
    }
    add_background(out.classes, source.has_background, "background");
    BoxLabels labels{categories_of(out.classes), {}};
    std::vector<std::size_t> order(coco.pictures.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (source.is_sorted) {
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return coco.pictures[a].id < coco.pictures[b].id; });
    }
    for (const std::size_t i : order) {
        LabelledPicture picture = coco.pictures[i];
        for (auto& box : picture.boxes) {
            box.category = place_of(labels.categories, class_of[box.category]);
        }
        std::erase_if(picture.boxes, [&](const TrueBox& box) { return box.category == labels.categories.size(); });
        out.names.push_back(coco.names[i]);
        labels.of_sample.push_back(std::move(picture));
    }
    out.labels = std::move(labels);
    return out;
}

const XmlElement& needed(const XmlElement& element, std::string_view name, const std::string& where) {
    const XmlElement* child = element.child(name);
    if (child == nullptr) {
        refuse(where, "<" + element.name + "> has no <" + std::string(name) + ">");
    }
    return *child;
}

double number_in(const XmlElement& element, std::string_view name, const std::string& where) {
    const std::string& text = needed(element, name, where).text;
    std::istringstream stream(text);
    double value = 0;
    if (!(stream >> value) || !stream.eof() || !(std::abs(value) <= 1e9)) {
        refuse(where, "<" + std::string(name) + ">: expected a number, got \"" + text + "\"");
    }
    return value;
}

LabelledPicture read_voc_picture(const XmlElement& root, const std::vector<BoxCategory>& categories,
                                 const std::string& where) {
    const XmlElement& size = needed(root, "size", where);
    LabelledPicture picture;
    const double width = number_in(size, "width", where), height = number_in(size, "height", where);
    if (!(width >= 1 && height >= 1 && width <= 1e6 && height <= 1e6)) {
        refuse(where, "<size>: expected pixels from 1 to 1000000");
    }
    picture.width = static_cast<std::size_t>(width);
    picture.height = static_cast<std::size_t>(height);
    for (const auto& object : root.children) {
        if (!object.name.starts_with("object")) {
            continue;
        }
        const std::string& name = needed(object, "name", where).text;
        const auto category = std::find_if(categories.begin(), categories.end(),
                                           [&](const BoxCategory& each) { return each.name == name; });
        if (category == categories.end()) {
            std::vector<std::string> names;
            std::transform(categories.begin(), categories.end(), std::back_inserter(names),
                           [](const BoxCategory& each) { return each.name; });
            refuse(where, "\"" + name + "\" is no class of this dataset" + did_you_mean(name, names));
        }
        const XmlElement& box = needed(object, "bndbox", where);
        // VOC counts pixels from 1.
        const double left = number_in(box, "xmin", where) - 1, top = number_in(box, "ymin", where) - 1;
        const double right = number_in(box, "xmax", where) - 1, bottom = number_in(box, "ymax", where) - 1;
        TrueBox truth{{left, top, right - left, bottom - top},
                      (right - left) * (bottom - top),
                      static_cast<std::size_t>(category - categories.begin())};
        truth.is_difficult = number_in(object, "difficult", where) == 1;
        picture.boxes.push_back(truth);
    }
    return picture;
}

Annotations read(const VocAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    const std::int64_t first = source.has_background ? 1 : 0;
    out.classes = read_meta(rules.meta, first);
    if (out.classes.names.empty()) {
        std::int64_t number = first;
        for (const char* name : kVocClasses) {
            out.classes.names[number++] = name;
        }
    }
    if (source.has_background) {
        out.classes.names.emplace(0, "__background__");
        out.classes.background = 0;
    }
    BoxLabels labels{categories_of(out.classes), {}};
    std::istringstream names(text_of(source.imageset));
    for (std::string name; names >> name;) {
        const fs::path path = source.annotations / (name + ".xml");
        const XmlElement root = parse_xml(text_of(path), path.string());
        const XmlElement* file = root.find("filename");
        if (file == nullptr || file->text.empty()) {
            refuse(path.string(), "has no <filename>");
        }
        auto picture = read_voc_picture(root, labels.categories, path.string());
        picture.id = static_cast<std::int64_t>(labels.of_sample.size());
        out.names.push_back(file->text);
        labels.of_sample.push_back(std::move(picture));
    }
    out.labels = std::move(labels);
    return out;
}

/// What is left of `name` without all up to the last `prefix`, and from the first `postfix` on.
std::string base_name(std::string name, const std::string& prefix, const std::string& postfix) {
    if (!prefix.empty() && name.find(prefix) != std::string::npos) {
        name.erase(0, name.rfind(prefix) + prefix.size());
    }
    return postfix.empty() ? name : name.substr(0, name.find(postfix));
}

Annotations read(const MaskAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    out.classes = read_meta(rules.meta, 0);
    MaskLabels labels;
    const fs::path& folder = rules.masks_source.empty() ? source.masks : rules.masks_source;
    for (const auto& file : entries_of(source.images)) {
        const std::string name = file.filename().string();
        if (!name.starts_with(source.image_prefix) || !name.ends_with(source.image_postfix) ||
            name.size() < source.image_prefix.size() + source.image_postfix.size()) {
            continue;
        }
        out.names.push_back(name);
        labels.of_sample.push_back(
            folder /
            (source.mask_prefix + base_name(name, source.image_prefix, source.image_postfix) + source.mask_postfix));
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

/// The file of a folder that is called `name` but for its extension.
std::string with_extension(const fs::path& folder, const std::string& name, const char* otherwise) {
    const auto slash = name.find_last_of('/');
    const std::string within = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    const std::string stem = file_name(name) + ".";
    for (const auto& file : entries_of(folder / within)) {
        if (file.filename().string().starts_with(stem)) {
            return within + file.filename().string();
        }
    }
    return name + otherwise;
}

/// The colours of VOC's classes: bit 0, 1, 2 of a class are bit 7 of red, green, blue, and so on.
std::array<int, 3> voc_colour(int number) {
    std::array<int, 3> colour{};
    for (int bit = 7; number != 0; --bit, number >>= 3) {
        for (std::size_t c = 0; c < colour.size(); ++c) {
            colour[c] |= (number >> c & 1) << bit;
        }
    }
    return colour;
}

Annotations read(const VocMaskAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    out.classes = read_meta(rules.meta, 0);
    if (out.classes.names.empty()) {
        out.classes.names[0] = "__background__";
        std::int64_t number = 1;
        for (const char* name : kVocClasses) {
            out.classes.names[number++] = name;
        }
    }
    if (out.classes.colours.empty()) {
        for (int i = 0; i <= 20; ++i) {
            out.classes.colours.push_back(voc_colour(i));
        }
    }
    out.classes.background = 0;
    MaskLabels labels;
    const fs::path& folder = rules.masks_source.empty() ? source.masks : rules.masks_source;
    for (const auto& line : read_lines(source.imageset)) {
        out.names.push_back(with_extension(source.images, line.text, ".jpg"));
        labels.of_sample.push_back(folder / with_extension(source.masks, line.text, ".png"));
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

/// `labels` are of classes 0, 1, ...
void number_classes(ClassMap& classes, const std::vector<std::string>& labels) {
    for (const auto& label : labels) {
        classes.names.emplace(static_cast<std::int64_t>(classes.names.size()), label);
    }
}

const std::string& cell_of(const TableRow& row, int column, const std::string& where) {
    const auto count = static_cast<std::int64_t>(row.cells.size());
    const std::int64_t place = column < 0 ? count + column : column;
    if (place < 0 || place >= count) {
        refuse(where, "has " + std::to_string(count) + " cells; expected one in column " + std::to_string(column) +
                          ", counted from 0");
    }
    return row.cells[static_cast<std::size_t>(place)];
}

Annotations read(const TextTable& source, const DatasetRules& rules) {
    Annotations out;
    out.classes = read_meta(rules.meta, 0);
    if (out.classes.names.empty()) {
        number_classes(out.classes, source.labels);
    }
    std::map<std::string, std::int64_t> number_of;
    std::vector<std::string> known;
    for (const auto& [number, name] : out.classes.names) {
        number_of[name] = number;
        known.push_back(name);
    }
    ClassLabels labels;
    const std::string where = source.file.string();
    std::string text = unicode_text(text_of(source.file), where);
    if (constexpr std::string_view kByteOrder = "\xEF\xBB\xBF"; text.starts_with(kByteOrder)) {
        text.erase(0, kByteOrder.size());
    }
    const auto rows = parse_delimited(text, source.separator, source.is_quoted, where);
    for (std::size_t i = 1; i < rows.size(); ++i) {  // the first names the columns
        const TableRow& row = rows[i];
        const std::string place = where + ":" + std::to_string(row.line);
        const auto& languages = source.languages;
        if (!languages.empty() &&
            std::find(languages.begin(), languages.end(), cell_of(row, 0, place)) == languages.end()) {
            continue;
        }
        const std::string& label = cell_of(row, source.label, place);
        const auto number = number_of.find(label);
        if (number == number_of.end() || number->second < 0) {
            refuse(place, "\"" + label.substr(0, 100) + "\" is no label of this dataset" + did_you_mean(label, known) +
                              "; there are " + quoted(known));
        }
        const bool is_pair = source.second && static_cast<std::size_t>(*source.second) < row.cells.size();
        out.names.push_back("dev-" + std::to_string(i));
        out.texts.push_back({cell_of(row, source.text, place), is_pair ? cell_of(row, *source.second, place) : ""});
        labels.of_sample.push_back(static_cast<std::size_t>(number->second));
    }
    labels.names = names_of(out.classes);
    out.labels = std::move(labels);
    return out;
}

std::string with_blanks_for_breaks(const std::string& text) {
    constexpr std::string_view kBreak = "<br />";
    std::string out;
    std::size_t from = 0;
    for (std::size_t at = text.find(kBreak); at != std::string::npos; at = text.find(kBreak, from)) {
        out.append(text, from, at - from).append(" ");
        from = at + kBreak.size();
    }
    return out.append(text, from);
}

Annotations read(const TextFolders& source, const DatasetRules&) {
    Annotations out;
    number_classes(out.classes, {"neg", "pos"});
    ClassLabels labels;
    labels.names = names_of(out.classes);
    for (std::size_t number = 0; number < labels.names.size(); ++number) {
        for (const auto& file : entries_of(source.folder / labels.names[number])) {
            if (file.extension() != ".txt") {
                continue;
            }
            std::string text = with_blanks_for_breaks(unicode_text(text_of(file), file.string()));
            out.names.push_back(labels.names[number] + "/" + file.filename().string());
            out.texts.push_back({std::move(text), ""});
            labels.of_sample.push_back(number);
        }
    }
    out.labels = std::move(labels);
    return out;
}

template <class T>
std::vector<T> picked(const std::vector<T>& all, const std::vector<std::size_t>& indices) {
    std::vector<T> out;
    for (const std::size_t index : indices) {
        out.push_back(all[index]);
    }
    return out;
}

void take_subsample(Annotations& annotations, const Subsample& subsample) {
    const std::size_t size = annotations.names.size();
    const auto share = static_cast<std::size_t>(subsample.percent * static_cast<double>(size) / 100);
    const std::size_t count = subsample.percent > 0 ? std::max<std::size_t>(share, 1) : subsample.size;
    if (count > size || size == 0) {
        return;
    }
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    if (subsample.is_shuffled) {
        indices = shuffled_indices(size, count, subsample.seed);
    }
    annotations.names = picked(annotations.names, indices);
    annotations.labels = select_labels(annotations.labels, indices);
    if (annotations.pictures) {
        annotations.picture_of_sample = indices;
    }
    if (!annotations.texts.empty()) {
        annotations.texts = picked(annotations.texts, indices);
    }
}

}  // namespace

std::vector<std::size_t> shuffled_indices(std::size_t size, std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::size_t> indices(size);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    for (std::size_t i = size; i-- > 1;) {
        std::uint32_t mask = static_cast<std::uint32_t>(i);
        for (const int shift : {1, 2, 4, 8, 16}) {
            mask |= mask >> shift;
        }
        std::size_t j = random() & mask;
        while (j > i) {
            j = random() & mask;
        }
        std::swap(indices[i], indices[j]);
    }
    indices.resize(std::min(count, size));
    return indices;
}

Annotations read_annotations(const DatasetRules& rules) {
    Annotations annotations = std::visit([&](const auto& source) { return read(source, rules); }, rules.annotation);
    if (rules.subsample) {
        take_subsample(annotations, *rules.subsample);
    }
    if (annotations.names.empty()) {
        refuse(rules.name, "the annotation names no sample");
    }
    return annotations;
}

}  // namespace octet
