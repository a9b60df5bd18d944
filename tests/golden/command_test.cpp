// The command does with a golden case's files what the library does: the same bytes.
#include <openvino/core/except.hpp>

#include "cases.hpp"
#include "cli/process.hpp"

namespace octet {
namespace {

std::string bytes(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every tenth of the cases that POT could do.
std::vector<std::string> some_cases() {
    std::vector<std::string> names, some;
    for (const auto& name : case_names()) {
        if (error_class(name).empty() && !read_json(root() / name / "golden.json").contains("error")) {
            names.push_back(name);
        }
    }
    for (std::size_t i = 0; i < names.size(); i += 10) {
        some.push_back(names[i]);
    }
    return some;
}

class GoldenCommand : public testing::TestWithParam<std::string> {};

TEST_P(GoldenCommand, WritesWhatTheLibraryDoes) {
    const Case given(root() / GetParam());
    const auto out = fs::path(testing::TempDir()) / ("octet_golden_" + GetParam());
    fs::remove_all(out);
    std::vector<std::string> words{
        "quantize", "-m", given.folder / "model.xml", "-c", given.folder / "config.json", "-o", out / "command"};
    for (const auto& source : given.sources) {
        words.insert(words.end(), {"--data", source.input + "=" + source.path.string()});
    }
    const auto run = run_octet(words);
    ASSERT_EQ(run.code, 0) << run.err;
    const auto result = quantize(given.model, *given.dataset, given.options());
    save(result, out / "library", "model");
    EXPECT_EQ(bytes(out / "command/model.bin"), bytes(out / "library/model.bin"));
    EXPECT_EQ(bytes(out / "command/model.xml"), bytes(out / "library/model.xml"));
    EXPECT_EQ(bytes(out / "command/options.json"), bytes(out / "library/options.json"));
    fs::remove_all(out);
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenCommand, testing::ValuesIn(some_cases()), test_name);

}  // namespace
}  // namespace octet
