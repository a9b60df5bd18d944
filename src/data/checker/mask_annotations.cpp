#include <array>

#include "data/checker/annotation_readers.hpp"
#include "data/lines.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using namespace checker;

/// What is left of `name` without all up to the last `prefix`, and from the first `postfix` on.
std::string base_name(std::string name, const std::string& prefix, const std::string& postfix) {
    if (!prefix.empty() && name.find(prefix) != std::string::npos) {
        name.erase(0, name.rfind(prefix) + prefix.size());
    }
    return postfix.empty() ? name : name.substr(0, name.find(postfix));
}

/// The file of a folder that is called `name` but for its extension.
std::string with_extension(const fs::path& folder, const std::string& name, const char* otherwise) {
    const auto slash = name.find_last_of('/');
    const std::string within = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    const std::string stem = last_part(name) + ".";
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

}  // namespace

Annotations read_annotation(const MaskAnnotation& source, const DatasetRules& rules) {
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

Annotations read_annotation(const VocMaskAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    out.classes = read_meta(rules.meta, 0);
    if (out.classes.names.empty()) {
        out.classes.names[0] = "__background__";
        number_classes(out.classes, voc_classes(), 1);
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

}  // namespace octet
