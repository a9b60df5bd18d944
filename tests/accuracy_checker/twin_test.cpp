// What OpenVINO's accuracy checker made of tests/accuracy_checker/data, recorded by tools/accuracy_checker_twins.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openvino/op/ops.hpp>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "data/checker/mask.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-4;

/// A recorded case; by its name, as gtest prints parameters whole.
struct Case {
    std::string kind;
    std::string name;
    std::size_t place = 0;

    friend std::ostream& operator<<(std::ostream& out, const Case& one) {
        return out << one.name;
    }
};

const Json& cases(const std::string& kind) {
    static std::map<std::string, Json> read;
    Json& all = read[kind];
    if (all.is_null()) {
        std::ifstream file(std::string(OCTET_TWINS_DIR) + "/" + kind + ".json");
        all = Json::parse(file);
    }
    return all;
}

const Json& recorded(const Case& one) {
    return cases(one.kind).at(one.place);
}

/// The paths in the cases are from the folder of the data.
class Twin : public testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        before_ = std::filesystem::current_path();
        std::filesystem::current_path(std::string(OCTET_TWINS_DIR) + "/data");
    }
    void TearDown() override {
        std::filesystem::current_path(before_);
    }

private:
    std::filesystem::path before_;
};

class Preparation : public Twin {};
class Conversion : public Twin {};
class Measurement : public Twin {};
class Texts : public Twin {};
class Run : public Twin {};

std::string name_of(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

std::vector<Case> list(const std::string& kind) {
    std::vector<Case> all;
    for (const Json& each : cases(kind)) {
        all.push_back({kind, each.at("name"), all.size()});
    }
    return all;
}

checker::Rules rules_with(const Json& launcher, const Json& dataset) {
    const Json model{{"name", "twin"}, {"launchers", Json::array({launcher})}, {"datasets", Json::array({dataset})}};
    return parse_checker(Json{{"models", Json::array({model})}}.dump(), "twin.json").rules;
}

checker::Rules rules_of(const Json& adapter, const Json& dataset) {
    return rules_with({{"framework", "openvino"}, {"adapter", adapter}}, dataset);
}

void expect_near(const std::vector<double>& expected, double got, std::size_t at) {
    EXPECT_NEAR(expected[at], got, kTolerance * std::max(1.0, std::abs(expected[at]))) << "value " << at;
}

std::shared_ptr<ov::Model> picture_model(const ov::PartialShape& shape) {
    auto picture = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
    picture->get_output_tensor(0).set_names({"picture"});
    return std::make_shared<ov::Model>(ov::OutputVector{picture}, ov::ParameterVector{picture});
}

TEST_P(Preparation, IsTheTools) {
    const Json& given = recorded(GetParam());
    const auto rules = rules_of("classification", given.at("dataset"));
    const bool is_auto = given.at("name") == "auto_resize";
    for (const Json& expected : given.at("samples")) {
        const auto shape = expected.at("shape").get<std::vector<std::size_t>>();
        const auto channels = static_cast<std::int64_t>(shape[2]);
        const auto model =
            picture_model(is_auto ? ov::PartialShape{1, 3, 10, 12} : ov::PartialShape{1, channels, -1, -1});
        const auto samples = open_checked(*model, rules, rules.optimization);
        std::size_t index = 0;
        while (samples.dataset->label(index) != expected.at("name")) {
            ++index;
        }
        const ov::Tensor tensor = samples.dataset->sample(index).begin()->second;
        const ov::Shape got = tensor.get_shape();
        const bool is_cut = given.at("name") == "none" || given.at("name") == "none_pillow";
        if (!is_cut) {
            ASSERT_EQ(got, (ov::Shape{1, shape[2], shape[0], shape[1]}));
        }
        const auto values = expected.at("values").get<std::vector<double>>();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t place = 4 * i, c = place % shape[2], x = place / shape[2] % shape[1];
            const std::size_t y = place / shape[2] / shape[1];
            expect_near(values, static_cast<double>(tensor.data<const float>()[(c * got[2] + y) * got[3] + x]), i);
        }
    }
}
INSTANTIATE_TEST_SUITE_P(Twins, Preparation, testing::ValuesIn(list("preparations")), name_of);

void expect_boxes(const Json& expected, const BoxLabels& labels, std::size_t index) {
    const auto& boxes = labels.of_sample[index].boxes;
    const Json& rows = expected.at("boxes");
    ASSERT_EQ(rows.size(), boxes.size());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        EXPECT_EQ(rows[i][0], labels.categories.at(boxes[i].category).class_number);
        const auto& box = boxes[i].box;
        const double corners[] = {box.left, box.top, box.left + box.width, box.top + box.height};
        for (std::size_t c = 0; c < 4; ++c) {
            EXPECT_NEAR(rows[i][c + 1].get<double>(), corners[c], kTolerance);
        }
        const auto& difficult = expected.at("difficult");
        EXPECT_EQ(std::find(difficult.begin(), difficult.end(), i) != difficult.end(), boxes[i].is_difficult);
        if (!expected.at("crowd").empty()) {
            EXPECT_EQ(expected.at("crowd")[i] == 1, boxes[i].is_crowd);
        }
    }
}

