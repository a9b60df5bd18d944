// The configurations of the golden cases: what is listed as wrong is refused, everything else is taken.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "support.hpp"

namespace octet {
namespace {

namespace fs = std::filesystem;

Json read(const fs::path& path) {
    std::ifstream file(path);
    return Json::parse(file);
}

bool is_in(const Json& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// What a configuration says against its case, or empty.
std::string verdict(const fs::path& folder, const Json& errors) {
    const std::string name = folder.filename();
    try {
        const auto options = read_configuration(folder / "config.json").options;
        return is_in(errors.at("refuse"), name) ? "is taken" : "";
    } catch (const Error& error) {
        const bool is_expected = is_in(errors.at("refuse"), name) || is_in(errors.at("either"), name);
        return is_expected && error.code() == ErrorCode::InvalidOption ? "" : error.what();
    }
}

TEST(GoldenConfigurations, AreTakenUnlessTheyAreWrong) {
    const fs::path root(OCTET_GOLDEN_DIR);
    const Json errors = read(root / "errors.json");
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(root)) {
        if (fs::exists(entry.path() / "config.json")) {
            ++count;
            EXPECT_EQ(verdict(entry.path(), errors), "") << entry.path().filename();
        }
    }
    EXPECT_GT(count, 400U);
}

TEST(GoldenConfigurations, KeepThePresetOfThePythonInterface) {
    const auto options = read_configuration(fs::path(OCTET_GOLDEN_DIR) / "alg_minmax_accuracy" / "config.json").options;
    EXPECT_EQ(options.preset, Preset::Accuracy);
    EXPECT_EQ(options.algorithms, std::vector<std::string>{"MinMaxQuantization"});
}

}  // namespace
}  // namespace octet
