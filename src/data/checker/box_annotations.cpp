#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "data/checker/annotation_readers.hpp"
#include "data/coco.hpp"
#include "data/xml.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using namespace checker;

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

const XmlElement& needed(const XmlElement& element, std::string_view name, const std::string& where) {
    const XmlElement* child = element.child(name);
    if (child == nullptr) {
        refuse_annotation(where, "<" + element.name + "> has no <" + std::string(name) + ">");
    }
    return *child;
}

double number_in(const XmlElement& element, std::string_view name, const std::string& where) {
    const std::string& text = needed(element, name, where).text;
    std::istringstream stream(text);
    double value = 0;
    if (!(stream >> value) || !stream.eof() || !(std::abs(value) <= 1e9)) {
        refuse_annotation(where, "<" + std::string(name) + ">: expected a number, got \"" + text + "\"");
    }
    return value;
}

LabelledPicture read_voc_picture(const XmlElement& root, const std::vector<BoxCategory>& categories,
                                 const std::string& where) {
    const XmlElement& size = needed(root, "size", where);
    LabelledPicture picture;
    const double width = number_in(size, "width", where), height = number_in(size, "height", where);
    if (!(width >= 1 && height >= 1 && width <= 1e6 && height <= 1e6)) {
        refuse_annotation(where, "<size>: expected pixels from 1 to 1000000");
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
            refuse_annotation(where, "\"" + name + "\" is no class of this dataset" + did_you_mean(name, names));
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

}  // namespace

Annotations read_annotation(const CocoAnnotation& source, const DatasetRules& rules) {
    CocoFile coco = parse_coco(read_text_file(source.file), source.file.string());
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

Annotations read_annotation(const VocAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    const std::int64_t first = source.has_background ? 1 : 0;
    out.classes = read_meta(rules.meta, first);
    if (out.classes.names.empty()) {
        number_classes(out.classes, voc_classes(), first);
    }
    if (source.has_background) {
        out.classes.names.emplace(0, "__background__");
        out.classes.background = 0;
    }
    BoxLabels labels{categories_of(out.classes), {}};
    std::istringstream names(read_text_file(source.imageset));
    for (std::string name; names >> name;) {
        const fs::path path = source.annotations / (name + ".xml");
        const XmlElement root = parse_xml(read_text_file(path), path.string());
        const XmlElement* file = root.find("filename");
        if (file == nullptr || file->text.empty()) {
            refuse_annotation(path.string(), "has no <filename>");
        }
        auto picture = read_voc_picture(root, labels.categories, path.string());
        picture.id = static_cast<std::int64_t>(labels.of_sample.size());
        out.names.push_back(file->text);
        labels.of_sample.push_back(std::move(picture));
    }
    out.labels = std::move(labels);
    return out;
}

}  // namespace octet