void expect_mask(const Json& expected, const std::filesystem::path& path, checker::MaskReader reader) {
    const auto mask = read_checked_mask(path, reader);
    Json shape{mask.height, mask.width};
    if (mask.channels != 1) {
        shape.push_back(mask.channels);
    }
    EXPECT_EQ(expected.at("shape"), shape);
    EXPECT_EQ(expected.at("mask").get<std::vector<std::uint8_t>>(), mask.values);
}

/// The names of the classes, as far as the record has them.
void expect_names(const Json& expected, const std::map<std::int64_t, std::string>& names) {
    for (const auto& [number, name] : expected.items()) {
        ASSERT_TRUE(names.contains(std::stoll(number))) << number;
        EXPECT_EQ(name, names.at(std::stoll(number)));
    }
}

Json adapter_for(const Json& dataset) {
    const std::string converter = dataset.at("annotation_conversion").at("converter");
    return converter.ends_with("segmentation") ? "segmentation"
           : converter.ends_with("detection")  ? "ssd"
                                               : "classification";
}

TEST_P(Conversion, IsTheTools) {
    const Json& given = recorded(GetParam());
    const auto rules = rules_of(adapter_for(given.at("dataset")), given.at("dataset"));
    const auto samples = open_checked(*picture_model({1, 3, 8, 8}), rules, rules.evaluation);
    ASSERT_EQ(given.at("samples").size(), samples.dataset->size());
    for (std::size_t i = 0; i < samples.dataset->size(); ++i) {
        const Json& expected = given.at("samples")[i];
        EXPECT_EQ(expected.at("name"), samples.dataset->label(i));
        if (const auto* classes = std::get_if<ClassLabels>(&samples.labels)) {
            EXPECT_EQ(expected.at("label"), classes->of_sample[i]);
        } else if (const auto* boxes = std::get_if<BoxLabels>(&samples.labels)) {
            expect_boxes(expected, *boxes, i);
        } else {
            expect_mask(expected, std::get<MaskLabels>(samples.labels).of_sample[i],
                        samples.evaluation.checker->mask_reader);
        }
    }
    const auto& names = samples.evaluation.checker->classes.names;
    if (given.at("dataset").at("annotation_conversion").at("converter") != "imagenet" || !names.empty()) {
        expect_names(given.at("label_map"), names);
    }
}
INSTANTIATE_TEST_SUITE_P(Twins, Conversion, testing::ValuesIn(list("conversions")), name_of);

std::shared_ptr<ov::Model> text_model(const Json& inputs) {
    ov::ParameterVector parameters;
    ov::OutputVector results;
    for (const auto& [name, values] : inputs.items()) {
        auto input = std::make_shared<ov::op::v0::Parameter>(ov::element::i64, ov::PartialShape{1, -1});
        input->get_output_tensor(0).set_names({name});
        parameters.push_back(input);
        results.emplace_back(input);
    }
    return std::make_shared<ov::Model>(results, parameters);
}

TEST_P(Texts, AreFedAsTheTools) {
    const Json& given = recorded(GetParam());
    const Json launcher{{"adapter", "classification"}, {"inputs", given.at("inputs")}};
    const auto rules = rules_with(launcher, given.at("dataset"));
    const Json& expected = given.at("samples");
    const auto samples = open_checked(*text_model(expected[0].at("inputs")), rules, rules.evaluation);
    const auto& labels = std::get<ClassLabels>(samples.labels);
    ASSERT_EQ(expected.size(), samples.dataset->size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(expected[i].at("name"), samples.dataset->label(i));
        EXPECT_EQ(expected[i].at("label"), labels.of_sample[i]);
        const Sample sample = samples.dataset->sample(i);
        ASSERT_EQ(expected[i].at("inputs").size(), sample.size());
        for (const auto& [name, values] : expected[i].at("inputs").items()) {
            const ov::Tensor& tensor = sample.at(name);
            const auto* data = tensor.data<const std::int64_t>();
            EXPECT_EQ(values, Json(std::vector<std::int64_t>(data, data + tensor.get_size()))) << i << " " << name;
        }
    }
    expect_names(given.at("label_map"), samples.evaluation.checker->classes.names);
}
INSTANTIATE_TEST_SUITE_P(Twins, Texts, testing::ValuesIn(list("texts")), name_of);

TEST_P(Run, MeasuresTheToolsFigures) {
    const Json& given = recorded(GetParam());
    const auto rules = rules_with(given.at("launcher"), given.at("dataset"));
    const auto model = read_model("texts/model.xml");
    const auto samples = open_checked(*model, rules, rules.evaluation);
    const auto found = evaluate({model}, *samples.dataset, samples.labels, samples.evaluation);
    ASSERT_EQ(given.at("metrics").size(), found.metrics.size());
    for (const auto& metric : found.metrics) {
        EXPECT_NEAR(given.at("metrics").at(metric.name).get<double>(), metric.values[0], kTolerance) << metric.name;
    }
}
INSTANTIATE_TEST_SUITE_P(Twins, Run, testing::ValuesIn(list("runs")), name_of);

