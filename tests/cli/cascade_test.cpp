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

/// small.xml, whose five scores go to head.xml. That begins with a softmax: two fully connected layers in a row in INT8
/// are run wrongly by OpenVINO 2026.4 on one thread.
class Cascade : public Command {
protected:
    Cascade() {
        const auto scores = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 5});
        scores->output(0).set_names({"features"});
        const auto shares = std::make_shared<ov::op::v1::Softmax>(scores, 1);
        std::vector<float> weights(20);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = 0.1F * static_cast<float>(i % 7) - 0.25F;
        }
        const auto product = std::make_shared<ov::op::v0::MatMul>(
            shares, ov::op::v0::Constant::create(ov::element::f32, {5, 4}, weights));
        product->set_friendly_name("product");
        ov::save_model(std::make_shared<ov::Model>(ov::OutputVector{product}, ov::ParameterVector{scores}),
                       path("head.xml"), false);
    }

    /// The configuration: `head` goes on about the second model, `params` are the algorithm's; what is not text are
    /// members of JSON objects with a comma before or after.
    std::string write(const std::string& head, const std::string& params, const std::string& engine = "",
                      const std::string& name = R"("model_name": "two", )", const std::string& compression = "",
                      const std::string& algorithm = "DefaultQuantization") const {
        std::ofstream(path("cascade.json"))
            << R"({"model": {)" << name << R"("cascade": [{"name": "body", "model": ")" << path("small.xml")
            << R"("}, {"name": "head", "model": ")" << path("head.xml") << "\"" << head
            << R"(}]}, "engine": {"data_source": ")" << path("pictures") << "\"" << engine << R"(}, "compression": {)"
            << compression << R"("algorithms": [{"name": ")" << algorithm << R"(", "params": {)" << params << "}}]}}";
        return path("cascade.json");
    }

    Finished run_written(const std::vector<std::string>& more, const char* progress = "none") const {
        std::vector<std::string> words{"quantize",   "-c",    path("cascade.json"), "-o", path("out"),
                                       "--progress", progress};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }

    Finished run(const std::string& head, const std::string& params, const std::vector<std::string>& more = {},
                 const char* progress = "none") const {
        write(head, params);
        return run_written(more, progress);
    }

    /// The events of a run, by `part`; that of the whole cascade by "".
    static std::map<std::string, nlohmann::json> summaries(const Finished& done) {
        std::map<std::string, nlohmann::json> all;
        std::istringstream lines(done.out);
        for (std::string line; std::getline(lines, line);) {
            auto event = nlohmann::json::parse(line);
            if (event["event"] == "summary" || event["event"] == "cascade") {
                const std::string part = event.value("part", "");
                all[part] = std::move(event);
            }
        }
        return all;
    }

    nlohmann::json file(const std::string& name) const {
        std::ifstream in(path(name));
        return nlohmann::json::parse(in);
    }

    static constexpr const char* kWired = R"(, "inputs": {"features": "body"})";
};

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

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
    EXPECT_TRUE(has(done.out, "Cascade     two: 2 models")) << done.out;
    for (const char* options : {"out/options_body.json", "out/options_head.json"}) {
        EXPECT_EQ(file(options)["stat_subset_size"], 6) << options;
    }
}

