#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "paths.hpp"

namespace octet::cli {
namespace {
namespace fs = std::filesystem;

class Paths : public testing::Test {
protected:
    Paths() {
        auto folder = (fs::path(testing::TempDir()) / "octet_paths_XXXXXX").string();  // tests run beside each other
        root_ = mkdtemp(folder.data());
    }
    ~Paths() override {
        fs::remove_all(root_);
    }
    fs::path file(const std::string& name, std::size_t bytes) const {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << std::string(bytes, 'x');
        return root_ / name;
    }
    fs::path root_;
};

TEST_F(Paths, StemIsTheNameWithoutItsExtension) {
    EXPECT_EQ(model_stem("a/model.xml"), "model");
    EXPECT_EQ(model_stem("model.v2.onnx"), "model.v2");
    EXPECT_EQ(model_stem("saved_model/"), "saved_model");
    EXPECT_EQ(model_stem(root_ / "x" / ".."), root_.filename());
}

TEST_F(Paths, BytesCountTheWeightsBesideAModel) {
    file("m.bin", 100);
    EXPECT_EQ(model_bytes(file("m.xml", 10)), 110u);
    file("n.onnx.data", 5);
    EXPECT_EQ(model_bytes(file("n.onnx", 3)), 8u);
    file("saved/variables/v", 7);
    file("saved/saved_model.pb", 2);
    EXPECT_EQ(model_bytes(root_ / "saved"), 9u);
    EXPECT_EQ(model_bytes(root_ / "nothing"), 0u);
}

}  // namespace
}  // namespace octet::cli
