#include <functional>

#include <gtest/gtest.h>

#include "support.hpp"

namespace octet::test {
namespace {

using ov::op::v1::Add;
using ov::op::v1::Divide;
using ov::op::v1::Maximum;
using ov::op::v1::Multiply;
using ov::op::v1::Power;
using ov::op::v1::ReduceMax;
using ov::op::v1::ReduceMean;
using ov::op::v1::ReduceSum;
using ov::op::v1::Subtract;

template <class Operation, class... Arguments>
Value make(Arguments... arguments) {
    return std::make_shared<Operation>(arguments...);
}

Value mean(const Value& x, int64_t axis = -1) {
    return make<ReduceMean>(x, indices({axis}), true);
}
Value centered(const Value& x, int64_t axis = -1) {
    return make<Subtract>(x, mean(x, axis));
}
Value squared(const Value& x) {
    return make<Power>(x, scalar(2));
}
Value with_epsilon(const Value& x) {
    return make<Add>(x, scalar(1e-5F));
}
Value root(const Value& x) {
    return make<ov::op::v0::Sqrt>(x);
}

struct NormalizationCase {
    std::string name;
    std::function<Value(const Value&)> build;
    std::vector<std::string> types;
    double tolerance = 2e-6;
    ov::PartialShape shape = {2, 4, 16};
};

void check(const NormalizationCase& param) {
    SCOPED_TRACE(param.name);
    const auto last = param.build(parameter(param.shape));
    last.get_node()->set_friendly_name("last");
    const auto result = prepared(model_of({last}));
    EXPECT_EQ(result.types(), param.types);
    EXPECT_SAME_MODEL(result, param.tolerance);
}

TEST(PrepareNormalizations, MvnAreRecognized) {
    const NormalizationCase cases[] = {
        NormalizationCase{"Divided",
                          [](const Value& x) {
                              const auto c = centered(x);
                              return make<Divide>(c, root(with_epsilon(mean(squared(c)))));
                          },
                          {"MVN"}},
        NormalizationCase{"DividedDynamic",
                          [](const Value& x) {
                              const auto c = centered(x);
                              return make<Divide>(c, root(with_epsilon(mean(squared(c)))));
                          },
                          {"MVN"},
                          2e-6,
                          ov::PartialShape{-1, -1, 16}},
        NormalizationCase{"TwoSubtractsAndGammaBeta",
                          [](const Value& x) {
                              const auto variance = mean(squared(centered(x)));
                              const auto deviation = make<Power>(with_epsilon(variance), scalar(0.5F));
                              const auto same = make<Divide>(centered(x), deviation);
                              return make<Add>(make<Multiply>(same, numbers({16}, 1)), numbers({16}, 2));
                          },
                          {"MVN", "Multiply", "Add"}},
        NormalizationCase{"SquaredDifference",
                          [](const Value& x) {
                              const auto m = mean(x, 1);
                              const auto variance = mean(make<ov::op::v0::SquaredDifference>(x, m), 1);
                              return make<Multiply>(make<Subtract>(x, m),
                                                    make<Power>(with_epsilon(variance), scalar(-0.5F)));
                          },
                          {"MVN"}},
        NormalizationCase{"GammaInsideTheFactor",
                          [](const Value& x) {
                              const auto c = centered(x);
                              const auto inverse = make<Divide>(scalar(1), root(with_epsilon(mean(squared(c)))));
                              return make<Multiply>(c, make<Multiply>(inverse, numbers({16}, 1)));
                          },
                          {"MVN", "Multiply"}},
        NormalizationCase{"DistributedAsKerasDoes",
                          [](const Value& x) {
                              const auto m = mean(x);
                              const auto variance = mean(make<ov::op::v0::SquaredDifference>(x, m));
                              const auto inverse = make<Power>(with_epsilon(variance), scalar(-0.5F));
                              const auto factor = make<Multiply>(inverse, numbers({16}, 1));
                              const auto shift = make<Subtract>(numbers({16}, 2), make<Multiply>(m, factor));
                              return make<Add>(make<Multiply>(x, factor), shift);
                          },
                          {"MVN", "Multiply", "Add"}},
        NormalizationCase{"MeanOfSquaresLessSquareOfMeanWithoutKeptAxes",
                          [](const Value& x) {
                              const auto sum = [](const Value& value) {
                                  const auto reduced = make<ReduceSum>(value, indices({2}), false);
                                  return make<Multiply>(reduced, scalar(1 / 16.0F));
                              };
                              const auto kept = [](const Value& value) {
                                  return make<ov::op::v1::Reshape>(value, indices({2, 4, 1}), false);
                              };
                              const auto m = sum(x);
                              const auto variance = make<Subtract>(sum(make<Multiply>(x, x)), make<Multiply>(m, m));
                              const auto limited = kept(make<Maximum>(variance, scalar(0)));
                              const auto inverse = make<Divide>(scalar(1), root(with_epsilon(limited)));
                              return make<Multiply>(make<Subtract>(x, kept(m)), inverse);
                          },
                          {"MVN"},
                          1e-5},
        NormalizationCase{"EpsilonOutsideOfTheRoot",
                          [](const Value& x) {
                              const auto c = centered(x);
                              return make<Divide>(c, with_epsilon(root(mean(squared(c)))));
                          },
                          {"MVN"}},
        NormalizationCase{"OtherAxisThanTheMeans",
                          [](const Value& x) {
                              const auto c = centered(x);
                              return make<Divide>(c, root(with_epsilon(mean(squared(c), 1))));
                          },
                          {"ReduceMean", "Subtract", "Power", "ReduceMean", "Add", "Sqrt", "Divide"}},
        NormalizationCase{"WithoutEpsilon",
                          [](const Value& x) {
                              const auto c = centered(x);
                              return make<Divide>(c, root(mean(squared(c))));
                          },
                          {"ReduceMean", "Subtract", "Power", "ReduceMean", "Sqrt", "Divide"}}};
    for (const auto& param : cases) {
        check(param);
    }
}

TEST(PrepareNormalizations, SoftmaxAreRecognized) {
    const NormalizationCase cases[] = {
        NormalizationCase{"LessMaximum",
                          [](const Value& x) {
                              const auto e =
                                  make<ov::op::v0::Exp>(make<Subtract>(x, make<ReduceMax>(x, indices({1}), true)));
                              return make<Divide>(e, make<ReduceSum>(e, indices({1}), true));
                          },
                          {"Softmax"}},
        NormalizationCase{"Plain",
                          [](const Value& x) {
                              const auto e = make<ov::op::v0::Exp>(x);
                              return make<Divide>(e, make<ReduceSum>(e, indices({-1}), true));
                          },
                          {"Softmax"}},
        NormalizationCase{"OverTwoAxes",
                          [](const Value& x) {
                              const auto e = make<ov::op::v0::Exp>(x);
                              return make<Divide>(e, make<ReduceSum>(e, indices({1, 2}), true));
                          },
                          {"Exp", "ReduceSum", "Divide"}},
        NormalizationCase{"SumThatBroadcastsAcross",
                          [](const Value& x) {
                              const auto e = make<ov::op::v0::Exp>(x);
                              return make<Divide>(e, make<ReduceSum>(e, indices({2}), false));
                          },
                          {"Exp", "ReduceSum", "Divide"},
                          2e-6,
                          ov::PartialShape{4, 4, 4}}};
    for (const auto& param : cases) {
        check(param);
    }
}

TEST(PrepareNormalizations, NormalizeL2AreRecognized) {
    const NormalizationCase cases[] = {
        NormalizationCase{"SumPlusEpsilon",
                          [](const Value& x) {
                              return make<Divide>(x,
                                                  root(with_epsilon(make<ReduceSum>(squared(x), indices({1}), true))));
                          },
                          {"NormalizeL2"}},
        NormalizationCase{"LimitedLength",
                          [](const Value& x) {
                              const auto length = make<ov::op::v4::ReduceL2>(x, indices({2}), true);
                              const auto limited = make<Maximum>(length, scalar(1e-12F));
                              return make<Divide>(x, make<ov::op::v3::Broadcast>(limited, indices({2, 4, 16})));
                          },
                          {"NormalizeL2"}},
        NormalizationCase{
            "WithoutEpsilon",
            [](const Value& x) { return make<Divide>(x, make<ov::op::v4::ReduceL2>(x, indices({2}), true)); },
            {"ReduceL2", "Divide"}}};
    for (const auto& param : cases) {
        check(param);
    }
}

// Mean and variance as JAX leaves them for a batch of unknown size: shapes computed, then broadcast.
TEST(PrepareNormalizations, MvnOfUnknownBatchWithComputedShapes) {
    const auto x = parameter({-1, 16});
    const auto shape = make<ov::op::v3::ShapeOf>(x, ov::element::i64);
    const auto batch = make<ov::op::v8::Slice>(shape, indices({0}), indices({1}), indices({1}));
    const auto target = make<ov::op::v0::Concat>(ov::OutputVector{batch, indices({1})}, int64_t{0});
    const auto kept = [&](const Value& value) {
        return make<ov::op::v3::Broadcast>(make<ov::op::v1::Reshape>(value, target, true), target,
                                           ov::op::BroadcastModeSpec(ov::op::BroadcastType::BIDIRECTIONAL));
    };
    const auto data = make<ov::op::v0::Sigmoid>(x);
    const auto average = [](const Value& value) { return make<ReduceMean>(value, indices({1}), false); };
    const auto m = average(data);
    const auto variance = make<Subtract>(average(make<Multiply>(data, data)), make<Multiply>(m, m));
    const auto inverse = make<Divide>(scalar(1), root(with_epsilon(kept(variance))));
    const auto result = prepared(model_of({make<Multiply>(make<Subtract>(data, kept(m)), inverse)}));
    EXPECT_EQ(result.types(), (std::vector<std::string>{"Sigmoid", "MVN"}));
    EXPECT_SAME_MODEL(result, 2e-5);
}

}  // namespace
}  // namespace octet::test