TEST_F(Cascade, EachModelStatesItsOwnSeconds) {
    const auto done = run(kWired, "", {"-e"}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    auto all = summaries(done);
    ASSERT_EQ(all.size(), 3U) << done.out;
    for (const char* phase : {"calibrate", "write", "compare"}) {
        const double body = all["body"]["seconds"][phase], head = all["head"]["seconds"][phase];
        EXPECT_GT(body, 0) << phase;
        EXPECT_GT(head, 0) << phase;
        EXPECT_GE(all[""]["seconds"][phase].get<double>(), body + head - 1e-9) << phase;
    }
    for (const char* phase : {"read", "record"}) {
        EXPECT_TRUE(all[""]["seconds"].contains(phase)) << phase;
        EXPECT_FALSE(all["body"]["seconds"].contains(phase)) << phase;
        EXPECT_FALSE(all["head"]["seconds"].contains(phase)) << phase;
    }
    EXPECT_EQ(all[""]["evaluation"]["outputs"].size(), 1U);  // of the whole
    EXPECT_EQ(all["head"]["evaluation"]["samples"], 12);
}

TEST_F(Cascade, ReportsBadSamples) {
    std::ofstream(path("pictures/p99.ppm")) << "P6 20 18 255\n";
    EXPECT_EQ(run(kWired, "").code, 3);
    const auto done = run(kWired, "", {"--skip-bad", "-e"}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    for (const char* part : {"body", "head"}) {
        const auto report = file(std::string("out/quantization_") + part + ".json");
        ASSERT_EQ(report["bad_samples"].size(), 1U) << part;
        EXPECT_TRUE(has(report["bad_samples"][0], "p99.ppm")) << report["bad_samples"];
    }
    auto all = summaries(done);
    EXPECT_EQ(all[""]["bad_samples"].size(), 1U);
    EXPECT_EQ(all[""]["samples"], 12);
}

TEST_F(Cascade, IsCalledAsTheCommandLineSays) {
    write(kWired, "");
    EXPECT_EQ(run_written({"-n", "other"}).code, 0);
    EXPECT_TRUE(fs::exists(path("out/other_head.xml")));
    write(kWired, "", "", "");
    EXPECT_TRUE(has(run_written({}).err, "model.model_name: is missing"));
    EXPECT_EQ(run_written({"-n", "mine"}).code, 0);
    EXPECT_TRUE(fs::exists(path("out/mine_head.xml")));
    const auto pot = run_octet({"pot", "-c", path("cascade.json"), "-n", "mine", "--output-dir", path("pot"), "-d"});
    EXPECT_EQ(pot.code, 0) << pot.err;
    EXPECT_FALSE(has(pot.err, "--name: no effect")) << pot.err;
    EXPECT_TRUE(fs::exists(path("pot/optimized/mine_head.xml")));
}

TEST_F(Cascade, PotGivesTheSameBytes) {
    write(R"(, "inputs": {"features": "body.scores"})",
          R"("preset": "accuracy", "stat_subset_size": 7, "shuffle_data": true, "seed": 3, "use_fast_bias": false,
             "activations": {"range_estimator": {"max": {"aggregator": "max", "type": "quantile"}}},
             "ignored": {"body": {"scope": ["features"]}, "head": {"operations": [{"type": "Multiply"}]}})",
          "", R"("model_name": "two", )", R"("target_device": "CPU", "model_type": "transformer", )");
    ASSERT_EQ(run_written({}).code, 0);
    const auto pot = run_octet({"pot", "-c", path("cascade.json"), "--output-dir", path("pot"), "-d"});
    ASSERT_EQ(pot.code, 0) << pot.err;
    const auto names = files_in(path("out"));
    EXPECT_EQ(names.size(), 8U);
    EXPECT_EQ(files_in(path("pot/optimized")), names);
    for (const auto& name : names) {
        const auto first = content(path("out/" + name));
        EXPECT_GT(first.size(), 10U) << name;
        EXPECT_EQ(content(path("pot/optimized/" + name)), first) << name;
    }
    EXPECT_EQ(file("out/options_head.json")["model_type"], "transformer");
    EXPECT_EQ(file("out/quantization_body.json")["quantized"].size(), 1U);  // without "features"
    EXPECT_EQ(file("out/quantization_head.json")["quantized"].size(), 1U);
}

TEST_F(Cascade, ThatPotRefusesLeavesNothing) {
    const std::vector<std::string> pot{"pot", "-c", path("cascade.json"), "--output-dir", path("pot")};
    write(kWired, "", "", R"("model_name": "two", )", "", "AccuracyAwareQuantization");
    EXPECT_EQ(run_octet(pot).code, 2);
    EXPECT_FALSE(fs::exists(path("pot")));
    write(kWired, R"("ignored": {"scope": ["product"]})");  // of no model
    EXPECT_EQ(run_octet(pot).code, 2);
    EXPECT_FALSE(fs::exists(path("pot")));
}

TEST_F(Cascade, IsCheckedOnSamplesSetAside) {
    const auto done = run(kWired, "", {"--check=4"}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    auto all = summaries(done);
    for (const char* part : {"", "body", "head"}) {
        EXPECT_EQ(all[part]["check"]["samples"], 4) << part;
        EXPECT_GT(all[part]["check"]["outputs"][0]["sqnr_db"], 5) << part;
    }
    EXPECT_EQ(all["head"]["samples"], 8);
    EXPECT_EQ(all[""]["samples"], 8);
    EXPECT_EQ(file("out/options_head.json")["stat_subset_size"], 8);
}

TEST_F(Cascade, IsEvaluatedByLabels) {
    std::ofstream labels(path("labels.txt"));
    for (std::size_t i = 0; i < kPictures; ++i) {
        labels << "p" << 10 + i << ".ppm " << i % 4 << "\n";
    }
    labels.close();
    write(kWired, "", R"(, "labels": ")" + path("labels.txt") + "\"");
    const auto done = run_written({"-e"}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    auto all = summaries(done);
    EXPECT_EQ(all[""]["evaluation"]["task"], "classification");
    EXPECT_EQ(all[""]["evaluation"]["samples"], kPictures);
    EXPECT_EQ(all["head"]["evaluation"]["outputs"].size(), 1U);
    const auto pot = run_octet({"pot", "-c", path("cascade.json"), "-e", "--output-dir", path("pot"), "-d"});
    EXPECT_EQ(pot.code, 0) << pot.err;
    EXPECT_TRUE(has(pot.out, "accuracy@top1")) << pot.out;
    EXPECT_EQ(run_written({"-e", "--details", path("head.xml")}).code, 2);  // which is read
    std::ofstream(path("labels.txt")) << "p10.ppm 4\n";                     // for others there is none
    const auto wrong = run_written({"-e"});
    EXPECT_EQ(wrong.code, 3) << wrong.err;
    EXPECT_FALSE(has(wrong.err, "written")) << wrong.err;  // told before the work
}

TEST_F(Cascade, KeepsStatistics) {
    ASSERT_EQ(run(kWired, "", {"--save-statistics", path("s.stat")}).code, 0);
    EXPECT_TRUE(fs::exists(path("s_body.stat")));
    EXPECT_TRUE(fs::exists(path("s_head.stat")));
    ASSERT_EQ(run(kWired, R"("preset": "mixed")", {"--statistics", path("s.stat")}).code, 0);
    const auto from_file = content(path("out/two_head.bin")) + content(path("out/two_body.xml"));
    ASSERT_EQ(run(kWired, R"("preset": "mixed")").code, 0);
    EXPECT_EQ(from_file, content(path("out/two_head.bin")) + content(path("out/two_body.xml")));
}

TEST_F(Cascade, IgnoresByModel) {
    const auto done = run(kWired, R"("ignored": {"head": {"scope": ["product"]}})", {}, "json");
    ASSERT_EQ(done.code, 0) << done.err;
    auto all = summaries(done);
    EXPECT_GT(all["body"]["quantized"], 0U);
    EXPECT_EQ(all["head"]["quantized"], 0U);
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
                                                 {"--statistics", path("s"), "--offline"},
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
