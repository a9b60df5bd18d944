// Several models in one configuration, and runs without data.
#include <fstream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>
#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>

#include "command_fixture.hpp"

namespace octet {
namespace {
namespace fs = std::filesystem;

/// small.xml, whose five scores go to head.xml.
class Cascade : public Command {
protected:
    Cascade() {
        const auto scores = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 5});
        scores->output(0).set_names({"features"});
        std::vector<float> weights(20);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = 0.1F * static_cast<float>(i % 7) - 0.25F;
        }
        const auto product = std::make_shared<ov::op::v0::MatMul>(
            scores, ov::op::v0::Constant::create(ov::element::f32, {5, 4}, weights));
        product->set_friendly_name("product");
        ov::save_model(std::make_shared<ov::Model>(ov::OutputVector{product}, ov::ParameterVector{scores}),
                       path("head.xml"), false);
    }

    Finished run(const std::string& head, const std::string& params, const std::vector<std::string>& more = {},
                 const char* progress = "none") const {
        std::ofstream(path("cascade.json"))
            << R"({"model": {"model_name": "two", "cascade": [{"name": "body", "model": ")" << path("small.xml")
            << R"("}, {"name": "head", "model": ")" << path("head.xml") << "\"" << head
            << R"(}]}, "engine": {"data_source": ")" << path("pictures")
            << R"("}, "compression": {"algorithms": [{"name": "DefaultQuantization", "params": {)" << params << "}}]}}";
        std::vector<std::string> words{"quantize",   "-c",    path("cascade.json"), "-o", path("out"),
                                       "--progress", progress};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }

    static constexpr const char* kWired = R"(, "inputs": {"features": "body"})";
};

TEST_F(Cascade, IsQuantizedAsAWhole) {
    const auto done = run(kWired, R"("stat_subset_size": 6)", {"-e"});
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(
        files_in(path("out")),
        (std::set<std::string>{"two_body.xml", "two_body.bin", "two_head.xml", "two_head.bin", "quantization_body.json",
                               "quantization_head.json", "options_body.json", "options_head.json"}));
    EXPECT_TRUE(has(done.out, "Of cascade  head")) << done.out;
    EXPECT_TRUE(has(done.out, "Samples     6 measured")) << done.out;
    EXPECT_TRUE(has(done.out, "against the original on all 6 samples")) << done.out;
    EXPECT_TRUE(has(done.err, "head: 6 calls, 6 kept")) << done.err;
    EXPECT_EQ(ov::Core().read_model(path("out/two_head.xml"))->inputs().size(), 1U);
}

TEST_F(Cascade, IgnoresByModel) {
    const auto done = run(kWired, R"("ignored": {"head": {"scope": ["product"]}})", {}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    std::map<std::string, std::size_t> quantized;  // operations, by model
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) {
        const auto event = nlohmann::json::parse(line);
        if (event["event"] == "summary") {
            quantized[event["part"]] = event["quantized"];
        }
    }
    EXPECT_GT(quantized.at("body"), 0U);
    EXPECT_EQ(quantized.at("head"), 0U);
    const auto named = run(kWired, "", {"--ignored-scope", "head.product"});
    EXPECT_EQ(named.code, 0) << named.err;
    EXPECT_TRUE(has(named.out, "Quantized   0 operations")) << named.out;
    EXPECT_EQ(run(kWired, "", {"--ignored-scope", "product"}).code, 2);
    const auto wrong = run(kWired, R"("ignored": {"hed": {"scope": ["product"]}})");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_TRUE(has(wrong.err, "ignored.hed: unknown")) << wrong.err;
}

TEST_F(Cascade, RefusesWhatItCannotDo) {
    const auto unfed = run("", "");
    EXPECT_EQ(unfed.code, 2);
    EXPECT_TRUE(has(unfed.err, "head: has inputs that neither data nor another model feeds")) << unfed.err;
    EXPECT_TRUE(has(run(R"(, "inputs": {"features": "body.scoress"})", "").err, "has no output \"scoress\""));
    for (const std::vector<std::string>& more : {std::vector<std::string>{"--max-drop", "1"},
                                                 {"--check"},
                                                 {"--save-statistics", path("s")},
                                                 {"--shape", "1,3,16,16"},
                                                 {"--data-free"}}) {
        const auto refused = run(kWired, "", more);
        EXPECT_EQ(refused.code, 2) << more[0];
        EXPECT_TRUE(has(refused.err, "a cascade cannot have it")) << refused.err;
    }
    EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(Cascade, OverwritesNoSource) {
    std::filesystem::create_directory(path("out"));
    std::filesystem::copy(path("small.xml"), path("out/two_head.xml"));
    std::filesystem::copy(path("small.bin"), path("out/two_head.bin"));
    std::filesystem::rename(path("head.xml"), path("other.xml"));
    std::filesystem::rename(path("head.bin"), path("other.bin"));
    std::ofstream(path("c.json")) << R"({"model": {"model_name": "two", "cascade": [{"name": "body", "model": ")"
                                  << path("out/two_head.xml") << R"("}, {"name": "head", "model": ")"
                                  << path("other.xml")
                                  << R"(", "inputs": {"features": "body"}}]}, "engine": {"data_source": ")"
                                  << path("pictures")
                                  << R"("}, "compression": {"algorithms": [{"name": "DefaultQuantization"}]}})";
    const auto done = run_octet({"quantize", "-c", path("c.json"), "-o", path("out"), "--progress", "none"});
    EXPECT_EQ(done.code, 2);
    EXPECT_TRUE(has(done.err, "would overwrite the source model")) << done.err;
}

class DataFree : public Command {
protected:
    Finished run(const std::vector<std::string>& more) const {
        std::vector<std::string> words{"quantize", "-m", path("small.xml"), "-o", path("out"), "--progress", "none"};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }
};

TEST_F(DataFree, QuantizesWithPicturesOfItsOwn) {
    const auto done = run({"--data-free=10"});
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_TRUE(has(done.err, "warning: 10 synthetic pictures instead of data: accuracy is not guaranteed"))
        << done.err;
    EXPECT_TRUE(has(done.out, "Samples     10 measured")) << done.out;
    std::ofstream(path("c.json")) << R"({"engine": {"type": "data_free", "subset_size": 7}, "compression": )"
                                  << R"({"algorithms": [{"name": "DefaultQuantization"}]}})";
    const auto by_file = run({"-c", path("c.json")});
    ASSERT_EQ(by_file.code, 0) << by_file.err;
    EXPECT_TRUE(has(by_file.out, "Samples     7 measured")) << by_file.out;
}

TEST_F(DataFree, IsOneOfThree) {
    EXPECT_EQ(run({"--data-free", "--synthetic"}).code, 2);
    EXPECT_EQ(run({"--data-free", "--data", path("pictures")}).code, 2);
    EXPECT_EQ(run({"--data-free=0"}).code, 2);
    EXPECT_EQ(run({"--data-free=1000000000"}).code, 2);
    EXPECT_EQ(run({"--synthetic=3"}).code, 0);
}

}  // namespace
}  // namespace octet
