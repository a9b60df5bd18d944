#include <cmath>

#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "metrics/segmentation.hpp"

namespace octet {
namespace {

using Values = std::vector<std::uint16_t>;

template <class T>
ov::Tensor tensor_of(const ov::element::Type& type, const ov::Shape& shape, const std::vector<T>& values) {
    ov::Tensor tensor(type, shape);
    std::copy(values.begin(), values.end(), static_cast<T*>(tensor.data()));
    return tensor;
}

Values classes(const ov::Tensor& output, const std::optional<PixelArea>& area = {}, const std::string& layout = "") {
    return class_map(output, read_map_shape({"map", ov::Layout(layout), output}, area)).values;
}

const PixelArea kArea{0, 0, 6, 4};

TEST(ClassMap, TheFirstOfTheHighestScoresWins) {
    // Two classes on 2 x 3 pixels, proportions of the input.
    const std::vector<float> first{1, 5, 2, 0, 0, 7, 1, 6, 1, 0, 1, 2};
    EXPECT_EQ(classes(tensor_of(ov::element::f32, {1, 2, 2, 3}, first), kArea), (Values{0, 1, 0, 0, 1, 0}));
    const std::vector<float> last{1, 1, 5, 6, 2, 1, 0, 0, 0, 1, 7, 2};
    EXPECT_EQ(classes(tensor_of(ov::element::f32, {1, 2, 3, 2}, last), kArea), (Values{0, 1, 0, 0, 1, 0}));
}

TEST(ClassMap, ALayoutSaysWhereTheClassesAre) {
    const auto scores = tensor_of<float>(ov::element::f32, {1, 2, 2, 2}, {1, 2, 1, 2, 2, 1, 2, 1});
    EXPECT_EQ(classes(scores, {}, "NCHW"), (Values{1, 0, 1, 0}));
    EXPECT_EQ(classes(scores, {}, "NHWC"), (Values{1, 1, 0, 0}));
    EXPECT_THROW(classes(scores), Error) << "it could be either";
}

TEST(ClassMap, OneChannelIsAProbability) {
    const std::vector<float> values{0, .5F, .51F, 1};
    for (const auto& shape : {ov::Shape{1, 1, 2, 2}, ov::Shape{1, 2, 2, 1}, ov::Shape{1, 2, 2}}) {
        EXPECT_EQ(classes(tensor_of(ov::element::f32, shape, values)), (Values{0, 0, 1, 1})) << shape;
    }
    EXPECT_THROW(classes(tensor_of<float>(ov::element::f32, {1, 1, 2, 2}, {0, 1, 3, 0})), Error) << "no probability";
}

TEST(ClassMap, IntegersAreTheClasses) {
    EXPECT_EQ(classes(tensor_of<std::int64_t>(ov::element::i64, {1, 2, 2}, {0, 20, 3, 1})), (Values{0, 20, 3, 1}));
    EXPECT_EQ(classes(tensor_of<std::int32_t>(ov::element::i32, {1, 1, 2, 2}, {0, 20, 3, 1})), (Values{0, 20, 3, 1}));
    EXPECT_THROW(classes(tensor_of<std::int32_t>(ov::element::i32, {1, 1, 2, 2}, {0, -1, 3, 1})), Error);
    EXPECT_THROW(classes(tensor_of<std::int32_t>(ov::element::i32, {1, 2, 2, 2}, {0, 1, 3, 1, 0, 0, 0, 0}), kArea),
                 Error);
}

TEST(ClassMap, AnotherSampleOfAnotherShapeIsRefused) {
    const MapReading classes{MapReading::Kind::Classes, 0, 1, 2, 0};
    EXPECT_EQ(class_map(ov::Tensor(ov::element::u8, {1, 2, 2}), classes).values.size(), 4U);
    EXPECT_THROW(class_map(ov::Tensor(ov::element::u8, {64, 2, 2}), classes), Error);
    EXPECT_THROW(class_map(ov::Tensor(ov::element::u8, {2, 2}), classes), Error);
    const MapReading scores{MapReading::Kind::Scores, 1, 2, 3, 3};
    EXPECT_THROW(class_map(ov::Tensor(ov::element::f32, {1, 4, 2, 2}), scores), Error);
    EXPECT_THROW(class_map(ov::Tensor(ov::element::f32, {2, 3, 2, 2}), scores), Error);
}

TEST(ClassMap, APixelWithoutANumberIsOfNoClass) {
    ov::Tensor output(ov::element::f32, {1, 2, 1, 2});
    float* scores = output.data<float>();
    scores[0] = scores[2] = NAN;
    scores[1] = -INFINITY;
    scores[3] = -INFINITY;
    EXPECT_EQ(class_map(output, {MapReading::Kind::Scores, 1, 2, 3, 2}).values, (std::vector<std::uint16_t>{2, 0}));
}

TEST(CellOfPixel, TakesPixelsBackThroughThePreparation) {
    using Cells = std::vector<std::ptrdiff_t>;
    EXPECT_EQ(cell_of_pixel({6, 0, 6, 0, 3, 3, 3}), (Cells{0, 0, 1, 1, 2, 2})) << "stretched";
    EXPECT_EQ(cell_of_pixel({4, 0, 4, 2, 4, 8, 8}), (Cells{2, 3, 4, 5})) << "letterbox";
    EXPECT_EQ(cell_of_pixel({4, 0, 4, 2, 4, 8, 4}), (Cells{1, 1, 2, 2})) << "letterbox, output of half the size";
    EXPECT_EQ(cell_of_pixel({6, 1, 4, 0, 4, 4, 4}), (Cells{-1, 0, 1, 2, 3, -1})) << "crop";
}

TEST(MeanIou, IsOverTheClassesThatOccur) {
    EXPECT_DOUBLE_EQ(mean_iou({{0, {4, 6, 4}}, {3, {1, 1, 3}}}), (4. / 6 + 1. / 3) / 2);
}

}  // namespace
}  // namespace octet
