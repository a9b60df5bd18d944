// octet sensitivity, and accuracy goals of quantize and pot.
#include <fstream>

#include <nlohmann/json.hpp>

#include "command_fixture.hpp"

namespace octet {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

Json json_of(const fs::path& file) {
    std::ifstream in(file);
    return Json::parse(in);
}

/// The last line of a run with --progress json.
Json summary_of(const std::string& out) {
    const std::string lines = out.substr(0, out.find_last_not_of('\n') + 1);
    return Json::parse(lines.substr(lines.rfind('\n') + 1));
}

class Sensitivity : public Command {
protected:
    Finished sensitivity(const std::vector<std::string>& more) const {
        std::vector<std::string> words{"sensitivity", "-m",  path("small.xml"), "--data", path("pictures"),
                                       "--mean",      "120", "--scale",         "60",     "--progress",
                                       "none"};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }
};

TEST_F(Sensitivity, ListsBlocksByTheirCost) {
    const auto run = sensitivity({"--top", "1", "--json", path("all.json")});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.out, "SQNR ")) << run.out;
    EXPECT_TRUE(has(run.out, "--top N shows more")) << run.out;
    const Json all = json_of(path("all.json"));
    EXPECT_TRUE(has(run.out, all["blocks"][0]["name"])) << run.out;
    EXPECT_GE(all["blocks"].size(), 2U);
    EXPECT_GE(all["blocks"][0]["left_db"], all["blocks"][1]["left_db"]);
    EXPECT_EQ(files_in(path("out")).size(), 0U) << "no model is written";
}

TEST_F(Sensitivity, ItsSuggestionIsAFlagThatQuantizeTakes) {
    const auto run = sensitivity({"--target-sqnr", "51", "--json", path("all.json")});
    ASSERT_EQ(run.code, 0) << run.err;
    const Json suggestion = json_of(path("all.json"))["suggestion"];
    ASSERT_FALSE(suggestion.is_null()) << run.out;
    EXPECT_GE(suggestion["after_db"], 51);
    std::vector<std::string> flags;
    for (const auto& name : suggestion["configuration"]["ignored"]["scope"]) {
        EXPECT_TRUE(has(run.out, "--ignored-scope " + name.get<std::string>())) << run.out;
        flags.insert(flags.end(), {"--ignored-scope", name});
    }
    EXPECT_EQ(quantize(flags).code, 0);
    std::ofstream(path("scope.json")) << suggestion["configuration"];
    EXPECT_EQ(quantize({"-c", path("scope.json")}).code, 0);
}

TEST_F(Sensitivity, SaysWhyItSuggestsNothing) {
    const auto run = sensitivity({"--target-sqnr", "1"});
    EXPECT_EQ(run.code, 0);
    EXPECT_TRUE(has(run.out, "Nothing to suggest: the model reaches")) << run.out;
}

TEST_F(Sensitivity, WrongUsageIsRefused) {
    EXPECT_EQ(run_octet({"sensitivity", "-m", path("small.xml")}).code, 2);
    EXPECT_EQ(sensitivity({"--top", "0"}).code, 2);
    EXPECT_EQ(sensitivity({"--target-sqnr", "high"}).code, 2);
    EXPECT_EQ(sensitivity({"--target-sqnr", "300"}).code, 2);
    EXPECT_EQ(sensitivity({"--json", path("small.xml")}).code, 2) << "the model must not be written over";
    EXPECT_EQ(sensitivity({"--json", path("none/a.json")}).code, 3);
}

class AccuracyGoal : public Command {};

TEST_F(AccuracyGoal, IsReachedByOperationsInFloatingPoint) {
    const auto run = quantize({"--max-drop", "0.00001", "--metric", "sqnr", "--progress", "json"});
    ASSERT_EQ(run.code, 0) << run.err;
    const Json summary = summary_of(run.out);
    EXPECT_TRUE(summary["accuracy"]["is_reached"]);
    EXPECT_GT(summary["accuracy"]["states"], 1);
    EXPECT_LE(summary["accuracy"]["metrics"][0]["drop"], 0.00001);
    EXPECT_FALSE(json_of(path("out/options.json"))["ignored"]["scope"].empty());
    EXPECT_TRUE(fs::exists(path("out/accuracy_aware_intermediate/intermediate_model.xml")));
    EXPECT_TRUE(has(json_of(path("out/quantization.json")).dump(), "AccuracyAwareQuantization"));
}

