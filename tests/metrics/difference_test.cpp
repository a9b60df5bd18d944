#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/core/type/float16.hpp>

#include "octet/error.hpp"

#include "metrics/difference.hpp"

namespace octet {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

template <class T = float>
ov::Tensor tensor(const ov::Shape& shape, const std::vector<T>& values, ov::element::Type type = ov::element::f32) {
    ov::Tensor out(type, shape);
    std::copy(values.begin(), values.end(), out.data<T>());
    return out;
}

OutputDifference over(const std::vector<SampleDifference>& samples) {
    OutputDifference out;
    for (const auto& sample : samples) {
        out.add(sample);
    }
    return out;
}

TEST(Difference, AddsSquaresInDouble) {
    const auto d = difference(tensor({1, 3}, {3, 0, 4}), tensor({1, 3}, {3, 1, 2}));
    EXPECT_DOUBLE_EQ(d.signal, 25);
    EXPECT_DOUBLE_EQ(d.noise, 5);
    EXPECT_DOUBLE_EQ(d.max_error, 2);
    EXPECT_DOUBLE_EQ(d.cosine, 17 / (5 * std::sqrt(14.0)));
}

TEST(Difference, ReadsEveryFloatType) {
    const auto half = tensor<ov::float16>({2}, {ov::float16(1.5f), ov::float16(-2.f)}, ov::element::f16);
    EXPECT_DOUBLE_EQ(difference(half, half).signal, 6.25);
    const auto wide = tensor<double>({2}, {1e-200, 1}, ov::element::f64);
    EXPECT_DOUBLE_EQ(difference(wide, wide).signal, 1);
    EXPECT_THROW(difference(tensor<int>({1}, {1}, ov::element::i32), tensor<int>({1}, {1}, ov::element::i32)), Error);
}

TEST(Difference, CosineOfZeroVectors) {
    const auto zero = tensor({2}, {0, 0}), one = tensor({2}, {1, 0});
    EXPECT_EQ(difference(zero, zero).cosine, 1);
    EXPECT_EQ(difference(zero, one).cosine, 0);
    EXPECT_EQ(difference(one, zero).cosine, 0);
}

TEST(Difference, LeavesOutInfinitiesThatAgree) {
    const auto d = difference(tensor({4}, {-kInf, kInf, kNan, 2}), tensor({4}, {-kInf, kInf, kNan, 1}));
    EXPECT_DOUBLE_EQ(d.signal, 4);
    EXPECT_DOUBLE_EQ(d.noise, 1);
    EXPECT_DOUBLE_EQ(d.max_error, 1);
}

TEST(Difference, IsInfiniteWhereOnlyOneIsFinite) {
    for (const float bad : {kInf, -kInf, kNan}) {
        for (const bool is_reference : {false, true}) {
            const auto good = tensor({2}, {1, 1}), other = tensor({2}, {1, bad});
            const auto d = is_reference ? difference(other, good) : difference(good, other);
            EXPECT_EQ(d.noise, kInf);
            EXPECT_EQ(d.max_error, kInf);
            EXPECT_EQ(over({d}).sqnr_db(), -kInf);
        }
    }
    EXPECT_EQ(difference(tensor({1}, {kInf}), tensor({1}, {-kInf})).noise, kInf);
}

TEST(Difference, TellsUnlikeShapes) {
    const auto unlike = difference(tensor({1, 2}, {1, 2}), tensor({2, 1}, {1, 2}));
    EXPECT_FALSE(unlike.has_same_shape);
    const auto all = over({difference(tensor({1}, {1}), tensor({1}, {1})), unlike});
    EXPECT_TRUE(std::isnan(all.sqnr_db()));
    EXPECT_TRUE(std::isnan(all.cosine()));
    EXPECT_TRUE(std::isnan(all.max_error()));
    EXPECT_FALSE(all.top1_agreement());
}

TEST(Difference, EmptyTensorsAreEqual) {
    const auto d = difference(tensor({1, 0}, {}), tensor({1, 0}, {}));
    EXPECT_EQ(over({d}).sqnr_db(), kInf);
    EXPECT_EQ(d.cosine, 1);
    EXPECT_FALSE(d.same_top1);
}

TEST(Difference, Top1IsForOneScorePerClassOnly) {
    struct Case {
        const char* what;
        ov::Shape shape;
        bool is_score;
    };
    for (const auto& c :
         {Case{"classes", {1, 4}, true}, Case{"classes, spatial", {1, 4, 1, 1}, true}, Case{"plain vector", {4}, true},
          Case{"batch of two", {2, 2}, false}, Case{"one number", {1, 1}, false}, Case{"scalar", {}, false},
          Case{"picture", {1, 1, 2, 2}, false}}) {
        const auto values = tensor(c.shape, std::vector<float>(ov::shape_size(c.shape), 1));
        EXPECT_EQ(difference(values, values).same_top1.has_value(), c.is_score) << c.what;
    }
}

TEST(Difference, Top1TakesTheFirstOfEqualsAndNeverNan) {
    EXPECT_TRUE(*difference(tensor({3}, {1, 5, 5}), tensor({3}, {1, 5, 4})).same_top1);
    EXPECT_FALSE(*difference(tensor({3}, {1, 5, 5}), tensor({3}, {1, 4, 5})).same_top1);
    EXPECT_TRUE(*difference(tensor({3}, {kNan, 1, 2}), tensor({3}, {0, 1, 2})).same_top1);
}

TEST(OutputDifference, PoolsSquaresAndAveragesCosines) {
    const auto all = over({difference(tensor({2}, {10, 0}), tensor({2}, {9, 0})),    // cosine 1
                           difference(tensor({2}, {0, 10}), tensor({2}, {0, 0}))});  // cosine 0
    EXPECT_DOUBLE_EQ(all.sqnr_db(), 10 * std::log10(200.0 / 101.0));
    EXPECT_DOUBLE_EQ(all.cosine(), 0.5);
    EXPECT_DOUBLE_EQ(all.max_error(), 10);
    EXPECT_DOUBLE_EQ(*all.top1_agreement(), 0.5);
}

TEST(OutputDifference, HasNoFiguresWithoutSamples) {
    EXPECT_TRUE(std::isnan(OutputDifference().sqnr_db()));
    EXPECT_FALSE(OutputDifference().top1_agreement());
}

TEST(OutputDifference, NoiseOnNothingIsMinusInfinity) {
    EXPECT_EQ(over({difference(tensor({1}, {0}), tensor({1}, {1}))}).sqnr_db(), -kInf);
}

}  // namespace
}  // namespace octet
