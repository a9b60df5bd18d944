#include "octet/dataset.hpp"

#include "support.hpp"

namespace octet {
namespace {

using namespace test;

ov::Tensor number(float value) {
    ov::Tensor tensor(ov::element::f32, ov::Shape{});
    *tensor.data<float>() = value;
    return tensor;
}

std::unique_ptr<Dataset> counting(std::size_t size) {
    return make_dataset(size, [](std::size_t i) { return Sample{{"", number(static_cast<float>(i))}}; });
}

TEST(Dataset, CallbackMakesEachSample) {
    const auto dataset = counting(3);
    EXPECT_EQ(dataset->size(), 3U);
    EXPECT_EQ(values<float>(dataset->sample(2).at("")), (std::vector<float>{2}));
    EXPECT_EQ(dataset->label(2), "sample 2");
    EXPECT_EQ(dataset->preparation(), "");
}

TEST(Dataset, CallbacksOwnExceptionBecomesAnErrorOfItsSample) {
    const auto dataset = make_dataset(5, [](std::size_t) -> Sample { throw std::runtime_error("camera is gone"); });
    expect_error([&] { dataset->sample(4); }, ErrorCode::InvalidData, {"sample 4: camera is gone"});
    expect_error([] { make_dataset(1, nullptr); }, ErrorCode::InvalidOption, {"callback is empty"});
}

TEST(Dataset, SelectionKeepsOrderAndLabels) {
    const auto dataset = counting(10);
    const auto selected = select_samples(*dataset, {7, 2, 7});
    ASSERT_EQ(selected->size(), 3U);
    EXPECT_EQ(selected->label(0), "sample 7");
    EXPECT_EQ(values<float>(selected->sample(1).at("")), (std::vector<float>{2}));
    expect_error([&] { select_samples(*dataset, {3, 10}); }, ErrorCode::InvalidOption, {"index 10", "10 samples"});
}

TEST(SpreadIndices, AreTheMiddlesOfEqualParts) {
    struct Case {
        std::size_t size, count;
        std::vector<std::size_t> expected;
    };
    for (const auto& [size, count, expected] : std::vector<Case>{{10, 0, {}},
                                                                 {0, 5, {}},
                                                                 {10, 1, {5}},
                                                                 {10, 3, {1, 5, 8}},
                                                                 {7, 2, {1, 5}},
                                                                 {3, 3, {0, 1, 2}},
                                                                 {3, 9, {0, 1, 2}}}) {
        EXPECT_EQ(spread_indices(size, count), expected) << size << " " << count;
    }
}

TEST(SpreadIndices, FollowTheFormulaAndDoNotOverflow) {
    const auto indices = spread_indices(1000003, 997);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        ASSERT_EQ(indices[i], (2 * i + 1) * 1000003 / (2 * 997));
    }
    const std::size_t huge = ~std::size_t{0};
    const auto two = spread_indices(huge, 2);
    EXPECT_EQ(two, (std::vector<std::size_t>{huge / 4, 3 * (huge / 4) + 2}));
}

}  // namespace
}  // namespace octet
