#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "octet/error.hpp"
#include "octet/evaluate.hpp"

namespace octet {
namespace {

namespace op = ov::op;
using ov::element::f32;
using Model = std::shared_ptr<const ov::Model>;

/// Gives its input of `shape` back, times `factor` on the channels of axis 1.
Model scaled(const ov::PartialShape& shape, const std::vector<float>& factor = {1}) {
    auto x = std::make_shared<op::v0::Parameter>(f32, shape);
    x->output(0).set_names({"x"});
    ov::Shape form(shape.size(), 1);
    form[1] = factor.size();
    auto y = std::make_shared<op::v1::Multiply>(x, op::v0::Constant::create(f32, form, factor));
    y->output(0).set_names({"y"});
    return std::make_shared<ov::Model>(ov::OutputVector{y}, ov::ParameterVector{x}, "scaled");
}

/// Samples of `shape`, each with its values.
std::unique_ptr<Dataset> samples(const ov::Shape& shape, const std::vector<std::vector<float>>& values) {
    return make_dataset(values.size(), [=](std::size_t index) {
        if (values[index].empty()) {
            throw Error(ErrorCode::InvalidData, "sample " + std::to_string(index), "is broken");
        }
        ov::Tensor x(f32, shape);
        std::fill_n(x.data<float>(), x.get_size(), 0.F);
        std::copy(values[index].begin(), values[index].end(), x.data<float>());
        return Sample{{"x", x}};
    });
}

std::string error_of(const std::function<void()>& act, ErrorCode code) {
    try {
        act();
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return "";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct Recorder : Observer {
    std::vector<std::string> phases, remarks;
    std::size_t steps = 0;
    bool is_cancelled = false;
    void phase(std::string_view name, std::size_t) override {
        phases.emplace_back(name);
    }
    void step(std::size_t done, std::size_t) override {
        steps = done;
    }
    void log(LogLevel, std::string_view, std::string_view text) override {
        remarks.emplace_back(text);
    }
    bool cancelled() override {
        return is_cancelled;
    }
};

const std::vector<std::vector<float>> kScores{{3, 1, 2}, {1, 2, 3}, {2, 2, 1}, {0, 1, 0}};

TEST(Evaluate, ClassificationCountsTheBestK) {
    const auto data = samples({1, 3}, kScores);
    Recorder recorder;
    const auto result = evaluate({scaled({1, 3}), scaled({1, 3}, {1, 2, 1})}, *data, ClassLabels{{0, 1, 1, 1}},
                                 {.top = {1, 2, 5}}, {}, &recorder);
    EXPECT_EQ(result.task, "classification");
    EXPECT_EQ(result.samples, 4u);
    ASSERT_EQ(result.metrics.size(), 2u) << "the best 5 of 3 are always right";
    EXPECT_EQ(result.metrics[0].name, "accuracy@top1");
    EXPECT_EQ(result.metrics[0].values, (std::vector<double>{.5, 1}));
    EXPECT_EQ(result.metrics[1].values, (std::vector<double>{1, 1}));
    ASSERT_EQ(result.classes.size(), 2u);
    EXPECT_EQ(result.classes[1].number, 1);
    EXPECT_EQ(result.classes[1].count, 3u);
    EXPECT_DOUBLE_EQ(*result.classes[1].values[0], 1. / 3);
    EXPECT_EQ(result.of_sample[2].models[0].top[0].number, 0u) << "the first of equals";
    EXPECT_EQ(result.of_sample[2].label, 1u);
    EXPECT_EQ(recorder.phases, (std::vector<std::string>{"evaluate"}));
    EXPECT_EQ(recorder.steps, 4u);
    ASSERT_EQ(recorder.remarks.size(), 1u);
    EXPECT_TRUE(has(recorder.remarks[0], "top5"));
}

TEST(Evaluate, ALabelWithoutAClassIsRefused) {
    const auto data = samples({1, 3}, kScores);
    const auto act = [&](const ClassLabels& labels) {
        return [&data, labels] { evaluate({scaled({1, 3})}, *data, labels); };
    };
    const auto text = error_of(act({{0, 1, 3, 1}}), ErrorCode::InvalidData);
    EXPECT_TRUE(has(text, "sample 2") && has(text, "class 3") && has(text, "0 to 2")) << text;
    EXPECT_TRUE(has(error_of(act({{0, 1, 1, 1}, {}, 2}), ErrorCode::InvalidData), "--classes"));
    EXPECT_TRUE(has(error_of(act({{0, 1, 1}}), ErrorCode::InvalidOption), "each of 4 samples, got 3"));
}

TEST(Evaluate, WrongOptionsAreRefused) {
    const auto data = samples({1, 3}, kScores);
    const ClassLabels labels{{0, 1, 1, 1}};
    for (const EvaluateOptions& options :
         {EvaluateOptions{.top = {}}, EvaluateOptions{.top = {0}}, EvaluateOptions{.top = {3}},
          EvaluateOptions{.nms_iou = 2}, EvaluateOptions{.score_threshold = -1}, EvaluateOptions{.output = "z"}}) {
        error_of([&] { evaluate({scaled({1, 3})}, *data, labels, options); }, ErrorCode::InvalidOption);
    }
    error_of([&] { evaluate({}, *data, labels); }, ErrorCode::InvalidOption);
    error_of([&] { evaluate({scaled({1, 3}), scaled({1, 4})}, *data, labels); }, ErrorCode::UnsupportedModel);
    error_of([&] { evaluate({scaled({1, 3})}, *samples({1, 3}, {}), ClassLabels{}); }, ErrorCode::InvalidData);
}

TEST(Evaluate, BadSamplesEndItOrAreLeftOut) {
    auto values = kScores;
    values[0].clear();
    const auto data = samples({1, 3}, values);
    const ClassLabels labels{{0, 1, 1, 1}};
    EXPECT_TRUE(has(error_of([&] { evaluate({scaled({1, 3})}, *data, labels); }, ErrorCode::InvalidData), "sample 0"));
    const auto result = evaluate({scaled({1, 3})}, *data, labels, {.top = {1}, .skip_bad = true});
    EXPECT_EQ(result.samples, 3u);
    ASSERT_EQ(result.skipped.size(), 1u);
    EXPECT_DOUBLE_EQ(result.metrics[0].values[0], 1. / 3);
}

TEST(Evaluate, EndsWhenAsked) {
    Recorder recorder;
    recorder.is_cancelled = true;
    error_of(
        [&] {
            evaluate({scaled({1, 3})}, *samples({1, 3}, kScores), ClassLabels{{0, 1, 1, 1}}, {}, {}, &recorder);
        },
        ErrorCode::Cancelled);
}

/// The picture goes in, the boxes of DetectionOutput come out, as they stand in the picture's first values.
Model detector() {
    auto x = std::make_shared<op::v0::Parameter>(f32, ov::Shape{1, 3, 8, 16});
    x->output(0).set_names({"x"});
    auto flat =
        std::make_shared<op::v1::Reshape>(x, op::v0::Constant::create(ov::element::i64, {2}, {1, 3 * 8 * 16}), false);
    const auto integers = [](const std::vector<std::int64_t>& values) {
        return op::v0::Constant::create(ov::element::i64, {values.size()}, values);
    };
    auto first = std::make_shared<op::v8::Slice>(flat, integers({0}), integers({14}), integers({1}), integers({1}));
    auto boxes = std::make_shared<op::v1::Reshape>(first, integers({1, 1, 2, 7}), false);
    boxes->output(0).set_names({"boxes"});
    return std::make_shared<ov::Model>(ov::OutputVector{boxes}, ov::ParameterVector{x}, "detector");
}

BoxLabels two_pictures(std::size_t width, std::size_t height, const Box& box) {
    return {{{3, "cat", 1}, {9, "dog", 2}}, {{5, width, height, {{box, 100, 0}}}, {4, width, height, {{box, 100, 1}}}}};
}

TEST(Evaluate, BoxesGoBackToThePictureThroughTheLetterbox) {
    // The whole picture, 40 x 40, takes columns 4 to 12 of 16: a quarter of the input from 0.25 on.
    const std::vector<float> cat{0, 1, .9F, .25F, 0, .5F, .5F, -1}, dog{0, 2, .8F, .25F, 0, .5F, .5F, -1};
    const auto data = samples({1, 3, 8, 16}, {cat, dog});
    const auto labels = two_pictures(40, 40, {0, 0, 20, 20});
    const EvaluateOptions letterbox{.preparation = {.letterbox = Letterbox{}}};
    const auto result = evaluate({detector(), detector()}, *data, labels, letterbox);
    EXPECT_EQ(result.task, "detection");
    for (const auto& metric : result.metrics) {
        EXPECT_DOUBLE_EQ(metric.values[0], 1) << metric.name;
        EXPECT_DOUBLE_EQ(metric.values[1], 1) << metric.name;
    }
    ASSERT_EQ(result.classes.size(), 2u);
    EXPECT_EQ(result.classes[1].number, 9);
    EXPECT_EQ(result.of_sample[0].models[0].matched, 1u);
    EXPECT_EQ(result.of_sample[0].true_boxes, 1u);
    EXPECT_LT(evaluate({detector()}, *data, labels).metrics[0].values[0], .2) << "not as if it were stretched";
}

TEST(Evaluate, BoxesOfOtherClassesDoNotCountAndAreTold) {
    const auto data = samples({1, 3, 8, 16}, {{0, 1, .9F, 0, 0, .5F, .5F, -1}, {0, 7, .8F, 0, 0, .5F, .5F, -1}});
    Recorder recorder;
    const auto result = evaluate({detector()}, *data, two_pictures(16, 8, {0, 0, 8, 4}), {}, {.threads = 1}, &recorder);
    EXPECT_DOUBLE_EQ(result.metrics[0].values[0], .5);
    EXPECT_TRUE(has(recorder.remarks.back(), "1 boxes are of classes")) << recorder.remarks.back();
}

/// Boxes (corners) and scores of one box, with class 0; the box is `box`, whatever the picture.
Model one_box(const std::vector<float>& box) {
    auto x = std::make_shared<op::v0::Parameter>(f32, ov::Shape{1, 3, 8, 16});
    x->output(0).set_names({"x"});
    auto sum = std::make_shared<op::v1::ReduceMax>(x, op::v0::Constant::create(ov::element::i64, {3}, {1, 2, 3}),
                                                   false);  // one score
    auto boxes = std::make_shared<op::v1::Add>(op::v0::Constant::create(f32, {1, 1, 4}, box),
                                               op::v0::Constant::create(f32, {1}, {0.F}));
    auto labels = op::v0::Constant::create(ov::element::i64, {1, 1}, {0});
    const auto score = std::make_shared<op::v0::Unsqueeze>(sum, op::v0::Constant::create(ov::element::i64, {1}, {0}));
    boxes->output(0).set_names({"boxes"});
    score->output(0).set_names({"scores"});
    labels->output(0).set_names({"labels"});
    return std::make_shared<ov::Model>(ov::OutputVector{boxes, labels, score}, ov::ParameterVector{x}, "one_box");
}

TEST(Evaluate, BoxesThatSeemToBeSharesAreTold) {
    const auto data = samples({1, 3, 8, 16}, {{.5F}});
    const BoxLabels labels{{{3, "cat", 0}}, {{5, 16, 8, {{{4, 2, 8, 4}, 32, 0}}}}};
    Recorder pixels, shares;
    EXPECT_DOUBLE_EQ(evaluate({one_box({4, 2, 12, 6})}, *data, labels, {}, {}, &pixels).metrics[0].values[0], 1);
    EXPECT_EQ(evaluate({one_box({.25F, .25F, .75F, .75F})}, *data, labels, {}, {}, &shares).metrics[0].values[0], 0);
    EXPECT_TRUE(has(shares.remarks.back(), "shares of its size")) << shares.remarks.back();
    EXPECT_FALSE(has(pixels.remarks.back(), "shares of its size")) << pixels.remarks.back();
}

TEST(Evaluate, TheBoxesOfAClassifierAreRefused) {
    const auto text = error_of(
        [] {
            evaluate({scaled({1, 3, 4, 2})}, *samples({1, 3, 4, 2}, {kScores[0], kScores[1]}),
                     two_pictures(16, 8, {0, 0, 8, 4}));
        },
        ErrorCode::UnsupportedModel);
    EXPECT_TRUE(has(text, "--boxes")) << text;
}

class EvaluateMasks : public testing::Test {
protected:
    EvaluateMasks()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("octet_masks_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
        std::filesystem::create_directories(folder_);
    }
    ~EvaluateMasks() override {
        std::filesystem::remove_all(folder_);
    }

    /// 2 x 4 bytes as an .npy.
    std::filesystem::path mask(const std::string& name, const std::string& bytes) const {
        std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }";
        header.resize(117, ' ');
        std::ofstream(folder_ / name, std::ios::binary)
            << std::string("\x93NUMPY\x01\x00\x76\x00", 10) << header << '\n'
            << bytes;
        return folder_ / name;
    }

    std::filesystem::path folder_;
};

// Scores of 3 classes at 2 x 4 pixels: class 0, but 1 at the first pixel and 2 at the last.
const std::vector<float> kMap{0, 1, 1, 1, 1, 1, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5};

TEST_F(EvaluateMasks, CountPixelsButTheIgnored) {
    const auto data = samples({1, 3, 2, 4}, {kMap, kMap});
    const MaskLabels labels{{mask("a.npy", std::string("\x01\x00\x00\x00\x00\x00\xff\x02", 8)),
                             mask("b.npy", std::string("\x01\x01\x00\x00\x00\x00\xff\x00", 8))}};
    const auto result = evaluate({scaled({1, 3, 2, 4})}, *data, labels);
    EXPECT_EQ(result.task, "segmentation");
    // class 0: 9 of 11 truth or prediction, class 1: 2 of 3, class 2: 1 of 2
    EXPECT_DOUBLE_EQ(result.metrics[0].values[0], (9. / 11 + 2. / 3 + 1. / 2) / 3);
    EXPECT_DOUBLE_EQ(result.metrics[1].values[0], 12. / 14);
    EXPECT_DOUBLE_EQ(*result.classes[1].values[0], 2. / 3);
    EXPECT_DOUBLE_EQ(*result.of_sample[0].models[0].mean_iou, 1);
}

TEST_F(EvaluateMasks, AClassThatTheModelLacksNamesTheMask) {
    const MaskLabels labels{{mask("a.npy", std::string("\x01\x00\x03\x00\x00\x00\xff\x02", 8))}};
    const auto text = error_of(
        [&] {
            evaluate({scaled({1, 3, 2, 4})}, *samples({1, 3, 2, 4}, {kMap}), labels);
        },
        ErrorCode::InvalidData);
    EXPECT_TRUE(has(text, "a.npy") && has(text, "class 3") && has(text, "0 to 2")) << text;
}

TEST_F(EvaluateMasks, FiguresDoNotDependOnTheNumberOfThreads) {
    const std::vector<std::vector<float>> maps(9, kMap);
    MaskLabels labels;
    for (int i = 0; i < 9; ++i) {
        const char other = static_cast<char>(i % 3);
        labels.of_sample.push_back(
            mask(std::to_string(i) + ".npy", std::string{1, other, 0, other, 0, 0, static_cast<char>(255), 2}));
    }
    const auto run = [&](std::size_t threads) {
        return evaluate({scaled({1, 3, 2, 4})}, *samples({1, 3, 2, 4}, maps), labels, {}, {.threads = threads});
    };
    const auto one = run(1), four = run(4);
    EXPECT_EQ(one.metrics[0].values, four.metrics[0].values);
    for (std::size_t i = 0; i < 9; ++i) {
        EXPECT_EQ(one.of_sample[i].name, four.of_sample[i].name);
        EXPECT_EQ(one.of_sample[i].models[0].mean_iou, four.of_sample[i].models[0].mean_iou);
    }
}

}  // namespace
}  // namespace octet
