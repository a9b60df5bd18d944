#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <openvino/op/constant.hpp>
#include <openvino/pass/serialize.hpp>
#include <unistd.h>

#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/version.hpp"

#include "base/exception_text.hpp"
#include "base/temporary_file.hpp"
#include "config/options.hpp"
#include "graph/names.hpp"
#include "pipeline/verify.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> all_of(const SavedFiles& files) {
    return {files.xml, files.bin, files.quantization, files.options};
}

bool is_same_file(const fs::path& a, const fs::path& b) {
    std::error_code error;
    return fs::equivalent(a, b, error) && !error;
}

/// The source and its weights: those given, else the .bin of its name. A .bin that another .xml stands beside belongs
/// to that, not to the source.
std::vector<fs::path> source_files(const fs::path& source, const fs::path& given_weights) {
    if (source.empty()) {
        return {};
    }
    if (!given_weights.empty()) {
        return {source, given_weights};
    }
    const fs::path weights = fs::path(source).replace_extension(".bin");
    const fs::path xml = fs::path(source).replace_extension(".xml");
    std::error_code error;
    if (is_same_file(source, xml) || !fs::exists(xml, error)) {
        return {source, weights};
    }
    return {source};
}

/// The output folder; where this run made it, it is taken away again unless it is kept (and only while it is empty).
class Folder {
public:
    explicit Folder(const fs::path& path) {
        std::error_code error;
        if (fs::exists(path, error) && !fs::is_directory(path, error)) {
            throw Error(ErrorCode::Io, path.string(), "is a file; expected a folder to write to");
        }
        for (fs::path part = path; !part.empty() && !fs::exists(part, error); part = part.parent_path()) {
            made_.push_back(part);
        }
        fs::create_directories(path, error);
        if (error) {
            remove_made();
            throw Error(ErrorCode::Io, path.string(), "cannot make this folder: " + error.message());
        }
    }
    ~Folder() {
        remove_made();
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void keep() {
        made_.clear();
    }

private:
    void remove_made() {
        for (const auto& part : made_) {
            std::error_code error;
            fs::remove(part, error);
        }
    }

    std::vector<fs::path> made_;  // innermost first
};

void check_stem(const std::string& stem) {
    if (stem.empty() || stem == "." || stem == ".." || stem.find('/') != std::string::npos ||
        stem.find('\0') != std::string::npos) {
        throw Error(ErrorCode::InvalidOption, "", "\"" + stem + "\" is no file name for a model");
    }
}

void check_names(const Destination& to) {
    check_stem(to.stem);
    if (!to.part.empty()) {
        check_stem(to.part);
    }
}

void check_targets(const SavedFiles& files, const fs::path& source, const fs::path& weights) {
    for (const auto& target : all_of(files)) {
        for (const auto& original : source_files(source, weights)) {
            if (is_same_file(target, original)) {
                throw Error(ErrorCode::InvalidOption, target.string(),
                            "would overwrite the source model; choose another output folder");
            }
        }
        std::error_code error;
        if (fs::is_directory(target, error)) {
            throw Error(ErrorCode::Io, target.string(), "is a folder; cannot write a file of this name");
        }
    }
}

/// Refuses early what cannot fit: constants make up nearly all of a model, and are counted once each.
void check_space(const ov::Model& model, const fs::path& folder) {
    std::set<const void*> seen;
    std::uintmax_t needed = 0;
    for (const auto& node : model.get_ordered_ops()) {
        const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node);
        if (constant && seen.insert(constant->get_data_ptr()).second) {
            needed += constant->get_byte_size();
        }
    }
    std::error_code error;
    const auto space = fs::space(folder, error);
    if (!error && space.capacity > 0 && space.available < needed) {
        throw Error(ErrorCode::Io, folder.string(),
                    "no space left: the model needs " + std::to_string(needed) + " bytes, " +
                        std::to_string(space.available) + " are free; free some or choose another output folder");
    }
}

