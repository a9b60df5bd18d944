#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include <openvino/frontend/manager.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "base/exception_text.hpp"
#include "base/text.hpp"
#include "graph/names.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

struct Format {
    const char* front_end;  // OpenVINO's name of it
    const char* title;
};

const std::map<std::string, Format>& formats() {
    static const std::map<std::string, Format> table{
        {".json", {"paddle", "a Paddle model"}},   {".meta", {"tf", "a TensorFlow model"}},
        {".onnx", {"onnx", "an ONNX model"}},      {".pb", {"tf", "a TensorFlow model"}},
        {".pbtxt", {"tf", "a TensorFlow model"}},  {".pdmodel", {"paddle", "a Paddle model"}},
        {".tflite", {"tflite", "a TFLite model"}}, {".xml", {"ir", "an OpenVINO model"}},
    };
    return table;
}

[[noreturn]] void refuse(const fs::path& path, const std::string& message) {
    throw Error(ErrorCode::InvalidModel, path.string(), message);
}

Format format_of(const fs::path& path) {
    if (fs::is_directory(path)) {
        if (fs::exists(path / "saved_model.pb")) {
            return formats().at(".pb");
        }
        refuse(path, "is a folder; expected a model file such as model.xml or model.onnx, or a TensorFlow SavedModel");
    }
    const auto found = formats().find(lower_case(path.extension().string()));
    if (found == formats().end()) {
        refuse(path, "unknown kind of model \"" + path.extension().string() +
                         "\"; expected .xml (OpenVINO), .onnx, .tflite, .pb (TensorFlow) or .pdmodel (Paddle)");
    }
    return found->second;
}

void check_readable(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
        refuse(path, "no such model file");
    }
    if (fs::is_directory(path)) {
        return;
    }
    if (!fs::is_regular_file(path)) {
        refuse(path, "not a regular file; expected a model");
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        refuse(path, std::string("cannot be opened: ") + std::strerror(errno));
    }
    if (file.peek() == std::ifstream::traits_type::eof()) {
        refuse(path, "is empty; expected a model");
    }
}

/// The number at the file's position in protobuf's variable length; nothing at the end of the file or where it is none.
std::optional<std::uint64_t> read_varint(std::ifstream& file) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const int byte = file.get();
        if (byte < 0) {
            return std::nullopt;
        }
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    return std::nullopt;
}

/// Do the file's outermost protobuf fields end where the file ends? Only their lengths are read.
bool is_whole_protobuf(const fs::path& path) {
    const auto size = static_cast<std::uint64_t>(fs::file_size(path));
    std::ifstream file(path, std::ios::binary);
    for (std::uint64_t position = 0; position < size;) {
        file.seekg(static_cast<std::streamoff>(position));
        const auto tag = read_varint(file);
        const auto length = tag ? read_varint(file) : std::nullopt;
        if (!length || *tag < 8 || (*tag & 7) == 1 ||
            (*tag & 7) > 2) {  // a model has only numbers and byte strings here
            return false;
        }
        position = static_cast<std::uint64_t>(file.tellg());
        if ((*tag & 7) == 2) {
            if (*length > size - position) {
                return false;
            }
            position += *length;
        }
    }
    return true;
}

/// TensorFlow's front end tries a .pb that is no whole protobuf as text, and prints what it thinks of that.
void check_protobuf(const fs::path& path) {
    const std::string extension = lower_case(path.extension().string());
    if ((extension == ".pb" || extension == ".onnx") && fs::is_regular_file(path) && !is_whole_protobuf(path)) {
        refuse(path, "is cut or corrupt: its parts do not add up to its size of " +
                         std::to_string(fs::file_size(path)) + " bytes");
    }
}

/// What a failure to read an IR comes from, where the state of its weights file explains it; else `text`.
std::string explain(const fs::path& path, const fs::path& given, const std::string& text) {
    const bool is_about_weights = text.find("weights") != std::string::npos || text.find(".bin") != std::string::npos;
    if (lower_case(path.extension().string()) != ".xml" || !is_about_weights) {
        return text;
    }
    const fs::path weights = given.empty() ? fs::path(path).replace_extension(".bin") : given;
    std::error_code error;
    if (!fs::exists(weights, error)) {
        return "its weights are missing; expected them in " + weights.string();
    }
    const auto size = fs::file_size(weights, error);
    if (error) {
        return "its weights in " + weights.string() + " cannot be read: " + error.message();
    }
    return "its weights in " + weights.string() + " are cut or belong to another model: constants reach beyond the " +
           std::to_string(size) + " bytes there";
}

std::shared_ptr<ov::Model> read_with_openvino(const fs::path& path, const fs::path& weights, const Format& format) {
    // Asked first, since Core offers a file that its own front end declines to all others, and some of those print.
    ov::frontend::FrontEndManager manager;
    const auto front_end = manager.load_by_framework(format.front_end);
    if (!front_end || !front_end->supported(path.string())) {
        refuse(path, std::string("corrupt, or not ") + format.title);
    }
    ov::Core core;
    // A mapped weights file that is cut later, while in use, would end the process with a signal.
    core.set_property(ov::enable_mmap(false));
    return core.read_model(path.string(), weights.string());
}

}  // namespace

std::shared_ptr<ov::Model> read_model(const std::filesystem::path& path, const std::filesystem::path& weights) {
    std::shared_ptr<ov::Model> model;
    try {
        check_readable(path);
        if (!weights.empty() && !fs::is_regular_file(weights)) {
            refuse(weights, "no such weights file");
        }
        const Format format = format_of(path);
        check_protobuf(path);
        model = read_with_openvino(path, weights, format);
        name_unnamed_operations(*model);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        refuse(path, explain(path, weights, essential_line(error.what())));
    }
    if (model->outputs().empty()) {
        refuse(path, "a model without outputs");
    }
    return model;
}

}  // namespace octet
