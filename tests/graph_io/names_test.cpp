#include <set>

#include <gtest/gtest.h>
#include <openvino/op/add.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>

#include "graph/names.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

/// Two Relus of a named parameter, added, with a constant; only the parameter and the last Add have a name.
std::shared_ptr<ov::Model> unnamed_model() {
    const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{4});
    parameter->set_friendly_name("in");
    const auto a = std::make_shared<ov::op::v0::Relu>(parameter);
    const auto b = std::make_shared<ov::op::v0::Relu>(parameter);
    const auto constant =
        std::make_shared<ov::op::v0::Constant>(ov::element::f32, ov::Shape{4}, std::vector<float>{1, 2, 3, 4});
    const auto inner = std::make_shared<ov::op::v1::Add>(a, b);
    const auto outer = std::make_shared<ov::op::v1::Add>(inner, constant);
    outer->set_friendly_name("sum");
    return std::make_shared<ov::Model>(ov::OutputVector{outer}, ov::ParameterVector{parameter});
}

std::vector<std::string> names_of(const ov::Model& model) {
    std::vector<std::string> names;
    for (const auto& node : model.get_ordered_ops()) {
        names.push_back(node->get_friendly_name());
    }
    return names;
}

TEST(NameUnnamedOperations, MakesThemFromConsumersTheSameEveryTime) {
    const auto first = unnamed_model();
    const auto second = unnamed_model();
    EXPECT_NE(names_of(*first), names_of(*second));
    name_unnamed_operations(*first);
    name_unnamed_operations(*second);
    const auto names = names_of(*first);
    EXPECT_EQ(names, names_of(*second));
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const char* name : {"in", "sum", "sum/Result", "sum/Constant_1", "sum/Add_0", "sum/Add_0/Relu_1"}) {
        EXPECT_TRUE(find(*first, name)) << name;
    }
}

TEST(NameUnnamedOperations, KeepsGivenNamesEvenThoseThatLookAutomatic) {
    const auto model = unnamed_model();
    const auto relu = model->get_results()[0]->get_input_node_shared_ptr(0)->get_input_node_shared_ptr(0);
    const std::string automatic = relu->get_name();
    relu->set_friendly_name(automatic);
    name_unnamed_operations(*model);
    EXPECT_EQ(relu->get_friendly_name(), automatic);
}

TEST(NameUnnamedOperations, AvoidsNamesThatAreTaken) {
    const auto model = unnamed_model();
    model->get_parameters()[0]->set_friendly_name("sum/Constant_1");
    name_unnamed_operations(*model);
    EXPECT_TRUE(find(*model, "sum/Constant_1_1"));
}

}  // namespace
}  // namespace octet::test
