#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "octet/error.hpp"
#include "octet/evaluate.hpp"

#include "base/text.hpp"
#include "data/class_labels.hpp"
#include "data/class_names.hpp"
#include "data/coco.hpp"
#include "data/files.hpp"
#include "data/npy.hpp"
#include "data/sample_names.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestOffset = 1'000'000;

std::string text_of(const fs::path& path) {
    const auto file = open_bytes(path);
    std::string text(static_cast<std::size_t>(file->size()), '\0');
    file->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

/// The class numbers of the categories: by name, where the user gave names or the model knows all of them.
void number_categories(std::vector<BoxCategory>& categories, const ClassNames& names, const LabelOptions& options,
                       const std::string& where) {
    const bool fit = !names.all().empty() && std::all_of(categories.begin(), categories.end(), [&](const auto& each) {
        return names.find(each.name).has_value();
    });
    for (auto& category : categories) {
        if (fit || !options.classes.empty()) {
            category.class_number = static_cast<std::int64_t>(
                names.number(category.name, where + ": category " + std::to_string(category.id)));
        }
        category.class_number += options.offset;
    }
}

BoxLabels open_boxes(const fs::path& path, const std::vector<std::string>& samples, const ClassNames& names,
                     const LabelOptions& options, Observer& observer) {
    CocoFile coco = parse_coco(text_of(path), path.string());
    number_categories(coco.categories, names, options, path.string());
    const auto positions = match_names(samples, coco.names, path.string(), "image");
    BoxLabels labels{std::move(coco.categories), {}};
    for (const std::size_t position : positions) {
        labels.of_sample.push_back(coco.pictures[position]);
    }
    const std::size_t absent = coco.pictures.size() - std::set<std::size_t>(positions.begin(), positions.end()).size();
    if (absent > 0) {
        observer.log(LogLevel::Info, "labels",
                     std::to_string(absent) + " of " + std::to_string(coco.pictures.size()) +
                         " annotated pictures are not among the samples; they do not count");
    }
    return labels;
}

MaskLabels open_masks(const fs::path& folder, const std::vector<std::string>& samples, const ClassNames& names,
                      const LabelOptions& options) {
    const FilesByKind contents = list_folder(folder);
    std::vector<DataFile> files;
    std::copy_if(contents.pictures.begin(), contents.pictures.end(), std::back_inserter(files),
                 [](const DataFile& file) { return lower_case(file.path.extension().string()) == ".png"; });
    files.insert(files.end(), contents.arrays.begin(), contents.arrays.end());
    if (files.empty()) {
        throw Error(ErrorCode::InvalidData, folder.string(), "holds no masks; expected a PNG or .npy for each sample");
    }
    const auto stems = [](const auto& list, const auto& name) {
        std::vector<std::string> out;
        for (const auto& each : list) {
            out.emplace_back(without_extension(name(each)));
        }
        return out;
    };
    const auto wanted = stems(samples, [](const std::string& sample) -> const std::string& { return sample; });
    const auto there = stems(files, [](const DataFile& file) -> const std::string& { return file.label; });
    std::map<std::string, std::string> of_stem;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto [first, is_new] = of_stem.emplace(wanted[i], samples[i]);
        if (!is_new && first->second != samples[i]) {
            throw Error(ErrorCode::InvalidData, folder.string(),
                        "\"" + first->second + "\" and \"" + samples[i] + "\" would share a mask; rename one of them");
        }
    }
    MaskLabels labels{{}, options.offset, names.moved(options.offset)};
    for (const std::size_t position : match_names(wanted, there, folder.string(), "mask")) {
        labels.of_sample.push_back(files[position].path);
    }
    return labels;
}

template <class T>
std::vector<T> picked(const std::vector<T>& all, const std::vector<std::size_t>& indices) {
    std::vector<T> out;
    for (const std::size_t index : indices) {
        if (index >= all.size()) {
            throw Error(
                ErrorCode::InvalidOption, "select_labels",
                "index " + std::to_string(index) + " is beyond the last of " + std::to_string(all.size()) + " labels");
        }
        out.push_back(all[index]);
    }
    return out;
}

}  // namespace

Labels open_labels(const ov::Model& model, const Dataset& dataset, const std::string& source,
                   const LabelOptions& options, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    if (options.offset > kLargestOffset || options.offset < -kLargestOffset) {
        throw Error(ErrorCode::InvalidOption, "label offset",
                    "expected at most a million either way, got " + std::to_string(options.offset));
    }
    const auto names = read_class_names(options.classes, model);
    const auto samples = sample_names(dataset);
    if (source == "folders") {
        return labels_from_folders(samples, names, options.offset, !options.classes.empty(), watcher);
    }
    const fs::path path = source;
    std::error_code error;
    if (!fs::exists(path, error)) {
        throw Error(
            ErrorCode::Io, source.empty() ? "labels" : source,
            "no such file or folder; expected a list, .npy, COCO .json, a folder of masks, or the word folders");
    }
    if (fs::is_directory(path, error)) {
        return open_masks(path, samples, names, options);
    }
    const std::string extension = lower_case(path.extension().string());
    if (extension == ".json") {
        return open_boxes(path, samples, names, options, watcher);
    }
    return extension == ".npy" ? read_label_array(path, samples, names, options.offset)
                               : read_label_list(path, samples, names, options.offset);
}

Labels select_labels(const Labels& labels, const std::vector<std::size_t>& indices) {
    Labels out = labels;
    std::visit([&](auto& each) { each.of_sample = picked(each.of_sample, indices); }, out);
    return out;
}

}  // namespace octet
