#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/export.hpp"
#include "octet/quantize.hpp"

namespace octet {

/// Reads what OpenVINO's front ends read: IR, ONNX, TFLite, TensorFlow, Paddle.
/// `weights`: an IR's .bin; empty: the one beside the model.
/// Throws Error(InvalidModel) for a file that is missing, cut or corrupt, in one line.
OCTET_API std::shared_ptr<ov::Model> read_model(const std::filesystem::path& path,
                                                const std::filesystem::path& weights = {});

/// Where a model is to be written.
struct Destination {
    std::filesystem::path folder{};  ///< made where it is missing
    std::string stem{};              ///< a plain file name
    /// Which of a cascade's models it is: its files are <stem>_<part>.xml and .bin, quantization_<part>.json and
    /// options_<part>.json. Empty: there is one model.
    std::string part{};
    std::filesystem::path source{}, weights{};  ///< the files the model came from: see save()
};

struct SavedFiles {
    std::filesystem::path xml, bin, quantization, options;
};

/// What save() would write. Worth calling before a long calibration; leaves nothing behind.
/// Throws Error(InvalidOption) for a stem that is no plain file name and where a file of the source model (or its .bin)
/// would be overwritten, Error(Io) where FOLDER is there but is no folder or takes no new file.
/// `source`, `weights`: the model's files; no weights: the .bin beside it.
OCTET_API SavedFiles check_destination(const std::filesystem::path& folder, const std::string& stem,
                                       const std::filesystem::path& source = {},
                                       const std::filesystem::path& weights = {});
OCTET_API SavedFiles check_destination(const Destination& destination);

/// Writes FOLDER/<stem>.xml and .bin, quantization.json and options.json, each through a temporary name in the same
/// folder and a rename, so that a failure at any point leaves no partial file. FOLDER is made where it is missing.
/// Before the rename the model is read back, compiled for CPU and run once.
/// `source`, `weights`: the files the model came from; writing over them is refused.
/// Throws Error(Io) for a folder that cannot be written or a full disk, Error(Internal) where reading back fails.
OCTET_API SavedFiles save(const QuantizedModel& result, const std::filesystem::path& folder, const std::string& stem,
                          const std::filesystem::path& source = {}, const RunOptions& run = {},
                          Observer* observer = nullptr, const std::filesystem::path& weights = {});
OCTET_API SavedFiles save(const QuantizedModel& result, const Destination& destination, const RunOptions& run = {},
                          Observer* observer = nullptr);

/// The quantizers of a model, as read from its graph: FakeQuantize operations and integer weights behind
/// Convert -> [Subtract] -> Multiply. `samples` is 0. In topological order.
OCTET_API std::vector<QuantizerInfo> inspect(const ov::Model& model);

/// The report as the text of quantization.json, the options as that of options.json (sorted keys, no path, date or
/// thread count).
OCTET_API std::string to_json(const Report& report);
OCTET_API std::string to_json(const Options& options);

}  // namespace octet