TEST_F(AccuracyGoal, MissedGivesExitCodeFourAndAModel) {
    std::ofstream(path("goal.json")) << R"([{"name": "AccuracyAwareQuantization", "params": {"maximal_drop": 0,
        "max_iter_num": 0, "metrics": [{"name": "sqnr"}]}}])";
    const auto run = quantize({"-c", path("goal.json")});
    EXPECT_EQ(run.code, 4) << run.err;
    EXPECT_TRUE(has(run.err, "goal was not reached")) << run.err;
    EXPECT_TRUE(has(run.out, "MISSED")) << run.out;
    EXPECT_TRUE(fs::exists(path("out/small.xml")));
}

TEST_F(AccuracyGoal, GoesByLabels) {
    std::ofstream labels(path("labels.txt"));
    for (std::size_t i = 0; i < kPictures; ++i) {
        labels << i % 5 << "\n";
    }
    labels.close();
    const auto run = quantize({"--max-drop", "0.5", "--labels", path("labels.txt"), "--check=4", "--progress", "json"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(summary_of(run.out)["accuracy"]["metrics"][0]["name"], "accuracy@top1");
    EXPECT_FALSE(has(run.err, "no effect")) << run.err;
    const auto wrong = quantize({"--max-drop", "0.5", "--labels", path("labels.txt"), "--metric", "accuracy@top3"});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_TRUE(has(wrong.err, "there is no metric")) << wrong.err;
}

TEST_F(AccuracyGoal, TakesEveryParameterBySet) {
    const auto blocks_tried = [&](std::vector<std::string> more) {
        more.insert(more.end(), {"--max-drop", "0", "--metric", "sqnr", "--progress", "json"});
        const auto run = quantize(more);
        EXPECT_EQ(run.code, 4) << run.err;
        return summary_of(run.out)["accuracy"]["states"].get<int>() - 1;
    };
    EXPECT_EQ(blocks_tried({"--set", "max_iter_num=0"}), 0);
    EXPECT_EQ(blocks_tried({"--set", "MAX_ITER_NUM=1"}), 1);
    EXPECT_EQ(blocks_tried({"--set", "max_iter_num=0", "--set", "convert_to_mixed_preset=true"}), 1);
}

TEST_F(AccuracyGoal, PotNamesItsFolderAfterTheAlgorithm) {
    const auto run = run_octet({"pot", "-q", "accuracy_aware", "-m", path("small.xml"), "-w", path("small.bin"), "-n",
                                "small", "--engine", "simplified", "--data-source", path("pictures"), "--max-drop",
                                "0.9", "--output-dir", path("out")});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(files_in(path("out")).count("small_AccuracyAwareQuantization"));
}

TEST_F(AccuracyGoal, WrongUsageIsRefused) {
    EXPECT_EQ(quantize({"--max-drop", "-1"}).code, 2);
    EXPECT_EQ(quantize({"--max-drop", "much"}).code, 2);
    EXPECT_EQ(quantize({"--drop-type", "relative"}).code, 2);
    EXPECT_EQ(quantize({"--metric", "sqnr"}).code, 2);
    const auto no_goal = quantize({"--set", "max_iter_num=3"});
    EXPECT_EQ(no_goal.code, 2);
    EXPECT_TRUE(has(no_goal.err, "--set max_iter_num: needs an accuracy goal")) << no_goal.err;
    EXPECT_EQ(quantize({"--max-drop", "0.1", "--set", "max_iter_num=-3"}).code, 2);
    const auto misspelled = quantize({"--max-drop", "0.1", "--set", "max_iter_nun=3"});
    EXPECT_TRUE(has(misspelled.err, "max_iter_num")) << misspelled.err;
    EXPECT_EQ(quantize({"--max-drop", "0.1", "--target-device", "GNA", "--preset", "accuracy"}).code, 2);
    EXPECT_FALSE(fs::exists(path("out/small.xml")));
}

TEST_F(AccuracyGoal, RecipesTellWhatTheyTriedAndWrongUseIsRefused) {
    const auto run = quantize({"--recipe", "accurate", "--budget", "0.001s"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.out, "as given: kept")) << run.out;
    EXPECT_TRUE(has(run.out, "not tried: no time left")) << run.out;
    for (const auto& words : std::vector<std::vector<std::string>>{{"--budget", "5min"},
                                                                   {"--recipe", "best"},
                                                                   {"--recipe", "auto", "--budget", "5 parsecs"},
                                                                   {"--recipe", "auto", "--max-drop", "0.1"}}) {
        const auto refused = quantize(words);
        EXPECT_EQ(refused.code, 2) << words.back();
        EXPECT_TRUE(has(refused.err, words[words.size() - 2])) << refused.err;
    }
}

}  // namespace
}  // namespace octet
