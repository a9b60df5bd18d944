#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/ops.hpp>

#include "process.hpp"

namespace octet {
namespace {
namespace fs = std::filesystem;
namespace op = ov::op;
using ov::element::f32;

/// The mean of each colour is a class's score; blue is class 0, and counts `blue` times.
std::shared_ptr<ov::Model> colours(float blue) {
    auto image = std::make_shared<op::v0::Parameter>(f32, ov::Shape{1, 3, 8, 8});
    image->output(0).set_names({"image"});
    auto mean =
        std::make_shared<op::v1::ReduceMean>(image, op::v0::Constant::create(ov::element::i64, {2}, {2, 3}), false);
    auto scores = std::make_shared<op::v1::Multiply>(mean, op::v0::Constant::create(f32, {1, 3}, {blue, 1.F, 1.F}));
    scores->output(0).set_names({"scores"});
    return std::make_shared<ov::Model>(ov::OutputVector{scores}, ov::ParameterVector{image}, "colours");
}

class EvaluateCommand : public testing::Test {
protected:
    EvaluateCommand()
        : root_(fs::path(testing::TempDir()) /
                ("octet_evaluate_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
        fs::remove_all(root_);
        fs::create_directories(root_ / "data");
        ov::serialize(colours(1), path("a.xml"), path("a.bin"));
        ov::serialize(colours(0), path("b.xml"), path("b.bin"));
        for (const std::string name : {"blue", "green", "red"}) {
            for (int i = 0; i < 2; ++i) {
                write_picture(root_ / "data" / name / (name + std::to_string(i) + ".ppm"), name);
            }
        }
    }
    ~EvaluateCommand() override {
        fs::remove_all(root_);
    }

    std::string path(const std::string& name) const {
        return (root_ / name).string();
    }
    std::string file(const std::string& name, const std::string& text) const {
        std::ofstream(root_ / name) << text;
        return path(name);
    }
    static void write_picture(const fs::path& file, const std::string& colour) {
        fs::create_directories(file.parent_path());
        std::ofstream out(file, std::ios::binary);
        out << "P6 8 8 255\n";
        for (int i = 0; i < 64; ++i) {
            out.put(colour == "red" ? 99 : 1).put(colour == "green" ? 99 : 2).put(colour == "blue" ? 99 : 3);
        }
    }

    Finished evaluate(std::vector<std::string> more) const {
        std::vector<std::string> words{"evaluate", "-m", path("a.xml"), "--data", path("data")};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }

    fs::path root_;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(EvaluateCommand, PrintsATableOfBothModels) {
    const auto run = evaluate({"-q", path("b.xml"), "--labels", "folders"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.out,
              "Evaluated on 6 samples\n"
              "                   original       INT8  difference\n"
              "  accuracy@top1    100.00 %    66.67 %   -33.33 pp\n");
    EXPECT_TRUE(has(run.err, "sorted order")) << run.err;
    EXPECT_TRUE(has(run.err, "top5 is left out")) << run.err;
}

TEST_F(EvaluateCommand, AListGivesWhatFoldersGive) {
    const auto list =
        file("list.txt", "red0.ppm 2\nred1.ppm 2\nblue/blue0.ppm 0\nblue1.ppm 0\ngreen0.ppm 1\ngreen1.ppm 1\n");
    const auto folders = evaluate({"-q", path("b.xml"), "--labels", "folders", "--json"});
    const auto listed = evaluate({"-q", path("b.xml"), "--labels", list, "--json", "--threads", "1"});
    ASSERT_EQ(folders.code, 0) << folders.err;
    const auto a = nlohmann::json::parse(folders.out), b = nlohmann::json::parse(listed.out);
    EXPECT_EQ(a["metrics"], b["metrics"]);
    EXPECT_EQ(a["samples"], 6);
}

TEST_F(EvaluateCommand, WritesDetails) {
    const auto run = evaluate({"--labels", "folders", "--details", path("d.json"), "--quiet"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.out + run.err, "");
    std::ifstream in(root_ / "d.json");
    const auto details = nlohmann::json::parse(in);
    ASSERT_EQ(details["of_sample"].size(), 6u);
    EXPECT_EQ(details["of_sample"][0]["name"], "blue/blue0.ppm");
    EXPECT_EQ(details["of_sample"][0]["original"]["top"][0]["class"], 0);
    EXPECT_EQ(details["classes"][2]["name"], "red");
}

TEST_F(EvaluateCommand, WithoutLabelsItComparesTheModels) {
    const auto run = evaluate({"-q", path("b.xml")});
    ASSERT_EQ(run.code, 0) << run.err;
    for (const char* part :
         {"Compared on 6 samples without labels", "scores", "SQNR", "cosine", "top-1 agreement 66.7"}) {
        EXPECT_TRUE(has(run.out, part)) << part << " is not in\n" << run.out;
    }
    EXPECT_FALSE(has(run.out, "throughput"));
}

TEST_F(EvaluateCommand, WritesJsonLinesForPrograms) {
    const auto run = evaluate({"--labels", "folders", "--progress", "json"});
    ASSERT_EQ(run.code, 0) << run.err;
    std::istringstream in(run.out);
    nlohmann::json last;
    bool has_progress = false;
    for (std::string line; std::getline(in, line);) {
        last = nlohmann::json::parse(line);
        has_progress = has_progress || (last["event"] == "progress" && last["phase"] == "evaluate");
    }
    EXPECT_TRUE(has_progress);
    EXPECT_EQ(last["event"], "summary");
    EXPECT_EQ(last["evaluation"]["task"], "classification");
}

TEST_F(EvaluateCommand, RefusesWrongUseInALine) {
    struct Case {
        std::vector<std::string> more;
        int code;
        std::string says;
    };
    const std::vector<Case> cases{
        {{}, 2, "--labels or --quantized"},
        {{"-q", path("b.xml"), "--details", path("d.json")}, 2, "--labels"},
        {{"--labels", path("none.txt")}, 3, "no such file"},
        {{"--labels", file("short.txt", "red0.ppm 2\n")}, 3, "no label for 5 of 6 samples"},
        {{"--labels", file("range.txt", "0\n1\n2\n3\n0\n0\n")}, 3, "class 3"},
        {{"--labels", file("bad.json", "{}")}, 3, "images"},
        {{"--labels", "folders", "--details", path("none/d.json")}, 3, "cannot write"},
        {{"--labels", "folders", "--output-name", "score"}, 2, "did you mean \"scores\""},
        {{"--labels", "folders", "--classes", file("c.txt", "blue\ngreen\nblack\n")}, 3, "red"},
    };
    for (const auto& test : cases) {
        const auto run = evaluate(test.more);
        EXPECT_EQ(run.code, test.code) << run.err;
        EXPECT_EQ(run.out, "");
        EXPECT_TRUE(has(run.err, test.says)) << test.says << " is not in\n" << run.err;
    }
    EXPECT_FALSE(fs::exists(root_ / "d.json"));
}

TEST_F(EvaluateCommand, DetailsReplaceNothingThatIsReadAndNoDevice) {
    const auto labels = file("labels.txt", "0\n0\n1\n1\n2\n2\n");
    const std::vector<std::string> words{"evaluate",   "-m",       path("a.xml"), "--data",
                                         path("data"), "--labels", labels,        "--details"};
    const auto with = [&](const std::string& details) {
        auto all = words;
        all.push_back(details);
        return run_octet(all);
    };
    EXPECT_EQ(with(labels).code, 2);
    EXPECT_EQ(with(path("a.xml")).code, 2);
    fs::create_symlink("/dev/null", path("device"));
    const auto device = with(path("device"));
    EXPECT_EQ(device.code, 3);
    EXPECT_NE(device.err.find("no regular file"), std::string::npos) << device.err;
    file("real.json", "");
    fs::create_symlink(path("real.json"), path("link.json"));
    EXPECT_EQ(with(path("link.json")).code, 0);
    EXPECT_TRUE(fs::is_symlink(path("link.json")));
    EXPECT_GT(fs::file_size(path("real.json")), 10U);
}

}  // namespace
}  // namespace octet
