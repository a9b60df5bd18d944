#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "placement/ignored.hpp"
#include "placement/patterns.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

/// The reason why `name` is ignored in `model`, or empty.
std::string reason(const ov::Model& model, const std::string& name, const IgnoredScope& scope = {},
                   bool is_transformer = false) {
    const GraphIndex graph(model);
    Options options;
    options.ignored = scope;
    const auto ignored = find_ignored(graph, rules_for(options), options, is_transformer);
    for (const auto& [number, why] : ignored.reasons) {
        if (graph[number].get_friendly_name() == name) {
            return why;
        }
    }
    return "";
}

std::string refusal(const ov::Model& model, const IgnoredScope& scope) {
    try {
        check_scope(model, scope);
    } catch (const Error& error) {
        return error.code() == ErrorCode::InvalidOption ? error.what() : "wrong code";
    }
    return "";
}

class Scope : public ::testing::Test {
protected:
    std::shared_ptr<ov::op::v0::Parameter> x_ = parameter({1, 3, 8, 8});
    std::shared_ptr<ov::Model> model_ =
        model_of({convolution(relu(convolution(x_, "first", 1), "act"), "second", 3)}, {x_});
};

TEST_F(Scope, TakesNames) {
    EXPECT_EQ(reason(*model_, "first", {.names = {"first"}}), "ignored scope");
    EXPECT_EQ(reason(*model_, "second", {.names = {"first"}}), "");
}

TEST_F(Scope, TakesExpressionsOverWholeNames) {
    EXPECT_EQ(reason(*model_, "second", {.names = {"re:se.*"}}), "ignored scope");
    EXPECT_EQ(reason(*model_, "first", {.names = {"re:se.*"}}), "");
    EXPECT_NE(refusal(*model_, {.names = {"re:irst"}}), "");
}

TEST_F(Scope, TakesTypesInAnyCase) {
    EXPECT_EQ(reason(*model_, "first", {.types = {{"convolution"}}}), "ignored type");
}

TEST_F(Scope, RefusesWhatFitsNothingAndNamesTheNearest) {
    EXPECT_NE(refusal(*model_, {.names = {"frist"}}).find("did you mean \"first\""), std::string::npos);
    EXPECT_NE(refusal(*model_, {.types = {{"Convolutoin"}}}).find("did you mean \"Convolution\""), std::string::npos);
    EXPECT_NE(refusal(*model_, {.names = {"re:("}}).find("no regular expression"), std::string::npos);
}

TEST(Ignored, BiasAdd) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({convolution(x, "conv", 1)}, {x});
    EXPECT_EQ(reason(*model, "conv/add"), "part of operation_with_bias");
    EXPECT_EQ(reason(*model, "conv"), "");
}

TEST(Ignored, SqueezeAndExciteWithAndWithoutBias) {
    for (const bool has_bias : {true, false}) {
        const auto x = parameter({1, 4, 8, 8});
        const auto pool = make<ov::op::v1::ReduceMean>("pool", x, integers({2, 3}), true);
        const auto down = relu(convolution(pool, "down", 1, {.outputs = 2, .kernel = 1, .has_bias = has_bias}), "act");
        const auto up = convolution(down, "up", 3, {.kernel = 1, .has_bias = has_bias});
        const auto gate = make<ov::op::v0::Sigmoid>("gate", up);
        const auto model = model_of({make<ov::op::v1::Multiply>("scale", x, gate)}, {x});
        EXPECT_EQ(reason(*model, "down"), "part of se_block");
        EXPECT_EQ(reason(*model, "up"), "part of se_block");
        EXPECT_EQ(reason(*model, "pool"), "");
    }
}

TEST(Ignored, HardSwishSpeltOut) {
    const auto x = parameter({1, 3, 8, 8});
    const auto conv = convolution(x, "conv", 1);
    const auto plus = make<ov::op::v1::Add>("plus", conv, constant({}, {3}));
    const auto clamp = make<ov::op::v0::Clamp>("clamp", plus, 0, 6);
    const auto product = make<ov::op::v1::Multiply>("product", clamp, conv);
    const auto model = model_of({make<ov::op::v1::Multiply>("sixth", product, constant({}, {1.0F / 6}))}, {x});
    for (const auto* name : {"plus", "clamp", "product", "sixth"}) {
        EXPECT_NE(reason(*model, name), "") << name;
    }
}

TEST(Ignored, HardSwishOfAnotherTensorDoesNotMatch) {
    const auto x = parameter({1, 4, 6, 6});
    const auto conv = convolution(x, "conv", 1, {.kernel = 1});
    const auto plus = make<ov::op::v1::Add>("plus", conv, constant({}, {3}));
    const auto clamp = make<ov::op::v0::Clamp>("clamp", plus, 0, 6);
    const auto model = model_of({make<ov::op::v1::Multiply>("product", clamp, x)}, {x});
    EXPECT_EQ(reason(*model, "clamp"), "");
}

TEST(Ignored, Swish) {
    const auto x = parameter({1, 3, 8, 8});
    const auto model = model_of({make<ov::op::v4::Swish>("swish", convolution(x, "conv", 1))}, {x});
    EXPECT_EQ(reason(*model, "swish"), "part of swish_activation");
}

