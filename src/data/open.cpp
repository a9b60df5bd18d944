#include <algorithm>
#include <set>
#include <utility>

#include "octet/dataset.hpp"
#include "octet/error.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "data/picture_file.hpp"
#include "data/picture_size.hpp"
#include "data/sources.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

/// Several sources side by side: sample i is all their samples i.
class JoinedDataset : public Dataset {
public:
    explicit JoinedDataset(std::vector<std::unique_ptr<Dataset>> parts) : parts_(std::move(parts)) {}

    std::size_t size() const override {
        return parts_.front()->size();
    }
    Sample sample(std::size_t index) const override {
        Sample sample;
        for (const auto& part : parts_) {
            try {
                sample.merge(part->sample(index));
            } catch (const Error& error) {
                if (part == parts_.front()) {
                    throw;
                }
                // The place is label(index), which is the first part's.
                throw Error(error.code(), label(index), error.what());
            }
        }
        return sample;
    }
    std::string label(std::size_t index) const override {
        return parts_.front()->label(index);
    }
    std::string preparation() const override {
        for (const auto& part : parts_) {
            if (std::string text = part->preparation(); !text.empty()) {
                return text;
            }
        }
        return {};
    }
    std::string fingerprint(std::size_t index) const override {
        Hash hash;
        for (const auto& part : parts_) {
            hash.add(part->fingerprint(index));
        }
        return hash.text();
    }
    std::vector<std::string> remarks() const override {
        std::vector<std::string> all;
        for (const auto& part : parts_) {
            for (auto& remark : part->remarks()) {
                all.push_back(std::move(remark));
            }
        }
        return all;
    }

private:
    std::vector<std::unique_ptr<Dataset>> parts_;
};

/// How messages speak of what holds several files.
struct Holder {
    const char* verb;
    const char* empty;
};
constexpr Holder kFolder{"holds", "is an empty folder"};
constexpr Holder kPattern{"fits", "is a pattern that fits no file"};

[[noreturn]] void refuse_mixture(const std::string& where, const FilesByKind& files, const Holder& holder) {
    std::string text;
    const auto count = [&text](std::size_t number, const char* what) {
        if (number > 0) {
            text += (text.empty() ? "" : " and ") + std::to_string(number) + " " + what;
        }
    };
    count(files.pictures.size(), "pictures");
    count(files.archives.size(), ".npz");
    count(files.arrays.size(), ".npy");
    throw Error(ErrorCode::InvalidData, where, std::string(holder.verb) + " " + text + " files; expected one kind");
}

SourceData open_files(const ov::Model& model, const std::vector<ModelInput>& inputs, const DataSource& source,
                      FilesByKind files, const Holder& holder, const Preprocessing& preprocessing) {
    const std::string where = source.path.string();
    const int kinds = !files.pictures.empty() + !files.archives.empty() + !files.arrays.empty();
    if (kinds > 1) {
        refuse_mixture(where, files, holder);
    }
    if (!files.archives.empty()) {
        return open_npz_folder(inputs, source, std::move(files.archives));
    }
    if (!files.arrays.empty()) {
        return open_npy_folder(inputs, source, std::move(files.arrays));
    }
    if (files.pictures.empty()) {
        throw Error(ErrorCode::InvalidData, where,
                    files.ignored == 0 ? std::string(holder.empty) + "; expected pictures, .npz or .npy files"
                                       : std::string(holder.verb) + " no pictures, .npz or .npy files; " +
                                             std::to_string(files.ignored) + " other files were ignored");
    }
    return open_pictures(model, inputs, source, std::move(files.pictures), preprocessing);
}

