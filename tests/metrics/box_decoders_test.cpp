#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "metrics/box_decoders.hpp"

namespace octet {
namespace {

constexpr PixelArea kArea{0, 0, 64, 32};  // 32 + 8 + 2 cells of 8, 16, 32
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

ov::Tensor floats(const ov::Shape& shape, const std::vector<float>& values = {}) {
    ov::Tensor tensor(ov::element::f32, shape);
    std::fill_n(tensor.data<float>(), tensor.get_size(), 0.F);
    std::copy(values.begin(), values.end(), tensor.data<float>());
    return tensor;
}

ov::Tensor integers(const ov::Shape& shape, const std::vector<std::int64_t>& values) {
    ov::Tensor tensor(ov::element::i64, shape);
    std::copy(values.begin(), values.end(), tensor.data<std::int64_t>());
    return tensor;
}

ModelFacts facts_of(const std::vector<std::pair<std::string, ov::Tensor>>& outputs, const std::string& type = "") {
    ModelFacts facts;
    for (const auto& [name, tensor] : outputs) {
        facts.outputs.emplace_back(name, ov::Layout(), tensor);
    }
    facts.type = type;
    return facts;
}

std::vector<FoundBox> decode(const std::vector<std::pair<std::string, ov::Tensor>>& outputs, BoxFormat format,
                             double threshold = 0.1) {
    std::vector<ov::Tensor> tensors;
    for (const auto& [name, tensor] : outputs) {
        tensors.push_back(tensor);
    }
    return decode_boxes({choose_boxes(facts_of(outputs), format, "", kArea), threshold, 0.65}, tensors, kArea);
}

void expect_box(const FoundBox& found, const Box& box, double score, std::int64_t label) {
    EXPECT_FLOAT_EQ(found.box.left, box.left);
    EXPECT_FLOAT_EQ(found.box.top, box.top);
    EXPECT_FLOAT_EQ(found.box.width, box.width);
    EXPECT_FLOAT_EQ(found.box.height, box.height);
    EXPECT_FLOAT_EQ(found.score, score);
    EXPECT_EQ(found.label, label);
}

TEST(BoxDecoders, DetectionOutputEndsAtANegativePicture) {
    const auto boxes =
        decode({{"out", floats({1, 1, 4, 7}, {0,  2, .9F, .25F, .5F, .5F, 1, 0, 1, .8F, 0, 0, kNan, 1,  //
                                              -1, 0, 0,   0,    0,   0,   0, 0, 5, 1,   0, 0, 1,    1})}},
               BoxFormat::DetectionOutput);
    ASSERT_EQ(boxes.size(), 2u);
    expect_box(boxes[0], {16, 16, 16, 16}, .9, 2);
    expect_box(boxes[1], {0, 0, 0, 0}, .8, 1);
}

TEST(BoxDecoders, SeparateOutputsAreCorners) {
    const auto labels = integers({1, 3}, {4, -1, 0});
    const auto with_score =
        decode({{"labels", labels}, {"boxes", floats({1, 3, 5}, {1, 2, 11, 22, .5F, 0, 0, 1, 1, 0, 5, 5, 4, 9, .25F})}},
               BoxFormat::Boxes);
    ASSERT_EQ(with_score.size(), 2u) << "a negative label fills up the list";
    expect_box(with_score[0], {1, 2, 10, 20}, .5, 4);
    expect_box(with_score[1], {5, 5, 0, 4}, .25, 0);
    const auto apart = decode({{"boxes", floats({3, 4}, {1, 2, 11, 22})},
                               {"labels", integers({3}, {4, -1, -1})},
                               {"scores", floats({3}, {.75F})}},
                              BoxFormat::Auto);
    ASSERT_EQ(apart.size(), 1u);
    expect_box(apart[0], {1, 2, 10, 20}, .75, 4);
}

TEST(BoxDecoders, YoloV8HasAColumnABox) {
    ov::Tensor head = floats({1, 6, 42});
    const auto set = [&](std::size_t row, std::size_t column, float value) {
        head.data<float>()[row * 42 + column] = value;
    };
    for (const auto& [row, value] : std::vector<std::pair<std::size_t, float>>{{0, 20}, {1, 10}, {2, 8}, {3, 4}}) {
        set(row, 3, value);
    }
    set(4, 3, .3F);
    set(5, 3, .6F);
    const auto boxes = decode({{"out", head}}, BoxFormat::Auto);
    ASSERT_EQ(boxes.size(), 2u) << "once for each class";
    expect_box(boxes[0], {16, 8, 8, 4}, .6, 1);
    expect_box(boxes[1], {16, 8, 8, 4}, .3, 0);
    EXPECT_EQ(decode({{"out", head}}, BoxFormat::YoloV8, 0.5).size(), 1u);
}

TEST(BoxDecoders, YoloV5MultipliesWithTheObjectness) {
    const auto boxes = decode({{"out", floats({1, 126, 7}, {20, 10, 8, 4, .5F, .9F, .1F})}}, BoxFormat::Auto);
    ASSERT_EQ(boxes.size(), 1u);
    expect_box(boxes[0], {16, 8, 8, 4}, .45, 0);
}

TEST(BoxDecoders, YoloXCountsInCellsOfItsGrids) {
    ov::Tensor head = floats({1, 42, 7});
    const auto fill = [&](std::size_t row, const std::vector<float>& values) {
        std::copy(values.begin(), values.end(), head.data<float>() + row * 7);
    };
    fill(8 + 3, {.5F, .5F, std::log(2.F), 0, .8F, .5F, .4F});  // 8: row 1, column 3
    fill(32 + 5, {0, 0, 0, 0, .9F, .1F, 1});                   // 16: row 1, column 1
    const auto boxes = decode({{"out", head}}, BoxFormat::Auto);
    ASSERT_EQ(boxes.size(), 2u) << "the best class only";
    expect_box(boxes[0], {8, 8, 16, 16}, .9, 1);
    expect_box(boxes[1], {20, 8, 16, 8}, .4, 0);
}

TEST(BoxDecoders, AutoTellsDecodedRowsFromLogarithms) {
    ov::Tensor head = floats({1, 42, 7});
    EXPECT_EQ(choose_boxes(facts_of({{"out", head}}), BoxFormat::Auto, "", kArea).format, BoxFormat::YoloX);
    head.data<float>()[7 * 5 + 2] = 40;
    EXPECT_EQ(choose_boxes(facts_of({{"out", head}}), BoxFormat::Auto, "", kArea).format, BoxFormat::YoloV5);
}

TEST(BoxDecoders, AutoGoesByTheModelTypeWhereShapesDoNotTell) {
    const auto head = floats({1, 6, 50});
    EXPECT_EQ(choose_boxes(facts_of({{"out", head}}, "yolov8"), BoxFormat::Auto, "", kArea).format, BoxFormat::YoloV8);
    EXPECT_THROW(choose_boxes(facts_of({{"out", head}}), BoxFormat::Auto, "", kArea), Error);
}

TEST(BoxDecoders, MaskCoefficientsAreNoClasses) {
    const auto facts = facts_of({{"boxes0", floats({1, 4 + 3 + 8, 42})}, {"protos", floats({1, 8, 8, 16})}});
    const auto reading = choose_boxes(facts, BoxFormat::Auto, "", kArea);
    EXPECT_EQ(reading.classes, 3u);
    EXPECT_EQ(reading.mask_coefficients, 8u);
}

TEST(BoxDecoders, WhatCannotBeToldNamesTheFormats) {
    for (const auto& shape : {ov::Shape{1, 300, 6}, ov::Shape{1, 1000}, ov::Shape{1, 3, 8, 8}}) {
        try {
            choose_boxes(facts_of({{"out", floats(shape)}}), BoxFormat::Auto, "", kArea);
            ADD_FAILURE() << shape;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::UnsupportedModel);
            for (const char* part : {"out", "--boxes", "detection_output", "yolov5", "yolov8", "yolox", "[1,4+C,N]"}) {
                EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
            }
        }
    }
}

TEST(BoxDecoders, AFormatThatDoesNotFitIsRefused) {
    const std::vector<std::pair<BoxFormat, ov::Shape>> cases{{BoxFormat::DetectionOutput, {1, 42, 7, 2}},
                                                             {BoxFormat::Boxes, {1, 42, 7}},
                                                             {BoxFormat::YoloX, {1, 41, 7}},
                                                             {BoxFormat::YoloV5, {1, 42, 5}},
                                                             {BoxFormat::YoloV8, {1, 4, 42}},
                                                             {BoxFormat::YoloV8, {2, 6, 42}}};
    for (const auto& [format, shape] : cases) {
        EXPECT_THROW(choose_boxes(facts_of({{"out", floats(shape)}}), format, "", kArea), Error) << shape;
    }
}

TEST(BoxDecoders, ScoresAboveOneAreNoScores) {
    ov::Tensor head = floats({1, 6, 42});
    head.data<float>()[5 * 42] = 17;  // a keypoint behind the only score
    EXPECT_THROW(decode({{"out", head}}, BoxFormat::YoloV8), Error);
}

}  // namespace
}  // namespace octet