/// A model that gives back what it is given under each name of `outputs`, and has an input for the picture besides.
std::shared_ptr<ov::Model> passing_model(const Json& outputs, bool is_whole) {
    const auto type = is_whole ? ov::element::i64 : ov::element::f32;
    auto picture = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{1, 3, 32, 32});
    picture->get_output_tensor(0).set_names({"picture"});
    const auto axes = ov::op::v0::Constant::create(ov::element::i64, {4}, {0, 1, 2, 3});
    const auto none = std::make_shared<ov::op::v1::ReduceSum>(picture, axes);
    none->get_output_tensor(0).set_names({"sum"});
    ov::OutputVector results{none};
    ov::ParameterVector inputs{picture};
    for (const auto& [name, value] : outputs.items()) {
        const auto rank = static_cast<std::int64_t>(value.at("shape").size());
        auto input = std::make_shared<ov::op::v0::Parameter>(type, ov::PartialShape::dynamic(rank));
        input->get_output_tensor(0).set_names({"in_" + name});
        const auto zero = ov::op::v0::Constant::create(type, {}, {0});
        auto copy = std::make_shared<ov::op::v1::Add>(input, zero);
        copy->get_output_tensor(0).set_names({name});
        inputs.push_back(input);
        results.emplace_back(copy);
    }
    return std::make_shared<ov::Model>(results, inputs);
}

Sample passed(const Json& outputs, bool is_whole) {
    Sample sample;
    ov::Tensor picture(ov::element::f32, {1, 3, 32, 32});
    std::fill_n(picture.data<float>(), picture.get_size(), 0.0F);
    sample["picture"] = picture;
    for (const auto& [name, value] : outputs.items()) {
        ov::Tensor tensor(is_whole ? ov::element::i64 : ov::element::f32, value.at("shape").get<ov::Shape>());
        const auto values = value.at("values").get<std::vector<double>>();
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (is_whole) {
                tensor.data<std::int64_t>()[i] = static_cast<std::int64_t>(values[i]);
            } else {
                tensor.data<float>()[i] = static_cast<float>(values[i]);
            }
        }
        sample["in_" + name] = tensor;
    }
    return sample;
}

/// What evaluate() says of three scores where `measurement` expects something else.
std::string refusal(const checker::Measurement& measurement) {
    const Json outputs{{"scores", {{"shape", {1, 3}}, {"values", {0.1, 0.2, 0.3}}}}};
    const auto samples = make_dataset(1, [&](std::size_t) { return passed(outputs, false); });
    EvaluateOptions options;
    options.checker = measurement;
    try {
        evaluate({passing_model(outputs, false)}, *samples, ClassLabels{{0}, {}}, options);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(BertClassification, MakesUpNoScores) {
    checker::Measurement measurement;
    measurement.adapter = checker::BertClassificationAdapter{"scores", 2, false};
    measurement.metrics = {{"accuracy", checker::Accuracy{1}}};
    const std::string text = refusal(measurement);
    EXPECT_NE(text.find("output: \"scores\" is not a score for each of num_classes: 2"), std::string::npos) << text;
}

TEST(BertClassification, MatthewsCorrelationIsOfTwoClasses) {
    checker::Measurement measurement;
    measurement.adapter = checker::BertClassificationAdapter{"scores", 3, false};
    measurement.metrics = {{"mcc", checker::MatthewsCorrelation{}}};
    measurement.classes.names = {{0, "a"}, {1, "b"}, {2, "c"}};
    const std::string text = refusal(measurement);
    EXPECT_NE(text.find("mcc: is of two classes; the dataset has 3"), std::string::npos) << text;
}

TEST_P(Measurement, IsTheTools) {
    const Json& given = recorded(GetParam());
    const Json& outputs = given.at("samples");
    const bool is_whole = given.at("whole");
    const auto rules = rules_of(given.at("adapter"), given.at("dataset"));
    const auto opened = open_checked(*picture_model({1, 3, 32, 32}), rules, rules.evaluation);
    std::vector<std::size_t> order;  // of the recorded samples among those opened
    for (const Json& sample : outputs) {
        std::size_t index = 0;
        while (opened.dataset->label(index) != sample.at("name")) {
            ++index;
        }
        order.push_back(index);
    }
    const auto model = passing_model(outputs[0].at("outputs"), is_whole);
    const auto samples =
        make_dataset(outputs.size(), [&](std::size_t i) { return passed(outputs[i].at("outputs"), is_whole); });
    const auto found = evaluate({model}, *samples, select_labels(opened.labels, order), opened.evaluation);
    ASSERT_EQ(given.at("metrics").size(), found.metrics.size());
    for (const auto& metric : found.metrics) {
        EXPECT_NEAR(given.at("metrics").at(metric.name).get<double>(), metric.values[0], kTolerance) << metric.name;
    }
}
INSTANTIATE_TEST_SUITE_P(Twins, Measurement, testing::ValuesIn(list("measurements")), name_of);

}  // namespace
}  // namespace octet
