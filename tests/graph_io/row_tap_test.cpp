// Rows that a weighted operation reads, times its weights, are what it makes.
#include <gtest/gtest.h>

#include "graph/row_tap.hpp"
#include "graph/weight_layout.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr std::size_t kPoints = 7;

struct Case {
    const char* what;
    ov::Shape input;
    std::function<std::shared_ptr<ov::Node>(const Output&)> make;
};

const ov::Strides kOnes{1, 1};

std::vector<Case> cases() {
    return {
        {"convolution",
         {2, 3, 9, 8},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::Convolution>(x, random_constant({4, 3, 3, 2}, 1), ov::Strides{2, 1},
                                                              ov::CoordinateDiff{1, 0}, ov::CoordinateDiff{2, 1},
                                                              ov::Strides{1, 2});
         }},
        {"same padding",
         {1, 2, 7, 7},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::Convolution>(x, random_constant({4, 2, 3, 3}, 1), ov::Strides{2, 2},
                                                              ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, kOnes,
                                                              ov::op::PadType::SAME_UPPER);
         }},
        {"grouped",
         {1, 6, 5, 5},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::GroupConvolution>(x, random_constant({3, 4, 2, 3, 3}, 1), kOnes,
                                                                   ov::CoordinateDiff{1, 1}, ov::CoordinateDiff{1, 1},
                                                                   kOnes);
         }},
        {"transposed",
         {1, 3, 4, 5},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::ConvolutionBackpropData>(
                 x, random_constant({3, 2, 3, 3}, 1), ov::Strides{2, 2}, ov::CoordinateDiff{1, 0},
                 ov::CoordinateDiff{1, 1}, kOnes, ov::op::PadType::EXPLICIT, ov::CoordinateDiff{1, 0});
         }},
        {"grouped transposed",
         {2, 4, 3, 3},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::GroupConvolutionBackpropData>(
                 x, random_constant({2, 2, 3, 2, 2}, 1), ov::Strides{2, 1}, ov::CoordinateDiff{0, 0},
                 ov::CoordinateDiff{0, 0}, kOnes);
         }},
        {"3-D",
         {1, 2, 4, 4, 4},
         [](const Output& x) {
             return std::make_shared<ov::op::v1::Convolution>(x, random_constant({3, 2, 2, 3, 2}, 1),
                                                              ov::Strides{1, 1, 2}, ov::CoordinateDiff{0, 1, 1},
                                                              ov::CoordinateDiff{1, 1, 0}, ov::Strides{1, 1, 1});
         }},
        {"product",
         {2, 5, 6},
         [](const Output& x) {
             return std::make_shared<ov::op::v0::MatMul>(x, random_constant({3, 6}, 1), false, true);
         }},
        {"product of transposed data",
         {6, 5},
         [](const Output& x) {
             return std::make_shared<ov::op::v0::MatMul>(x, random_constant({6, 3}, 1), true, false);
         }},
    };
}

TEST(RowTap, RowsTimesWeightsAreTheOutput) {
    for (const auto& each : cases()) {
        SCOPED_TRACE(each.what);
        const auto x = parameter(each.input);
        const auto draws = parameter({kPoints}, "draws");
        const auto node = each.make(x);
        const auto layout = *weight_layout(*node);
        const auto model =
            model_of({tap_rows(x, draws, node, kPoints), tap_outputs(node, draws, *node, kPoints)}, {x, draws});
        auto places = random_tensor({kPoints}, 5, 0.49F, 0.5F);
        const auto made = infer(model, {random_tensor(each.input, 9), places});
        const auto weights =
            ov::as_type_ptr<ov::op::v0::Constant>(node->get_input_node_shared_ptr(1))->cast_vector<float>();
        const std::size_t taps = ov::shape_size(layout.kernel), inputs = layout.groups * layout.inputs;
        ASSERT_EQ(made[0].size(), kPoints * inputs * taps);
        ASSERT_EQ(made[1].size(), kPoints * layout.groups * layout.outputs);
        for (std::size_t p = 0; p < kPoints; ++p) {
            for (std::size_t channel = 0; channel < layout.groups * layout.outputs; ++channel) {
                const std::size_t g = channel / layout.outputs, o = channel % layout.outputs;
                double sum = 0;
                for (std::size_t i = 0; i < layout.inputs; ++i) {
                    for (std::size_t k = 0; k < taps; ++k) {
                        sum += static_cast<double>(weights[layout.place(g, o, i) + k]) *
                               made[0][(p * inputs + g * layout.inputs + i) * taps + k];
                    }
                }
                EXPECT_NEAR(made[1][p * layout.groups * layout.outputs + channel], sum, 1e-4);
            }
        }
    }
}

TEST(RowTap, CountsPositions) {
    const auto x = parameter({2, 3, 9, 8});
    const auto node = cases()[0].make(x);
    const auto& shape = node->get_output_shape(0);
    EXPECT_EQ(count_positions(*node), shape[0] * shape[2] * shape[3]);
    EXPECT_EQ(count_positions(*cases()[0].make(parameter({-1, 3, 9, 8}))), 0u);
}

}  // namespace
}  // namespace octet
