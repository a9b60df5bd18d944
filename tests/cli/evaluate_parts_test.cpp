#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "evaluate_command.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

Arguments parsed(const std::string& more) {
    std::istringstream in("evaluate -m m.xml --data d " + more);
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return parse_command_line(words).arguments;
}

TEST(EvaluateCommandLine, ReadsEveryOption) {
    const auto given = parsed(
        "-q q.xml --labels l.txt --classes c.txt --label-offset -1 --top 1,3,10 --ignore-label 0 --boxes YoloX "
        "--nms-iou 0.5 --score-threshold 0.25 --output-name logits --details d.json");
    const auto& evaluation = given.evaluation;
    EXPECT_EQ(evaluation.labels, "l.txt");
    EXPECT_EQ(evaluation.label_options.classes, "c.txt");
    EXPECT_EQ(evaluation.label_options.offset, -1);
    EXPECT_EQ(evaluation.options.top, (std::vector<std::size_t>{1, 3, 10}));
    EXPECT_EQ(evaluation.options.ignore_label, 0);
    EXPECT_EQ(evaluation.options.boxes, BoxFormat::YoloX);
    EXPECT_EQ(evaluation.options.nms_iou, 0.5);
    EXPECT_EQ(evaluation.options.score_threshold, 0.25);
    EXPECT_EQ(evaluation.options.output, "logits");
    EXPECT_EQ(evaluation.details, "d.json");
}

TEST(EvaluateCommandLine, RefusesWhatMakesNoSense) {
    for (const char* more : {"", "--labels", "--labels l --top 0", "--labels l --top 1,,2", "--labels l --boxes yolo",
                             "--labels l --nms-iou 1.5", "--labels l --label-offset 1.5",
                             "--labels l --score-threshold -1", "--labels l --ignore-label 9999999999"}) {
        EXPECT_THROW(parsed(more), UsageError) << more;
    }
    EXPECT_NO_THROW(parsed("--labels l"));
    EXPECT_NO_THROW(parsed("-q q.xml"));
}

Evaluation two_models() {
    Evaluation evaluation;
    evaluation.task = "classification";
    evaluation.samples = 3;
    evaluation.metrics = {{"accuracy@top1", {.715, .71}}, {"accuracy@top5", {1, 1}}};
    evaluation.class_metric = "accuracy@top1";
    evaluation.classes = {{4, "cat", 2, {1.0, std::nullopt}}};
    evaluation.of_sample = {{"a.png", 4, {}, {{{{4, .5}, {1, .25}}}, {{{1, .5}}}}}};
    return evaluation;
}

TEST(EvaluationText, IsATableWithARowAMetric) {
    EXPECT_EQ(to_text(two_models()),
              "                   original       INT8  difference\n"
              "  accuracy@top1     71.50 %    71.00 %    -0.50 pp\n"
              "  accuracy@top5    100.00 %   100.00 %    +0.00 pp\n");
    Evaluation one = two_models();
    one.metrics = {{"mean IoU", {.5}}};
    one.skipped = {"b.png: is broken"};
    EXPECT_EQ(to_text(one),
              "                   original\n"
              "  mean IoU          50.00 %\n"
              "  1 samples skipped as bad\n");
}

TEST(EvaluationJson, HasSamplesOnRequest) {
    const Json json = to_json(two_models(), true);
    EXPECT_EQ(json["metrics"][0]["original"], .715);
    EXPECT_NEAR(json["metrics"][0]["difference"].get<double>(), -.005, 1e-12);
    EXPECT_EQ(json["classes"][0]["name"], "cat");
    EXPECT_TRUE(json["classes"][0]["int8"].is_null());
    EXPECT_EQ(json["of_sample"][0]["name"], "a.png");
    EXPECT_EQ(json["of_sample"][0]["label"], 4);
    EXPECT_EQ(json["of_sample"][0]["original"]["top"][1]["class"], 1);
    EXPECT_FALSE(to_json(two_models()).contains("of_sample"));
}

TEST(EvaluationDetails, AreWholeOrNotThere) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "octet_details";
    std::filesystem::create_directories(folder);
    write_details(two_models(), folder / "d.json");
    std::ifstream file(folder / "d.json");
    EXPECT_EQ(Json::parse(file), to_json(two_models(), true));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    EXPECT_THROW(check_writable("--details", folder, {}), Error);
    EXPECT_THROW(check_writable("--details", folder / "none" / "d.json", {}), Error);
    EXPECT_NO_THROW(check_writable("--details", folder / "d.json", {}));
    Arguments reads;
    reads.model = folder / "d.json";
    EXPECT_THROW(check_writable("--details", folder / "d.json", reads), Error);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace octet::cli