/// The model as it is written: with provenance that is the same wherever and whenever the run is made.
std::shared_ptr<ov::Model> with_provenance(const QuantizedModel& result) {
    name_unnamed_operations(*result.model);
    const auto model = result.model->clone();
    model->set_rt_info(std::string(kVersion), "octet", "version");
    for (const auto& [name, text] : option_texts(result.options)) {
        model->set_rt_info(text, "octet", "quantization", name);
    }
    return model;
}

void serialize(const std::shared_ptr<ov::Model>& model, TemporaryFile& xml, TemporaryFile& bin) {
    try {
        ov::pass::Serialize(xml.stream(), bin.stream()).run_on_model(model);
    } catch (const std::exception& error) {
        // A full disk is the likelier cause, and finish() knows its name.
        xml.finish();
        bin.finish();
        throw Error(ErrorCode::Internal, "write", "the model cannot be serialized: " + essential_line(error.what()));
    }
    xml.finish();
    bin.finish();
}

std::unique_ptr<TemporaryFile> write_text(const fs::path& target, const std::string& text) {
    auto file = std::make_unique<TemporaryFile>(target);
    file->stream() << text;
    file->finish();
    return file;
}

void check_cancelled(Observer& observer) {
    if (observer.cancelled()) {
        throw Error(ErrorCode::Cancelled, "", "interrupted while writing; nothing was written");
    }
}

/// Gives the files their names, the .xml last: at no time does an .xml stand beside the .bin of another run.
void commit(const std::vector<TemporaryFile*>& files, const SavedFiles& names) {
    if (::unlink(names.xml.c_str()) != 0 && errno != ENOENT) {
        throw Error(ErrorCode::Io, names.xml.string(), std::string("cannot be replaced: ") + std::strerror(errno));
    }
    try {
        for (TemporaryFile* file : files) {
            file->commit();
        }
    } catch (...) {
        for (const auto& path : all_of(names)) {
            std::error_code error;
            fs::remove(path, error);
        }
        throw;
    }
}

fs::path or_current(const fs::path& folder) {
    return folder.empty() ? fs::path(".") : folder;
}

SavedFiles files_of(const Destination& to) {
    const fs::path folder = or_current(to.folder);
    const std::string part = to.part.empty() ? "" : "_" + to.part;
    return {.xml = folder / (to.stem + part + ".xml"),
            .bin = folder / (to.stem + part + ".bin"),
            .quantization = folder / ("quantization" + part + ".json"),
            .options = folder / ("options" + part + ".json")};
}

}  // namespace

SavedFiles check_destination(const fs::path& folder, const std::string& stem, const fs::path& source,
                             const fs::path& weights) {
    return check_destination({.folder = folder, .stem = stem, .source = source, .weights = weights});
}

SavedFiles check_destination(const Destination& to) {
    check_names(to);
    const SavedFiles files = files_of(to);
    const Folder made(or_current(to.folder));
    check_targets(files, to.source, to.weights);
    TemporaryFile probe(files.xml);
    probe.finish();
    return files;
}

SavedFiles save(const QuantizedModel& result, const fs::path& folder, const std::string& stem, const fs::path& source,
                const RunOptions& run, Observer* observer, const fs::path& weights) {
    return save(result, {.folder = folder, .stem = stem, .source = source, .weights = weights}, run, observer);
}

SavedFiles save(const QuantizedModel& result, const Destination& to, const RunOptions& run, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    watcher.phase("write", 0);
    check_cancelled(watcher);
    check_names(to);
    const SavedFiles files = files_of(to);
    const fs::path folder = or_current(to.folder);
    Folder made(folder);
    check_targets(files, to.source, to.weights);
    const auto model = with_provenance(result);
    check_space(*model, folder);

    TemporaryFile xml(files.xml), bin(files.bin);
    serialize(model, xml, bin);
    const auto quantization = write_text(files.quantization, to_json(result.report));
    const auto options = write_text(files.options, to_json(result.options));
    check_cancelled(watcher);

    watcher.phase("verify", 0);
    verify_files(xml.path(), bin.path(), result, run, watcher);
    check_cancelled(watcher);

    commit({&bin, quantization.get(), options.get(), &xml}, files);
    made.keep();
    sync_folder(folder);
    return files;
}

}  // namespace octet