SourceData open_source(const ov::Model& model, const std::vector<ModelInput>& inputs, const DataSource& source,
                       const Preprocessing& preprocessing) {
    const std::string where = source.path.string();
    if (!source.input.empty()) {
        find_input(inputs, source.input, "data");
    }
    std::error_code error;
    const auto status = fs::status(source.path, error);
    if (!fs::exists(status)) {
        const bool is_missing = status.type() == fs::file_type::not_found;
        if (is_missing && has_wildcard(source.path)) {
            return open_files(model, inputs, source, list_matches(source.path), kPattern, preprocessing);
        }
        throw Error(ErrorCode::Io, where.empty() ? "data" : where,
                    is_missing ? "no such file or folder" : "cannot be read: " + error.message());
    }
    if (fs::is_directory(status)) {
        return open_files(model, inputs, source, list_folder(source.path), kFolder, preprocessing);
    }
    const std::string extension = lower_case(source.path.extension().string());
    if (extension == ".npz") {
        return open_npz(inputs, source);
    }
    if (extension == ".npy") {
        return open_npy(inputs, source);
    }
    if (extension == ".txt") {
        return open_pictures(model, inputs, source, read_list(source.path), preprocessing);
    }
    if (fs::is_regular_file(status) && is_picture_file(source.path)) {
        return open_pictures(model, inputs, source, {{source.path, source.path.filename().string()}}, preprocessing);
    }
    throw Error(ErrorCode::InvalidData, where,
                "is no data that can be read; expected a folder of pictures, a .txt list of pictures, a picture, .npz, "
                ".npy or a pattern");
}

/// A picture's size for the second input of a model with two, where only pictures are given and it has room for that.
void feed_picture_size(const std::vector<ModelInput>& inputs, std::vector<SourceData>& opened) {
    SourceData& only = opened.front();
    if (inputs.size() != 2 || opened.size() != 1 || !only.layout) {
        return;
    }
    const std::size_t picture = only.inputs.front(), other = 1 - picture;
    if (takes_picture_size(inputs[other])) {
        only.dataset = with_picture_size(std::move(only.dataset), inputs[picture], *only.layout, inputs[other]);
        only.inputs = {0, 1};
    }
}

/// ` (there is an array "msk")` where one that feeds nothing is named nearly as `name`.
std::string found_instead(const std::string& name, const std::vector<std::string>& unused) {
    const std::string found = nearest(name, unused);
    return found.empty() ? "" : " (there is an array \"" + found + "\")";
}

/// Throws where an input is fed twice or not at all.
void check_coverage(const std::vector<ModelInput>& inputs, const std::vector<SourceData>& opened,
                    const std::vector<DataSource>& sources) {
    std::set<std::size_t> fed;
    std::vector<std::string> unused;
    for (std::size_t s = 0; s < opened.size(); ++s) {
        unused.insert(unused.end(), opened[s].unused.begin(), opened[s].unused.end());
        for (const std::size_t i : opened[s].inputs) {
            if (!fed.insert(i).second) {
                throw Error(ErrorCode::InvalidOption, sources[s].path.string(),
                            "input \"" + inputs[i].name() + "\" is fed twice; keep one of the sources");
            }
        }
    }
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!fed.contains(i)) {
            missing.push_back(inputs[i].name());
        }
    }
    if (!missing.empty()) {
        throw Error(ErrorCode::InvalidOption, "data",
                    "no data for input " + quoted(missing) + found_instead(missing.front(), unused) +
                        "; give each its own, as NAME=PATH");
    }
}

void check_sizes(const std::vector<SourceData>& opened, const std::vector<DataSource>& sources) {
    for (std::size_t s = 1; s < opened.size(); ++s) {
        const std::size_t size = opened[s].dataset->size();
        const std::size_t first = opened[0].dataset->size();
        if (size != first) {
            throw Error(ErrorCode::InvalidData, sources[s].path.string(),
                        "holds " + std::to_string(size) + " samples, " + sources[0].path.string() + " " +
                            std::to_string(first) + "; expected as many for each input");
        }
    }
}

}  // namespace

std::unique_ptr<Dataset> open_dataset(const ov::Model& model, const std::vector<DataSource>& sources,
                                      const Preprocessing& preprocessing) {
    if (sources.empty()) {
        throw Error(ErrorCode::InvalidOption, "data", "no data is given; expected pictures or arrays");
    }
    const auto inputs = model_inputs(model);
    std::vector<SourceData> opened;
    for (const auto& source : sources) {
        opened.push_back(open_source(model, inputs, source, preprocessing));
    }
    feed_picture_size(inputs, opened);
    check_coverage(inputs, opened, sources);
    check_sizes(opened, sources);
    if (opened.size() == 1) {
        return std::move(opened.front().dataset);
    }
    std::vector<std::unique_ptr<Dataset>> parts;
    for (auto& part : opened) {
        parts.push_back(std::move(part.dataset));
    }
    return std::make_unique<JoinedDataset>(std::move(parts));
}

}  // namespace octet
