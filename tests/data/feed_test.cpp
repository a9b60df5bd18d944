#include <cmath>
#include <limits>
#include <thread>

#include "data/feed.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

template <typename T>
ov::Tensor tensor(ov::element::Type type, const ov::Shape& shape, const std::vector<T>& numbers) {
    ov::Tensor result(type, shape);
    std::memcpy(result.data(), numbers.data(), result.get_byte_size());
    return result;
}

std::unique_ptr<Dataset> one(Sample sample) {
    return make_dataset(1, [sample = std::move(sample)](std::size_t) { return sample; });
}

ov::Tensor feed_one(const Input& input, const ov::Tensor& given) {
    const auto dataset = one({{"", given}});
    return Feed(*make_model({input}), *dataset)(0).at(0);
}

TEST(Feed, OrdersByInputAndTakesEitherName) {
    const auto model = make_model({{"a", ov::element::f32, {2}}, {"b", ov::element::f32, {1}}});
    const auto dataset = one(
        {{"b", tensor<float>(ov::element::f32, {1}, {3})}, {"node_a", tensor<float>(ov::element::f32, {2}, {1, 2})}});
    const auto tensors = Feed(*model, *dataset)(0);
    EXPECT_EQ(values<float>(tensors.at(0)), (std::vector<float>{1, 2}));
    EXPECT_EQ(values<float>(tensors.at(1)), (std::vector<float>{3}));
}

TEST(Feed, PassesAFittingTensorWithoutCopy) {
    const auto given = tensor<float>(ov::element::f32, {2, 2}, {1, 2, 3, 4});
    EXPECT_EQ(feed_one({"x", ov::element::f32, {2, 2}}, given).data(), given.data());
    const auto batched = feed_one({"x", ov::element::f32, {1, 2, 2}}, given);
    EXPECT_EQ(batched.data(), given.data());
    EXPECT_EQ(batched.get_shape(), (ov::Shape{1, 2, 2}));
    EXPECT_EQ(given.get_shape(), (ov::Shape{2, 2}));
}

TEST(Feed, ABatchedViewKeepsTheValuesAlive) {
    const auto model = make_model({{"x", ov::element::f32, {1, 1000}}});
    const auto dataset = make_dataset(1, [](std::size_t) {
        return Sample{{"", tensor<float>(ov::element::f32, {1000}, std::vector<float>(1000, 7))}};
    });
    const auto tensors = Feed(*model, *dataset)(0);
    EXPECT_EQ(values<float>(tensors.at(0)), (std::vector<float>(1000, 7)));
}

TEST(Feed, TakesAStridedTensor) {
    auto whole = tensor<float>(ov::element::f32, {2, 3}, {1, 2, 3, 4, 5, 6});
    const ov::Tensor part(whole, ov::Coordinate{0, 1}, ov::Coordinate{2, 3});
    EXPECT_EQ(values<float>(feed_one({"x", ov::element::f32, {2, 2}}, part)), (std::vector<float>{2, 3, 5, 6}));
}

TEST(Feed, TakesAnyExtentOfADynamicAxis) {
    const auto given = tensor<float>(ov::element::f32, {3, 2}, {1, 2, 3, 4, 5, 6});
    EXPECT_EQ(feed_one({"x", ov::element::f32, {-1, -1, 2}}, given).get_shape(), (ov::Shape{1, 3, 2}));
    EXPECT_EQ(feed_one({"x", ov::element::f32, {-1, 2}}, given).get_shape(), (ov::Shape{3, 2}));
    EXPECT_EQ(feed_one({"x", ov::element::f32, ov::PartialShape::dynamic()}, given).get_shape(), (ov::Shape{3, 2}));
}

