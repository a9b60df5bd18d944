#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "octet/model_io.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

TEST(ReportJson, HoldsAllButTimes) {
    Report report;
    report.model_type = "transformer";
    report.samples = 7;
    report.quantizers.push_back({.name = "q",
                                 .kind = "weights",
                                 .tensor = "w",
                                 .consumers = {"conv:1"},
                                 .bits = 8,
                                 .mode = "symmetric",
                                 .granularity = "perchannel",
                                 .levels = 255,
                                 .low = {-0.1F, -3.F},
                                 .high = {0.1F, 3.F},
                                 .samples = 0});
    report.quantized = {"conv"};
    report.left = {{.operation = "add", .type = "Add", .reason = "ignored type"}};
    report.changes = {{.algorithm = "bias", .operation = "conv", .what = "corrected"}};
    report.bad_samples = {"cat.png: not a picture"};
    const std::string without_times = to_json(report);
    report.phases = {{.name = "calibrate", .seconds = 1.5}};
    EXPECT_EQ(to_json(report), without_times);

    const Json json = Json::parse(without_times);
    EXPECT_EQ(json.at("model_type"), "transformer");
    EXPECT_EQ(json.at("samples"), 7);
    const Json& quantizer = json.at("quantizers").at(0);
    EXPECT_EQ(quantizer.at("name"), "q");
    EXPECT_EQ(quantizer.at("kind"), "weights");
    EXPECT_EQ(quantizer.at("tensor"), "w");
    EXPECT_EQ(quantizer.at("consumers"), Json::array({"conv:1"}));
    EXPECT_EQ(quantizer.at("scheme"),
              (Json{{"bits", 8}, {"mode", "symmetric"}, {"granularity", "perchannel"}, {"levels", 255}}));
    EXPECT_EQ(quantizer.at("range").at("low").size(), 2U);
    EXPECT_EQ(quantizer.at("samples"), 0);
    EXPECT_EQ(json.at("quantized"), Json::array({"conv"}));
    EXPECT_EQ(json.at("left").at(0).at("reason"), "ignored type");
    EXPECT_EQ(json.at("changes").at(0).at("what"), "corrected");
    EXPECT_EQ(json.at("bad_samples").at(0), "cat.png: not a picture");
}

TEST(ReportJson, PrintsFloatsShortAndExact) {
    const std::vector<float> values{0.1F, 1.F / 3, 1e-38F, 3.4028235e38F, -16777217.F};
    Report report;
    report.quantizers.emplace_back();
    report.quantizers[0].low = values;
    const std::string text = to_json(report);
    EXPECT_NE(text.find("0.1,"), std::string::npos);
    EXPECT_EQ(text.find("0.10000000149"), std::string::npos);
    const Json low = Json::parse(text).at("quantizers").at(0).at("range").at("low");
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(low.at(i).get<float>(), values[i]);
    }
}

TEST(ReportJson, KeepsNumbersInALineAndTextAsItIs) {
    Report report;
    report.quantized = {"[ 1, 2 ]", "a\\", "b\"[1,  2]", "c\\\"[3,  4]"};
    report.quantizers.emplace_back();
    report.quantizers[0].low = {-1, 0.5F, 2e-9F};
    const std::string text = to_json(report);
    EXPECT_NE(text.find("\"low\": [-1.0, 0.5, 2e-09]\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\"high\": []"), std::string::npos);
    EXPECT_EQ(Json::parse(text).at("quantized").get<std::vector<std::string>>(), report.quantized);
}

TEST(ReportJson, SurvivesNamesThatAreNotUtf8) {
    Report report;
    report.quantized = {"conv\xff"};
    EXPECT_TRUE(Json::accept(to_json(report)));
}

TEST(OptionsJson, HoldsEveryOptionThatChangesTheResult) {
    Options options;
    options.preset = Preset::Mixed;
    options.model_type = ModelType::Transformer;
    options.subset = 300;
    options.ignored = {.names = {"re:.*head.*"}, .types = {{"Add"}}};
    options.shapes[""] = ov::PartialShape{1, 3, ov::Dimension::dynamic(), 224};
    const Json json = Json::parse(to_json(options));
    const Json expected{{"profile", "octet"},
                        {"preset", "mixed"},
                        {"model_type", "transformer"},
                        {"target_device", "ANY"},
                        {"stat_subset_size", 300},
                        {"fold", true},
                        {"bias_correction", true},
                        {"keep_uncompressed_weights", false},
                        {"fp16", false},
                        {"shapes", {{"", "[1,3,?,224]"}}},
                        {"reshape", false},
                        {"skip_bad", false}};
    for (const auto& [name, value] : expected.items()) {
        EXPECT_EQ(json.at(name), value) << name;
    }
    EXPECT_EQ(json.at("ignored").at("scope"), Json({"re:.*head.*"}));
    EXPECT_EQ(json.at("ignored").at("operations"), Json::array({{{"type", "Add"}}}));
}

}  // namespace
}  // namespace octet
