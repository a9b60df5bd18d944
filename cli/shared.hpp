#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>
#include <openvino/core/model.hpp>

#include "octet/compare.hpp"
#include "octet/dataset.hpp"

#include "command_line.hpp"
#include "progress.hpp"

// What commands have in common.
namespace octet::cli {

using Json = nlohmann::ordered_json;

/// One line of JSON; text from a model that is no UTF-8 is mended.
std::string dump(const Json& json);

/// JSON as a file: whole, or not there. Throws Error(Io).
void write_json(const Json& json, const std::filesystem::path& path);

/// Throws Error(Io) where write_json() could not write the file that `option` names, Error(InvalidOption) where it is
/// one that is read; leaves nothing behind.
void check_writable(const char* option, const std::filesystem::path& path, const Arguments& arguments);

/// Throws Error(Cancelled) where the user asked to stop.
void refuse_cancelled(Progress& progress);

/// The model of `path`, timed as a phase of its own. `weights`: see read_model().
std::shared_ptr<ov::Model> read(const std::filesystem::path& path, Progress& progress,
                                const std::filesystem::path& weights = {});

/// The samples that `arguments` name, for `model`. Tells how pictures are prepared, and what of that `model` itself
/// says; `whose` is what to call it ("the model").
std::unique_ptr<Dataset> open_data(const std::shared_ptr<const ov::Model>& model, const std::string& whose,
                                   const Arguments& arguments, Progress& progress);

/// A comparison as text lines, and as JSON (a figure that is no finite number is null).
std::string to_text(const Comparison& comparison);
Json to_json(const Comparison& comparison);

}  // namespace octet::cli
