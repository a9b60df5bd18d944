#include <memory>
#include <numeric>
#include <sstream>
#include <string_view>
#include <vector>

#include "data/checker/annotation_readers.hpp"
#include "data/cifar.hpp"
#include "data/lines.hpp"
#include "data/npy.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;
using namespace checker;

constexpr std::string_view kCifar10[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                         "dog",      "frog",       "horse", "ship", "truck"};

}  // namespace

Annotations read_annotation(const ImagenetAnnotation& source, const DatasetRules& rules) {
    Annotations out;
    ClassLabels labels;
    const std::int64_t first = source.has_background ? 1 : 0;
    for (const auto& line : read_lines(source.file)) {
        const std::string where = source.file.string() + ":" + std::to_string(line.number);
        std::istringstream words(line.text);
        std::string name, label, rest;
        if (!(words >> name >> label) || words >> rest) {
            refuse_annotation(where, "expected a picture's name and the number of its class");
        }
        const std::int64_t number = class_number(label, where) + first;
        if (number < 0) {
            refuse_annotation(where, "\"" + label + "\" is no number of a class");
        }
        name = last_part(name);
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

Annotations read_annotation(const FolderAnnotation& source, const DatasetRules&) {
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

Annotations read_annotation(const CifarAnnotation& source, const DatasetRules& rules) {
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
            out.classes.names[i + first] = source.classes == 10 ? std::string(kCifar10[i]) : std::to_string(i);
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

}  // namespace octet
