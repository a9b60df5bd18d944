#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/runtime/core.hpp>

#include "support.hpp"

namespace octet::test {
namespace {

namespace fs = std::filesystem;

fs::path models_folder() {
    const char* named = std::getenv("OCTET_MODELS");
    return named ? fs::path(named) : fs::path(OCTET_SOURCE_DIR) / ".." / "shared" / "models";
}

std::vector<fs::path> model_files() {
    std::vector<fs::path> files;
    if (fs::is_directory(models_folder())) {
        for (const auto& entry : fs::recursive_directory_iterator(models_folder())) {
            const auto extension = entry.path().extension();
            if (extension == ".onnx" || extension == ".tflite" || entry.path().filename() == "model.xml") {
                files.push_back(entry.path());
            }
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::size_t count_weighted(const ov::Model& model) {
    std::size_t count = 0;
    for (const auto& node : model.get_ops()) {
        const std::string type = node->get_type_name();
        count += type == "MatMul" || type.find("Convolution") != std::string::npos ? 1 : 0;
    }
    return count;
}

TEST(PrepareZoo, RealModelsKeepTheirOutputsAndLoseTheirShapeArithmetic) {
    const auto files = model_files();
    if (files.empty()) {
        GTEST_SKIP() << "no models: set OCTET_MODELS to a folder of them";
    }
    for (const auto& file : files) {
        SCOPED_TRACE(file.string());
        const auto result = prepared(ov::Core().read_model(file.string()));
        EXPECT_EQ(result.count("BatchNormInference"), 0U);
        EXPECT_EQ(count_weighted(*result.before), count_weighted(*result.after));
        const auto inputs = result.after->inputs();
        const bool is_static = std::all_of(inputs.begin(), inputs.end(),
                                           [](const auto& input) { return input.get_partial_shape().is_static(); });
        if (is_static) {
            EXPECT_EQ(result.count("ShapeOf"), 0U);
        }
        for (const auto& change : result.changes) {
            EXPECT_NE(change.what.rfind("left as it is", 0), 0U) << change.operation << " " << change.what;
        }
        EXPECT_EQ(interface_of(*result.before), interface_of(*result.after));
        EXPECT_EQ(has_unique_names(*result.before), has_unique_names(*result.after));
        // The deepest of them turns one unit in the last place of its input into 1e-5 of its output.
        EXPECT_LE(output_difference(result.before, result.after, 64), 5e-5);
    }
}

}  // namespace
}  // namespace octet::test
