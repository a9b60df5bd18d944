#include <cstdint>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "support.hpp"

namespace octet::test {
namespace {

struct IdentityCase {
    std::string name;
    std::function<Value(const Value&)> build;
    bool is_dropped = true;
    ov::PartialShape shape = {2, 3, 4};
};

// Each stands between two Sigmoids, so that neither neighbour is an input or output.
void check(const IdentityCase& param) {
    SCOPED_TRACE(param.name);
    const auto first = std::make_shared<ov::op::v0::Sigmoid>(parameter(param.shape));
    const auto last = named("last", std::make_shared<ov::op::v0::Sigmoid>(param.build(first)));
    const auto result = prepared(model_of({last}));
    const bool is_dropped = result.types() == std::vector<std::string>{"Sigmoid", "Sigmoid"};
    EXPECT_EQ(is_dropped, param.is_dropped);
    EXPECT_SAME_MODEL(result, 1e-6);
}

template <class Operation, class... Arguments>
std::function<Value(const Value&)> op(Arguments... arguments) {
    return [=](const Value& x) -> Value { return std::make_shared<Operation>(x, arguments...); };
}

using PadMode = ov::op::PadMode;
const std::vector<int64_t> kNone{0, 0, 0};

TEST(PrepareIdentities, DropWhatHasNoEffectAndNothingElse) {
    const IdentityCase cases[] = {
        IdentityCase{"Identity", op<ov::op::v16::Identity>()},
        IdentityCase{"ConvertToSame", op<ov::op::v0::Convert>(ov::element::f32)},
        IdentityCase{"TransposeInOrder", op<ov::op::v1::Transpose>(indices({0, 1, 2}))},
        IdentityCase{"TransposeMoves", op<ov::op::v1::Transpose>(indices({0, 2, 1})), false},
        IdentityCase{"TransposePair",
                     [](const Value& x) -> Value {
                         const auto inner = std::make_shared<ov::op::v1::Transpose>(x, indices({1, 2, 0}));
                         return std::make_shared<ov::op::v1::Transpose>(inner, indices({2, 0, 1}));
                     }},
        IdentityCase{"ReshapeToSame", op<ov::op::v1::Reshape>(indices({2, 3, 4}), false)},
        IdentityCase{"ReshapeElsewhere", op<ov::op::v1::Reshape>(indices({2, 12}), false), false},
        IdentityCase{"ReshapePair",
                     [](const Value& x) -> Value {
                         const auto inner = std::make_shared<ov::op::v1::Reshape>(x, indices({-1}), false);
                         return std::make_shared<ov::op::v1::Reshape>(inner, indices({2, 3, 4}), false);
                     }},
        IdentityCase{"UnsqueezeSqueezeOfDynamic",
                     [](const Value& x) -> Value {
                         const auto inner = std::make_shared<ov::op::v0::Unsqueeze>(x, indices({1}));
                         return std::make_shared<ov::op::v0::Squeeze>(inner, indices({1}));
                     },
                     true, ov::PartialShape{-1, 3, -1}},
        IdentityCase{"UnsqueezeSqueezeElsewhere",
                     [](const Value& x) -> Value {
                         const auto inner = std::make_shared<ov::op::v0::Unsqueeze>(x, indices({2}));
                         return std::make_shared<ov::op::v0::Squeeze>(inner, indices({0}));
                     },
                     false, ov::PartialShape{1, 3, -1}},
        IdentityCase{"BroadcastToSame", op<ov::op::v3::Broadcast>(indices({2, 3, 4}))},
        IdentityCase{"TileOnce", op<ov::op::v0::Tile>(indices({1, 1, 1}))},
        IdentityCase{"SliceAll", op<ov::op::v8::Slice>(indices({0}), indices({1000}), indices({1}), indices({1}))},
        IdentityCase{"SliceBackwards",
                     op<ov::op::v8::Slice>(indices({-1}), indices({-1000}), indices({-1}), indices({1})), false},
        IdentityCase{"StridedSliceAll", op<ov::op::v1::StridedSlice>(indices(kNone), indices(kNone),
                                                                     std::vector<int64_t>{1, 1, 1},
                                                                     std::vector<int64_t>{1, 1, 1})},
        IdentityCase{"ConcatOfOne",
                     [](const Value& x) -> Value {
                         return std::make_shared<ov::op::v0::Concat>(ov::OutputVector{x}, 1);
                     }},
        IdentityCase{"PadNothing", op<ov::op::v12::Pad>(indices(kNone), indices(kNone), scalar(0), PadMode::CONSTANT)},
        IdentityCase{"PadOne", op<ov::op::v12::Pad>(indices({0, 1, 0}), indices(kNone), scalar(0), PadMode::CONSTANT),
                     false},
        IdentityCase{"MultiplyByOne", op<ov::op::v1::Multiply>(scalar(1))},
        IdentityCase{"MultiplyByOnes", op<ov::op::v1::Multiply>(constant({3, 1}, {1, 1, 1}))},
        IdentityCase{"MultiplyByOneOfDynamic", op<ov::op::v1::Multiply>(scalar(1)), true, ov::PartialShape{-1, -1}},
        IdentityCase{"MultiplyByNearlyOne", op<ov::op::v1::Multiply>(constant({3, 1}, {1, 1, 1.001F})), false},
        IdentityCase{"MultiplyThatBroadcasts", op<ov::op::v1::Multiply>(constant({3, 1, 1, 1}, {1, 1, 1})), false},
        IdentityCase{"AddZero", op<ov::op::v1::Add>(scalar(0))},
        IdentityCase{"SubtractZero", op<ov::op::v1::Subtract>(scalar(0))},
        IdentityCase{"DivideByOne", op<ov::op::v1::Divide>(scalar(1))},
        IdentityCase{"PowerOne", op<ov::op::v1::Power>(scalar(1))},
        IdentityCase{"PowerTwo", op<ov::op::v1::Power>(scalar(2)), false},
        IdentityCase{"MaximumOfMinusInfinity",
                     op<ov::op::v1::Maximum>(scalar(-std::numeric_limits<float>::infinity()))}};
    for (const auto& param : cases) {
        check(param);
    }
}

// Shapes that a converter computes for a batch of unknown size
Value batch_of(const Value& x) {
    const auto shape = std::make_shared<ov::op::v3::ShapeOf>(x, ov::element::i64);
    return std::make_shared<ov::op::v8::Slice>(shape, indices({0}), indices({1}), indices({1}));
}

TEST(PrepareDynamicShapes, ABroadcastToTheOwnBatchIsDropped) {
    const auto x = parameter({-1, 3});
    const auto first = std::make_shared<ov::op::v0::Sigmoid>(x);
    const auto target = std::make_shared<ov::op::v0::Concat>(ov::OutputVector{batch_of(x), indices({3})}, 0);
    const auto same = std::make_shared<ov::op::v3::Broadcast>(first, target, ov::op::BroadcastType::BIDIRECTIONAL);
    const auto result = prepared(model_of({std::make_shared<ov::op::v0::Tanh>(same)}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Sigmoid", "Tanh"}));
    EXPECT_FALSE(result.after->input(0).get_partial_shape()[0].has_symbol());
    EXPECT_FALSE(result.after->output(0).get_partial_shape()[0].has_symbol());
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareDynamicShapes, ABroadcastToAnotherInputsBatchStays) {
    const auto other = parameter({-1, 3}, "other");
    const auto first = std::make_shared<ov::op::v0::Sigmoid>(parameter({-1, 3}));
    const auto target = std::make_shared<ov::op::v0::Concat>(ov::OutputVector{batch_of(other), indices({3})}, 0);
    const auto wider = std::make_shared<ov::op::v3::Broadcast>(first, target, ov::op::BroadcastType::BIDIRECTIONAL);
    const auto result = prepared(model_of({std::make_shared<ov::op::v0::Tanh>(wider), other}));
    EXPECT_EQ(result.count("Broadcast"), 1U);
}

TEST(PrepareDynamicShapes, ASliceToTheFarEndIsDropped) {
    struct Case {
        int64_t stop;
        std::size_t slices;
    };
    for (const auto& param : {Case{1000000000, 0}, Case{INT64_MAX, 0}, Case{1000, 1}, Case{-1, 1}}) {
        const auto first = std::make_shared<ov::op::v0::Sigmoid>(parameter({-1, 3}));
        const auto slice =
            std::make_shared<ov::op::v8::Slice>(first, indices({0, 0}), indices({param.stop, 3}), indices({1, 1}));
        const auto result = prepared(model_of({std::make_shared<ov::op::v0::Tanh>(slice)}));
        EXPECT_EQ(result.count("Slice"), param.slices) << param.stop;
        EXPECT_LE(output_difference(result.before, result.after), 0);
    }
}

TEST(PrepareDynamicShapes, ATransposeOfAxesOfOneJoinsTheReshape) {
    const auto first = std::make_shared<ov::op::v0::Sigmoid>(parameter({1, 1, 4, 5}));
    const auto turned = std::make_shared<ov::op::v1::Transpose>(first, indices({0, 2, 3, 1}));
    const auto flat = std::make_shared<ov::op::v1::Reshape>(turned, indices({1, -1, 1}), false);
    const auto result = prepared(model_of({flat}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Sigmoid", "Reshape"}));
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareIdentityNames, AnOutputKeepsItsNamesWhenItsProducerIsDropped) {
    const auto sigmoid = named("sigmoid", std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 3})));
    sigmoid->output(0).set_names({"inner"});
    const auto identity = named("last", std::make_shared<ov::op::v16::Identity>(sigmoid));
    const auto result = prepared(model_of({identity}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Sigmoid"}));
    EXPECT_EQ(result.only("Sigmoid")->get_friendly_name(), "last");
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareIdentityNames, ATensorInsideTheModelKeepsBothNames) {
    const auto sigmoid = std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 3}));
    sigmoid->output(0).set_names({"inner"});
    const auto identity = std::make_shared<ov::op::v16::Identity>(sigmoid);
    identity->output(0).set_names({"same"});
    const auto result = prepared(model_of({std::make_shared<ov::op::v0::Tanh>(identity)}));
    EXPECT_EQ(result.only("Sigmoid")->output(0).get_names(), (std::unordered_set<std::string>{"inner", "same"}));
}

TEST(PrepareIdentityNames, AnInputThatIsAnOutputStaysThatFar) {
    const auto identity = named("last", std::make_shared<ov::op::v16::Identity>(parameter({2, 3})));
    const auto result = prepared(model_of({identity}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Identity"}));
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareIdentityNames, TwoOutputsOfOneValueKeepTheirOwnNames) {
    const auto sigmoid = named("sigmoid", std::make_shared<ov::op::v0::Sigmoid>(parameter({2, 3})));
    const auto identity = named("same", std::make_shared<ov::op::v16::Identity>(sigmoid));
    const auto result = prepared(model_of({sigmoid, identity}));
    EXPECT_SAME_MODEL(result, 0);
}

TEST(PrepareIdentityNames, TwoTransposesBecomeOne) {
    const auto inner = std::make_shared<ov::op::v1::Transpose>(parameter({2, 3, 4}), indices({1, 2, 0}));
    const auto outer = named("outer", std::make_shared<ov::op::v1::Transpose>(inner, indices({1, 2, 0})));
    const auto result = prepared(model_of({outer}));
    ASSERT_TRUE(result.only("Transpose"));
    EXPECT_EQ(values_of(result.only("Transpose")->input_value(1)), (std::vector<float>{2, 0, 1}));
    EXPECT_SAME_MODEL(result, 0);
}

}  // namespace
}  // namespace octet::test
