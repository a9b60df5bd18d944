#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/core/model.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <unistd.h>
#include <zip.h>

#include "octet/dataset.hpp"
#include "octet/error.hpp"

namespace octet::test {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

/// An empty folder that goes with the test.
class TempFolder {
public:
    TempFolder() {
        std::string name = (fs::temp_directory_path() / "octet_data_XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path operator/(const std::string& name) const {
        return path_ / name;
    }
    const fs::path& path() const {
        return path_;
    }

private:
    fs::path path_;
};

inline void write(const fs::path& path, const Bytes& bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline void write(const fs::path& path, const std::string& text) {
    write(path, Bytes(text.begin(), text.end()));
}

/// An .npy with the dictionary `header` before `data`, whatever they say.
inline Bytes raw_npy(const std::string& header, const Bytes& data, int version = 1) {
    Bytes bytes{0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(version), 0};
    const std::size_t length = header.size() + 1;
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
        bytes.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
    }
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.push_back('\n');
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

/// A header as numpy writes it; `shape` is "(2, 3)".
inline std::string npy_header(const std::string& descr, const std::string& shape, bool fortran = false) {
    return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape +
           ", }          ";
}

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
    return {begin, begin + values.size() * sizeof(T)};
}

template <typename T>
Bytes npy(const std::string& descr, const std::string& shape, const std::vector<T>& values) {
    return raw_npy(npy_header(descr, shape), bytes_of(values));
}

struct Member {
    std::string name;
    Bytes bytes;
};

inline void write_npz(const fs::path& path, const std::vector<Member>& members, bool deflate = false) {
    fs::create_directories(path.parent_path());
    int code = 0;
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    ASSERT_NE(zip, nullptr);
    for (const auto& member : members) {
        zip_source_t* source = zip_source_buffer(zip, member.bytes.data(), member.bytes.size(), 0);
        const zip_int64_t index = zip_file_add(zip, member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        ASSERT_GE(index, 0);
        ASSERT_EQ(
            zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0),
            0);
    }
    ASSERT_EQ(zip_close(zip), 0);
}

struct Input {
    std::string name;
    ov::element::Type type;
    ov::PartialShape shape;
    std::string layout = {};
};

/// A model whose outputs are its inputs; a parameter's friendly name is "node_" + its tensor's name.
inline std::shared_ptr<ov::Model> make_model(const std::vector<Input>& inputs) {
    ov::ParameterVector parameters;
    ov::ResultVector results;
    for (const auto& input : inputs) {
        auto parameter = std::make_shared<ov::op::v0::Parameter>(input.type, input.shape);
        parameter->set_friendly_name("node_" + input.name);
        parameter->output(0).set_names({input.name});
        if (!input.layout.empty()) {
            parameter->set_layout(ov::Layout(input.layout));
        }
        parameters.push_back(parameter);
        results.push_back(std::make_shared<ov::op::v0::Result>(parameter));
    }
    return std::make_shared<ov::Model>(results, parameters);
}

template <typename T>
std::vector<T> values(const ov::Tensor& tensor) {
    const T* data = tensor.data<const T>();
    return {data, data + tensor.get_size()};
}

/// Expects `act` to throw an Error of `code` whose text has all of `parts`, in one line.
template <typename Act>
void expect_error(Act&& act, ErrorCode code, const std::vector<std::string>& parts) {
    try {
        act();
        ADD_FAILURE() << "no error; expected one that says \"" << (parts.empty() ? "" : parts[0]) << "\"";
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
        const std::string text = error.what();
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        for (const auto& part : parts) {
            EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
        }
    }
}

}  // namespace octet::test
