#include <gtest/gtest.h>

#include "octet/error.hpp"

#include "placement/ignored.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

/// The reason why `name` is ignored in `model`, or empty.
std::string reason(const ov::Model& model, const std::string& name, const IgnoredScope& scope = {},
                   bool is_transformer = false, const std::string& device = "ANY") {
    const GraphIndex graph(model);
    Options options;
    options.ignored = scope;
    options.target_device = device;
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

TEST_F(Scope, TakesAttributesOfTypes) {
    EXPECT_EQ(reason(*model_, "first", {.types = {{"Convolution", {{"strides", "1, 1"}}}}}), "ignored type");
    EXPECT_EQ(reason(*model_, "first", {.types = {{"Convolution", {{"strides", "2,1"}}}}}), "");
    EXPECT_EQ(reason(*model_, "first", {.types = {{"Convolution", {{"auto_pad", "EXPLICIT"}, {"pads_begin", "9,9"}}}}}),
              "");
}

TEST_F(Scope, TellsOfTypesThatTheModelHasNot) {
    EXPECT_EQ(check_scope(*model_, {.types = {{"convolution"}}}).size(), 0U);
    EXPECT_EQ(check_scope(*model_, {.types = {{"MaxPool"}, {"Sigmoid"}}}).size(), 2U);
}

TEST_F(Scope, RefusesARegionWithoutAWay) {
    EXPECT_EQ(refusal(*model_, {.regions = {{{"first"}, {"second"}}}}), "");
    EXPECT_NE(refusal(*model_, {.regions = {{{"second"}, {"first"}}}}).find("no way from \"second\" to \"first\""),
              std::string::npos);
}

TEST_F(Scope, RefusesWhatFitsNothingAndNamesTheNearest) {
    EXPECT_NE(refusal(*model_, {.names = {"frist"}}).find("did you mean \"first\""), std::string::npos);
    EXPECT_NE(refusal(*model_, {.types = {{"Convolutoin"}}}).find("did you mean \"Convolution\""), std::string::npos);
    EXPECT_NE(refusal(*model_, {.names = {"re:("}}).find("no regular expression"), std::string::npos);
}

/// The best of 256 numbers of `x`.
Output best(const Output& x) {
    const auto flat = make<ov::op::v1::Reshape>("flat", x, integers({1, 256}), false);
    const auto count = ov::op::v0::Constant::create(ov::element::i64, {}, {3});
    return make<ov::op::v3::TopK>("top", flat, count, 1, "max", "value", ov::element::i32)->output(0);
}

TEST(DetectionTail, IsWhatPreparesTopK) {
    const auto x = parameter({1, 4, 8, 8});
    const auto conv = convolution(x, "conv", 1, {.kernel = 1});
    const auto model = model_of({best(make<ov::op::v1::Multiply>("squared", conv, conv))}, {x});
    for (const auto* name : {"flat", "squared", "conv/add"}) {
        EXPECT_EQ(reason(*model, name), "prepares a detection output") << name;
    }
    EXPECT_EQ(reason(*model, "conv"), "");
}

TEST(DetectionTail, IsWhatPreparesNonMaxSuppression) {
    const auto x = parameter({1, 4, 8, 8});
    const auto corners = convolution(x, "corners", 1, {.kernel = 1});
    const auto boxes = make<ov::op::v1::Reshape>("boxes", corners, integers({1, 64, 4}), false);
    const auto scores = make<ov::op::v1::Reshape>(
        "scores", relu(convolution(x, "classes", 3, {.kernel = 1}), "positive"), integers({1, 4, 64}), false);
    const auto model = model_of({make<ov::op::v5::NonMaxSuppression>("nms", boxes, scores)->output(0)}, {x});
    for (const auto* name : {"boxes", "corners/add", "scores", "positive", "classes/add"}) {
        EXPECT_EQ(reason(*model, name), "prepares a detection output") << name;
    }
    for (const auto* name : {"corners", "classes", "x"}) {
        EXPECT_EQ(reason(*model, name), "") << name;
    }
}

TEST(DetectionTail, EndsAtAMatMulOfTwoActivations) {
    const auto x = parameter({1, 4, 8, 8});
    const auto doubled = make<ov::op::v1::Add>("doubled", relu(x, "a"), relu(x, "b"));
    const auto model = model_of({best(make<ov::op::v0::MatMul>("product", doubled, x, false, false))}, {x});
    EXPECT_EQ(reason(*model, "flat"), "prepares a detection output");
    EXPECT_EQ(reason(*model, "product"), "");
    EXPECT_EQ(reason(*model, "doubled"), "");
}

TEST(DetectionTail, NeedsADetection) {
    const auto x = parameter({1, 4, 8, 8});
    const auto model = model_of({make<ov::op::v1::ReduceMax>("max", relu(x, "positive"), integers({1}), false)}, {x});
    EXPECT_EQ(reason(*model, "positive"), "");
}

class TransformerTypes : public ::testing::TestWithParam<std::string> {
protected:
    std::string why(const std::string& name, bool is_transformer) const {
        return reason(*model_, name, {}, is_transformer, GetParam());
    }

private:
    static std::shared_ptr<ov::Model> one_of_each() {
        using namespace ov::op;
        const auto x = parameter({1, 6, 8});
        const auto y = relu(x, "y"), z = relu(x, "z");
        Output end = make<v1::Add>("Add", y, z);
        end = make<v1::Multiply>("Multiply", end, z);
        end = make<v1::Subtract>("Subtract", end, z);
        end = make<v0::SquaredDifference>("SquaredDifference", end, z);
        end = make<v1::Power>("Power", end, constant({}, {0.5}));
        end = make<v6::MVN>("MVN", end, integers({-1}), true, 1e-5F, MVNEpsMode::INSIDE_SQRT);
        end = make<v1::ReduceMean>("ReduceMean", end, integers({1}), true);
        end = make<v0::Squeeze>("Squeeze", end, integers({1}));
        end = make<v0::MatMul>("MatMul", end, random_constant({8, 8}, 1), false, false);
        return model_of({end}, {x});
    }
    std::shared_ptr<ov::Model> model_ = one_of_each();
};

TEST_P(TransformerTypes, StayInFloatingPoint) {
    for (const auto* type :
         {"Add", "Subtract", "SquaredDifference", "Power", "MVN", "ReduceMean", "Squeeze", "Multiply"}) {
        const bool is_kept = GetParam() == "CPU_SPR" && type == std::string("Multiply");
        EXPECT_EQ(why(type, true), is_kept ? "" : "transformer") << type;
        EXPECT_EQ(why(type, false), "") << type;
    }
    // No quantizer could move above the Squeeze.
    EXPECT_EQ(why("MatMul", true), "reads an ignored Squeeze");
    EXPECT_EQ(why("MatMul", false), "");
}

INSTANTIATE_TEST_SUITE_P(Devices, TransformerTypes,
                         ::testing::Values("ANY", "CPU", "CPU_SPR", "GPU", "NPU", "GNA", "GNA3", "GNA3.5"),
                         [](const auto& device) { return device.param == "GNA3.5" ? "GNA3_5" : device.param; });

TEST(FindTransformer, KnowsAttention) {
    const auto x = parameter({1, 6, 8});
    const auto scores = make<ov::op::v0::MatMul>("scores", x, relu(x, "keys"), false, true);
    const auto softmax = make<ov::op::v8::Softmax>("softmax", scores, -1);
    const auto model = model_of({make<ov::op::v0::MatMul>("attention", softmax, x, false, false)}, {x});
    EXPECT_EQ(find_transformer(GraphIndex(*model)), "attention at softmax");
}

TEST(FindTransformer, KnowsLayerNormalization) {
    const auto x = parameter({1, 6, 8});
    const auto norm = make<ov::op::v6::MVN>("norm", x, integers({-1}), true, 1e-5F, ov::op::MVNEpsMode::INSIDE_SQRT);
    EXPECT_EQ(find_transformer(GraphIndex(*model_of({norm}, {x}))), "layer normalization at norm");
}

TEST(FindTransformer, DoesNotTakeAClassifierForOne) {
    const auto x = parameter({1, 3, 8, 8});
    const auto pool =
        make<ov::op::v1::ReduceMean>("pool", relu(convolution(x, "conv", 1), "act"), integers({2, 3}), false);
    const auto fc = make<ov::op::v0::MatMul>("fc", pool, random_constant({4, 10}, 1), false, false);
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", fc, -1)}, {x});
    EXPECT_EQ(find_transformer(GraphIndex(*model)), "");
}

}  // namespace
}  // namespace octet
