#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace octet::cli {

/// What the result of quantizing `model` is called: the file's or folder's name without its extension.
std::string model_stem(const std::filesystem::path& model);

/// Bytes of a model's files: the file, its weights beside it (.bin, .pdiparams, .onnx.data), or all of a folder.
/// 0 where nothing is there. `weights`: an IR's weights elsewhere.
std::uintmax_t model_bytes(const std::filesystem::path& model, const std::filesystem::path& weights = {});

}  // namespace octet::cli