TEST(Feed, ConvertsWhereEveryValueIsHeld) {
    const auto u16 = tensor<std::uint16_t>(ov::element::u16, {2}, {7, 65535});
    EXPECT_EQ(values<std::int64_t>(feed_one({"x", ov::element::i64, {1, 2}}, u16)),
              (std::vector<std::int64_t>{7, 65535}));
    const auto f64 = tensor<double>(ov::element::f64, {2}, {0.1, -std::numeric_limits<double>::infinity()});
    EXPECT_EQ(values<float>(feed_one({"x", ov::element::f32, {2}}, f64)),
              (std::vector<float>{0.1F, -std::numeric_limits<float>::infinity()}));
    const auto f32 = tensor<float>(ov::element::f32, {2}, {-128, 127});
    EXPECT_EQ(values<std::int8_t>(feed_one({"x", ov::element::i8, {2}}, f32)), (std::vector<std::int8_t>{-128, 127}));
    const auto half = tensor<std::uint16_t>(ov::element::f16, {2}, {0x3C00, 0xFC00});
    EXPECT_EQ(values<float>(feed_one({"x", ov::element::f32, {2}}, half)),
              (std::vector<float>{1, -std::numeric_limits<float>::infinity()}));
    const auto truth = tensor<std::uint8_t>(ov::element::boolean, {3}, {0, 1, 200});
    EXPECT_EQ(values<float>(feed_one({"x", ov::element::f32, {3}}, truth)), (std::vector<float>{0, 1, 1}));
    const auto mask = tensor<std::int32_t>(ov::element::i32, {2}, {1, 0});
    const auto as_truth = feed_one({"x", ov::element::boolean, {2}}, mask);
    EXPECT_EQ(static_cast<const std::uint8_t*>(as_truth.data())[0], 1);
    EXPECT_EQ(static_cast<const std::uint8_t*>(as_truth.data())[1], 0);
    const std::int64_t big = (std::int64_t{1} << 53) + 1;  // no double
    const auto i64 = tensor<std::int64_t>(ov::element::i64, {1}, {big});
    EXPECT_EQ(values<std::uint64_t>(feed_one({"x", ov::element::u64, {1}}, i64)),
              (std::vector<std::uint64_t>{static_cast<std::uint64_t>(big)}));
}

TEST(Feed, RefusesAValueThatTheTypeCannotHold) {
    struct Case {
        ov::element::Type to;
        ov::Tensor given;
        std::string says;
    };
    std::vector<float> many(2000, 1);
    many[1999] = 0.5F;
    const std::vector<Case> cases{
        {ov::element::i32, tensor<float>(ov::element::f32, {2}, {1, 2.5F}), "2.5 at [1]"},
        {ov::element::i8, tensor<std::int32_t>(ov::element::i32, {2}, {127, 128}), "128 at [1]"},
        {ov::element::u8, tensor<std::int32_t>(ov::element::i32, {2}, {-1, 0}), "-1 at [0]"},
        {ov::element::i32, tensor<std::int64_t>(ov::element::i64, {2}, {0, std::int64_t{1} << 31}),
         "2147483648 at [1]"},
        {ov::element::i64, tensor<std::uint64_t>(ov::element::u64, {2}, {0, ~0ULL}), "18446744073709551615 at [1]"},
        {ov::element::u64, tensor<std::int64_t>(ov::element::i64, {2}, {0, -3}), "-3 at [1]"},
        {ov::element::i64, tensor<double>(ov::element::f64, {2}, {0, 9223372036854775808.0}), "at [1]"},
        {ov::element::i64, tensor<double>(ov::element::f64, {2}, {0, HUGE_VAL}), "inf at [1]"},
        {ov::element::f32, tensor<double>(ov::element::f64, {2}, {0, 1e300}), "1e+300 at [1]"},
        {ov::element::f16, tensor<float>(ov::element::f32, {2}, {0, 1e6F}), "1e+06 at [1]"},
        {ov::element::boolean, tensor<std::int32_t>(ov::element::i32, {2}, {0, 2}), "2 at [1]"},
        {ov::element::i32, tensor<float>(ov::element::f32, {2000}, many), "0.5 at [1999]"},
    };
    for (const auto& test : cases) {
        const ov::PartialShape shape(test.given.get_shape());
        expect_error(
            [&] {
                feed_one({"x", test.to, shape}, test.given);
            },
            ErrorCode::InvalidData, {"sample 0", "\"x\"", test.to.get_type_name() + "[", test.says, "cannot hold"});
    }
}