TEST(Ignored, ScaleAndShiftOfTheInput) {
    const auto x = parameter({1, 3, 8, 8});
    const auto scaled = make<ov::op::v1::Multiply>("scale", x, random_constant({1, 3, 1, 1}, 1));
    const auto shifted = make<ov::op::v1::Add>("shift", scaled, random_constant({1, 3, 1, 1}, 2));
    const auto model = model_of({convolution(shifted, "conv", 3)}, {x});
    EXPECT_EQ(reason(*model, "scale"), "part of input_scale_shift");
    EXPECT_NE(reason(*model, "shift"), "");
}

TEST(Ignored, ScaleAndShiftBehindAnActivation) {
    const auto x = parameter({1, 3, 8, 8});
    const auto act = make<ov::op::v4::HSwish>("act", convolution(x, "conv", 1));
    const auto scaled = make<ov::op::v1::Multiply>("scale", act, constant({}, {2}));
    const auto shifted = make<ov::op::v1::Add>("shift", scaled, constant({}, {1}));
    const auto model = model_of({convolution(shifted, "next", 3)}, {x});
    EXPECT_EQ(reason(*model, "scale"), "part of fused_activation_scale_shift");
}

TEST(Ignored, AScaleAndShiftIsNotFusedWhereTheActivationHasAnotherReader) {
    const auto x = parameter({1, 3, 8, 8});
    const auto act = relu(convolution(x, "conv", 1), "act");
    const auto scaled = make<ov::op::v1::Multiply>("scale", act, constant({}, {2}));
    const auto model = model_of({convolution(scaled, "next", 3), convolution(act, "other", 5)}, {x});
    EXPECT_EQ(reason(*model, "scale"), "");
}

TEST(Ignored, SoftmaxAttention) {
    const auto x = parameter({1, 6, 8});
    const auto matmul = [&](const std::string& name, unsigned seed) -> Output {
        const auto product =
            make<ov::op::v0::MatMul>(name, x, random_constant({8, 8}, seed, name + "/weights"), false, false);
        const auto add = make<ov::op::v1::Add>(name + "/add", product, random_constant({1, 1, 8}, seed + 1));
        const auto heads = make<ov::op::v1::Reshape>(name + "/heads", add, integers({1, 6, 2, 4}), false);
        return make<ov::op::v1::Transpose>(name + "/turned", heads, integers({0, 2, 1, 3}));
    };
    const auto scores = make<ov::op::v0::MatMul>("scores", matmul("q", 1), matmul("k", 3), false, true);
    const auto softmax = make<ov::op::v8::Softmax>("softmax", scores, -1);
    const auto model = model_of({make<ov::op::v0::MatMul>("attention", softmax, matmul("v", 5), false, false)}, {x});
    EXPECT_EQ(reason(*model, "attention"), "part of softmax_reshape_transpose_matmul");
    EXPECT_EQ(reason(*model, "scores"), "");
    EXPECT_EQ(find_transformer(GraphIndex(*model)), "attention at softmax");
}

TEST(Ignored, WhatPreparesTopK) {
    const auto x = parameter({1, 4, 8, 8});
    const auto conv = convolution(x, "conv", 1);
    const auto scaled = make<ov::op::v1::Multiply>("scaled", conv, conv);
    const auto flat = make<ov::op::v1::Reshape>("flat", scaled, integers({1, -1}), false);
    const auto top = make<ov::op::v3::TopK>("top", flat, ov::op::v0::Constant::create(ov::element::i64, {}, {3}), 1,
                                            "max", "value", ov::element::i32);
    const auto model = model_of({top->output(0)}, {x});
    EXPECT_EQ(reason(*model, "scaled"), "prepares a detection output");
    EXPECT_EQ(reason(*model, "conv"), "");
}

TEST(Ignored, TransformersKeepAdditionsAndNormalizations) {
    const auto x = parameter({1, 6, 8});
    const auto norm = make<ov::op::v6::MVN>("norm", x, integers({-1}), true, 1e-5F, ov::op::MVNEpsMode::INSIDE_SQRT);
    const auto sum = make<ov::op::v1::Add>("sum", norm, x);
    const auto model = model_of({make<ov::op::v0::MatMul>("fc", sum, random_constant({8, 8}, 1), false, false)}, {x});
    EXPECT_EQ(reason(*model, "sum", {}, true), "transformer");
    EXPECT_EQ(reason(*model, "sum", {}, false), "");
    EXPECT_EQ(find_transformer(GraphIndex(*model)), "layer normalization at norm");
}

TEST(FindTransformer, DoesNotTakeAClassifierForOne) {
    const auto x = parameter({1, 3, 8, 8});
    const auto pool =
        make<ov::op::v1::ReduceMean>("pool", relu(convolution(x, "conv", 1), "act"), integers({2, 3}), false);
    const auto fc = make<ov::op::v0::MatMul>("fc", pool, random_constant({4, 10}, 1), false, false);
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", fc, -1)}, {x});
    EXPECT_EQ(find_transformer(GraphIndex(*model)), "");
}

TEST(IgnoredPatterns, EveryNodeIsReachedFromTheLast) {
    for (const auto& pattern :
         ignored_patterns({"fused", "fused_activations", "clamp_multiply", "gather_attention", "assign_result"})) {
        std::vector<bool> is_reached(pattern.nodes.size(), false);
        is_reached.back() = true;
        for (std::size_t i = pattern.nodes.size(); i-- > 0;) {
            EXPECT_TRUE(is_reached[i]) << pattern.name << ", node " << i;
            for (const std::size_t input : pattern.nodes[i].inputs) {
                ASSERT_LT(input, i) << pattern.name;
                is_reached[input] = true;
            }
        }
    }
}

}  // namespace
}  // namespace octet
