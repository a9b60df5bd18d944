#include <random>

#include <gtest/gtest.h>
#include <openvino/core/graph_util.hpp>

#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "base/exception_text.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

/// "CODE where: message", or empty where a model was read.
std::string refusal(const std::filesystem::path& path) {
    try {
        read_model(path);
        return "";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidModel) << error.what();
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
        EXPECT_LT(std::string(error.what()).size(), 500U) << error.what();
        EXPECT_EQ(error.where(), path.string());
        return error.what();
    }
}

#define EXPECT_REFUSED(path, part) EXPECT_NE(refusal(path).find(part), std::string::npos) << refusal(path)

class ReadModel : public testing::Test {
protected:
    ReadModel() {
        ov::serialize(conv_model(), folder / "m.xml");
        xml = read_file(folder / "m.xml");
        bin = read_file(folder / "m.bin");
    }

    TemporaryFolder folder;
    std::string xml, bin;
};

TEST_F(ReadModel, ReadsAnIr) {
    const auto model = read_model(folder / "m.xml");
    EXPECT_EQ(run(model), run(conv_model()));
    EXPECT_EQ(model->input(0).get_any_name(), "in");
}

TEST_F(ReadModel, IsNotTouchedByALaterChangeOfItsFiles) {
    const auto model = read_model(folder / "m.xml");
    std::filesystem::resize_file(folder / "m.bin", 0);
    EXPECT_EQ(run(model), run(conv_model()));
}

TEST_F(ReadModel, RefusesWhatIsNoModelFile) {
    write_file(folder / "m.weights", "x");
    write_file(folder / "no_extension", "x");
    EXPECT_REFUSED(folder / "absent.xml", "no such model file");
    EXPECT_REFUSED(folder / "absent" / "m.onnx", "no such model file");
    EXPECT_REFUSED(folder.path, "is a folder");
    EXPECT_REFUSED(folder / "m.weights", "unknown kind of model \".weights\"");
    EXPECT_REFUSED(folder / "no_extension", "unknown kind of model");
    EXPECT_REFUSED("/dev/null", "not a regular file");
    EXPECT_REFUSED("", "no such model file");
}

TEST_F(ReadModel, RefusesCorruptFilesOfEachKind) {
    for (const char* name : {"a.xml", "a.onnx", "a.tflite", "a.pb", "a.pdmodel", "a.json"}) {
        write_file(folder / name, "");
        EXPECT_REFUSED(folder / name, "is empty");
        for (const std::string& bytes :
             {std::string("garbage"), std::string(64, '\0'), std::string("\x08\x01\xff\n")}) {
            write_file(folder / name, bytes);
            EXPECT_FALSE(refusal(folder / name).empty()) << name;
        }
    }
}

TEST_F(ReadModel, SaysThatWeightsAreMissing) {
    std::filesystem::remove(folder / "m.bin");
    EXPECT_REFUSED(folder / "m.xml", "weights are missing; expected them in " + (folder / "m.bin").string());
}

TEST_F(ReadModel, SaysThatWeightsAreCut) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, bin.size() / 2, bin.size() - 1}) {
        write_file(folder / "m.bin", bin.substr(0, size));
        EXPECT_REFUSED(folder / "m.xml", "are cut or belong to another model: constants reach beyond the " +
                                             std::to_string(size) + " bytes there");
    }
}

TEST_F(ReadModel, RefusesWeightsThatAreAFolder) {
    std::filesystem::remove(folder / "m.bin");
    std::filesystem::create_directory(folder / "m.bin");
    EXPECT_FALSE(refusal(folder / "m.xml").empty());
}

TEST_F(ReadModel, RefusesOffsetsBeyondTheWeights) {
    for (const char* offset : {"999999", "18446744073709551615", "-1", "4294967296"}) {
        const auto at = xml.rfind("offset=\"");
        auto changed = xml;
        changed.replace(at + 8, xml.find('"', at + 8) - at - 8, offset);
        write_file(folder / "m.xml", changed);
        EXPECT_FALSE(refusal(folder / "m.xml").empty()) << offset;
    }
}

/// A copy of `bytes` cut, with flipped bits, or with a piece copied elsewhere.
std::string damaged(std::string bytes, std::mt19937& engine) {
    const auto below = [&](std::size_t limit) { return engine() % limit; };
    if (below(4) == 0) {
        return bytes.substr(0, below(bytes.size()));
    }
    for (std::size_t i = 0, flips = 1 + below(8); i < flips; ++i) {
        const std::size_t at = below(bytes.size());
        switch (below(3)) {
            case 0:
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                break;
            case 1:
                bytes[at] = "0123456789-\"<>/ \xff"[below(17)];
                break;
            default:
                bytes.replace(at, 1 + below(12), bytes.substr(below(bytes.size()), 1 + below(12)));
        }
    }
    return bytes;
}

TEST_F(ReadModel, EndsInAModelOrAnErrorWhateverTheBytes) {
    std::mt19937 engine(1);
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
        write_file(folder / "m.xml", damaged(xml, engine));
        write_file(folder / "m.bin", i % 3 == 0 ? damaged(bin, engine) : bin);
        refused += !refusal(folder / "m.xml").empty();
    }
    EXPECT_GT(refused, 100);
    EXPECT_LT(refused, 300);
}

// The protobuf text of a model with one Relu, written by hand: ir_version, opset 13, graph {node, name, input, output}.
std::string tiny_onnx() {
    const auto field = [](char tag, const std::string& bytes) {
        return std::string{tag, static_cast<char>(bytes.size())} + bytes;
    };
    const std::string dims = field(0x0a, "\x08\x01") + field(0x0a, "\x08\x04");
    const std::string tensor_type = field(0x0a, "\x08\x01" + field(0x12, dims));
    const auto value = [&](const std::string& name) { return field(0x0a, name) + field(0x12, tensor_type); };
    const std::string node = field(0x0a, "x") + field(0x12, "y") + field(0x1a, "relu") + field(0x22, "Relu");
    const std::string graph = field(0x0a, node) + field(0x12, "g") + field(0x5a, value("x")) + field(0x62, value("y"));
    return "\x08\x08" + field(0x42, "\x10\x0d") + field(0x3a, graph);
}

TEST_F(ReadModel, ReadsOnnxAndEndsWellWhateverItsBytes) {
    const std::string onnx = tiny_onnx();
    write_file(folder / "m.onnx", onnx);
    const auto model = read_model(folder / "m.onnx");
    EXPECT_EQ(model->input(0).get_shape(), (ov::Shape{1, 4}));
    EXPECT_EQ(model->output(0).get_any_name(), "y");
    std::mt19937 engine(2);
    for (int i = 0; i < 300; ++i) {
        write_file(folder / "m.onnx", damaged(onnx, engine));
        refusal(folder / "m.onnx");
    }
}

TEST(EssentialLine, IsTheLastThatIsNotAboutSourceFiles) {
    EXPECT_EQ(essential_line("Exception from src/inference/src/cpp/core.cpp:84:\nCheck 'a > b' failed at src/x.cpp:9:\n"
                             "Converting input model\nnode <data> is odd\n\n"),
              "node <data> is odd");
    EXPECT_EQ(essential_line("Exception from src/a.cpp:1:\n"), "Exception from src/a.cpp:1:");
    EXPECT_EQ(essential_line("plain"), "plain");
    EXPECT_EQ(essential_line(""), "");
    EXPECT_EQ(essential_line("a\x1b[2Jb"), "a?[2Jb");
    EXPECT_LT(essential_line(std::string(10000, 'x')).size(), 400U);
}

}  // namespace
}  // namespace octet::test
