#include <gtest/gtest.h>

#include "graph/prepare.hpp"
#include "support.hpp"

namespace octet::test {
namespace {

using Types = std::vector<std::string>;

std::size_t count_in(const ov::Model& model, const std::string& type) {
    std::size_t count = 0;
    for (const auto& node : model.get_ops()) {
        count += node->get_type_name() == type ? 1 : 0;
    }
    return count;
}

TEST(PrepareModels, BodiesOfIfArePreparedToo) {
    const auto body = [](float scale) {
        const auto x = parameter({2, 3}, "inner");
        const auto twice =
            std::make_shared<ov::op::v1::Multiply>(std::make_shared<ov::op::v1::Multiply>(x, scalar(scale)), scalar(3));
        return std::make_shared<ov::Model>(ov::OutputVector{twice}, ov::ParameterVector{x});
    };
    const auto condition = parameter({}, "condition", ov::element::boolean);
    const auto x = parameter({2, 3});
    const auto node = std::make_shared<ov::op::v8::If>(condition);
    const auto then_body = body(2);
    const auto else_body = body(5);
    node->set_then_body(then_body);
    node->set_else_body(else_body);
    node->set_input(x, then_body->get_parameters()[0], else_body->get_parameters()[0]);
    const auto out = node->set_output(then_body->get_results()[0], else_body->get_results()[0]);
    const auto result = prepared(model_of({out}));
    EXPECT_EQ(count_in(*then_body, "Multiply"), 1U);
    EXPECT_EQ(count_in(*else_body, "Multiply"), 1U);
    EXPECT_SAME_MODEL(result, 1e-6);
}

TEST(PrepareModels, ALoopKeepsItsInputsAndOutputs) {
    const auto carried = parameter({1, 3}, "carried");
    const auto one = std::make_shared<ov::op::v16::Identity>(
        std::make_shared<ov::op::v1::Multiply>(carried, numbers({1, 3}, 1, 0.5F, 1)));
    const auto next = std::make_shared<ov::op::v1::Subtract>(one, scalar(1));
    const auto go_on = Constant::create(ov::element::boolean, {1}, {true});
    const auto body = std::make_shared<ov::Model>(ov::OutputVector{go_on, next}, ov::ParameterVector{carried});
    const auto loop = std::make_shared<ov::op::v5::Loop>(Constant::create(ov::element::i64, {}, {4}),
                                                         Constant::create(ov::element::boolean, {}, {true}));
    loop->set_function(body);
    loop->set_special_body_ports({-1, 0});
    loop->set_merged_input(carried, parameter({1, 3}), body->get_results()[1]);
    const auto out = loop->get_iter_value(body->get_results()[1], -1);
    loop->validate_and_infer_types();
    const auto result = prepared(model_of({out}));
    EXPECT_EQ(count_in(*body, "Identity"), 0U);
    EXPECT_SAME_MODEL(result, 1e-6);
}

TEST(PrepareModels, AModelOfUnknownRankIsLeftWhole) {
    const auto x = parameter(ov::PartialShape::dynamic());
    const auto scaled = std::make_shared<ov::op::v1::Multiply>(x, scalar(2));
    const auto matmul = std::make_shared<ov::op::v0::MatMul>(scaled, numbers({3, 4}, 1));
    const auto normed = std::make_shared<ov::op::v5::BatchNormInference>(
        x, numbers({3}, 1), numbers({3}, 2), numbers({3}, 3), numbers({3}, 4, 0.5F, 1), 1e-3);
    const auto result = prepared(model_of({matmul, normed}));
    EXPECT_EQ(result.count("BatchNormInference"), 1U);
    EXPECT_EQ(result.count("Multiply"), 1U);
}

TEST(PrepareModels, HalfModelsStayHalfAndDoNotOverflow) {
    const auto half = [](const ov::Shape& shape, const std::vector<float>& values) {
        return Constant::create(ov::element::f16, shape, values);
    };
    const auto x = parameter({1, 1, 2, 2}, "x", ov::element::f16);
    const auto conv = convolution(x, half({1, 1, 1, 1}, {60000}));
    const auto large = std::make_shared<ov::op::v1::Multiply>(conv, half({}, {2}));
    const auto result = prepared(model_of({large}));
    EXPECT_EQ(result.types(), (Types{"Convolution", "Multiply"}));
    const auto small = std::make_shared<ov::op::v1::Multiply>(convolution(x, half({1, 1, 1, 1}, {3})), half({}, {2}));
    const auto folded = prepared(model_of({small}));
    EXPECT_EQ(folded.types(), (Types{"Convolution"}));
    EXPECT_EQ(folded.only("Convolution")->get_input_element_type(1), ov::element::f16);
}

TEST(PrepareModels, AModelWithNothingToDoIsLeftAlone) {
    const auto conv = convolution(parameter({1, 3, 4, 4}), numbers({4, 3, 1, 1}, 1));
    const auto result = prepared(model_of({std::make_shared<ov::op::v0::Relu>(conv)}));
    EXPECT_TRUE(result.changes.empty());
    EXPECT_EQ(result.types(), (Types{"Convolution", "Relu"}));
}

TEST(PrepareModels, AModelOnTheStackIsFine) {
    const auto sigmoid = std::make_shared<ov::op::v0::Sigmoid>(parameter({2}));
    const auto held = model_of({std::make_shared<ov::op::v1::Multiply>(sigmoid, scalar(1))});
    ov::Model model(held->get_results(), held->get_parameters());
    EXPECT_EQ(prepare(model).size(), 1U);
}

// A chain of n Multiplies must not cost n^2.
TEST(PrepareModels, LongChainsAreQuick) {
    Value value = parameter({1, 8, 4, 4});
    for (int i = 0; i < 3000; ++i) {
        value = std::make_shared<ov::op::v1::Multiply>(value,
                                                       numbers({1, 8, 1, 1}, static_cast<unsigned>(i), 0.99F, 1.01F));
    }
    const auto model = model_of({value});
    value = Value();
    prepare(*model);
    EXPECT_EQ(count_in(*model, "Multiply"), 1U);
}

}  // namespace
}  // namespace octet::test