TEST(Feed, RefusesNaNAndSaysWhere) {
    std::vector<float> numbers(2 * 3 * 400, 1);
    numbers[1 * 3 * 400 + 2 * 400 + 399] = NAN;
    const Input input{"x", ov::element::f32, {1, 2, 3, 400}};
    expect_error(
        [&] {
            feed_one(input, tensor(ov::element::f32, {2, 3, 400}, numbers));
        },
        ErrorCode::InvalidData, {"sample 0", "\"x\"", "NaN at [0,1,2,399]"});
    expect_error(
        [&] {
            feed_one({"x", ov::element::f32, {1}}, tensor<std::uint16_t>(ov::element::f16, {1}, {0x7C01}));
        },
        ErrorCode::InvalidData, {"NaN at [0]"});
    expect_error(
        [&] {
            feed_one({"x", ov::element::i32, {1}}, tensor<double>(ov::element::f64, {1}, {NAN}));
        },
        ErrorCode::InvalidData, {"NaN at [0]"});
}

TEST(Feed, RefusesAnotherShape) {
    const auto given = tensor<double>(ov::element::f64, {3, 2}, std::vector<double>(6));
    for (const ov::PartialShape& shape : {ov::PartialShape{2, 3}, {3}, {1, 1, 3, 2}, {2, 3, 2}, {3, 2, 1}, {}}) {
        expect_error(
            [&] {
                feed_one({"x", ov::element::f32, shape}, given);
            },
            ErrorCode::InvalidData, {"sample 0: input \"x\": expected f32[", "got f64[3,2]"});
    }
    expect_error(
        [&] {
            feed_one({"x", ov::element::f32, {2}}, ov::Tensor());
        },
        ErrorCode::InvalidData, {"empty tensor"});
}

TEST(Feed, RefusesNamesThatDoNotMatch) {
    const auto model = make_model({{"input_ids", ov::element::f32, {1}}, {"mask", ov::element::f32, {1}}});
    const auto number = tensor<float>(ov::element::f32, {1}, {1});
    const auto feed = [&](Sample sample) {
        const auto dataset = one(std::move(sample));
        Feed(*model, *dataset);
    };
    expect_error(
        [&] {
            feed({{"inputs_ids", number}, {"mask", number}});
        },
        ErrorCode::InvalidOption, {"no input \"inputs_ids\"", "did you mean \"input_ids\"?"});
    expect_error([&] { feed({{"mask", number}}); }, ErrorCode::InvalidOption, {"no data for input \"input_ids\""});
    expect_error(
        [&] {
            feed({{"mask", number}, {"node_mask", number}, {"input_ids", number}});
        },
        ErrorCode::InvalidOption, {"\"mask\" is fed twice"});
    expect_error([&] { feed({{"", number}}); }, ErrorCode::InvalidOption, {"2 inputs", "\"input_ids\", \"mask\""});
}

TEST(Feed, ALaterSampleWithOtherNamesIsThatSamplesFault) {
    const auto model = make_model({{"x", ov::element::f32, {1}}});
    const auto dataset = make_dataset(2, [](std::size_t i) {
        return Sample{{i == 0 ? "x" : "y", tensor<float>(ov::element::f32, {1}, {1})}};
    });
    const Feed feed(*model, *dataset);
    EXPECT_EQ(feed(0).size(), 1U);
    expect_error([&] { feed(1); }, ErrorCode::InvalidData, {"sample 1: the model has no input \"y\""});
}

TEST(Feed, AnUnreadableFirstSampleIsReportedWhenItIsAskedFor) {
    const auto model = make_model({{"x", ov::element::f32, {1}}});
    const auto dataset = make_dataset(2, [](std::size_t i) {
        if (i == 0) {
            throw std::runtime_error("gone");
        }
        return Sample{{"x", tensor<float>(ov::element::f32, {1}, {1})}};
    });
    const Feed feed(*model, *dataset);
    EXPECT_EQ(feed(1).size(), 1U);
    expect_error([&] { feed(0); }, ErrorCode::InvalidData, {"sample 0: gone"});
}

TEST(Feed, AnEmptyDatasetIsNoError) {
    const auto dataset = make_dataset(0, [](std::size_t) { return Sample{}; });
    EXPECT_EQ(Feed(*make_model({{"x", ov::element::f32, {1}}}), *dataset).size(), 0U);
}

}  // namespace
}  // namespace octet
