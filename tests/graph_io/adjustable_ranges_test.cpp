#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "graph/adjustable_ranges.hpp"
#include "graph/channels_last.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

std::shared_ptr<ov::Node> quantizer(const std::string& name, const ov::Output<ov::Node>& x, float low, float high) {
    const auto limit = [](float value) { return constant({}, {value}); };
    return make<ov::op::v0::FakeQuantize>(name, x, limit(low), limit(high), limit(low), limit(high), 256);
}

std::shared_ptr<ov::Node> find(const ov::Model& model, const std::string& name) {
    for (const auto& node : model.get_ordered_ops()) {
        if (node->get_friendly_name() == name) {
            return node;
        }
    }
    return nullptr;
}

/// x [1,2,3,3] -> 1x1 convolution -> quantizer -> 1x1 convolution, and the quantizer's values besides.
std::shared_ptr<ov::Model> convolutions(float low, float high) {
    const auto x = parameter({1, 2, 3, 3});
    const auto convolution = [](const std::string& name, const ov::Output<ov::Node>& input,
                                const std::vector<float>& weights) {
        return make<ov::op::v1::Convolution>(name, input, constant({2, 2, 1, 1}, weights), ov::Strides{1, 1},
                                             ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    };
    const auto quantized = quantizer("fq", convolution("first", x, {1, 0.5F, -1, 2}), low, high);
    return model_of({convolution("second", quantized, {2, 1, 0, 1}), make<ov::op::v0::Relu>("other", quantized)}, {x});
}

ov::Tensor picture() {
    ov::Tensor tensor(ov::element::f32, {1, 2, 3, 3});
    for (std::size_t i = 0; i < tensor.get_size(); ++i) {
        tensor.data<float>()[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    }
    return tensor;
}

std::vector<float> floats(const ov::Tensor& tensor) {
    return {tensor.data<float>(), tensor.data<float>() + tensor.get_size()};
}

void expect_near(const std::vector<float>& made, const std::vector<float>& wanted, float tolerance = 1e-5F) {
    ASSERT_EQ(made.size(), wanted.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        EXPECT_NEAR(made[i], wanted[i], tolerance) << i;
    }
}

TEST(AdjustableRanges, GiveWhatAFakeQuantizeOfThatRangeGives) {
    const auto model = convolutions(-1, 1);
    const auto trial = adjustable_copy(*model, {{find(*model, "fq").get()}}, 1);
    for (const auto& [low, high] : {std::pair(-1.F, 1.F), std::pair(-2.F, 1.9F), std::pair(0.F, 3.F)}) {
        trial.adjustment->grids[0] = Grid::over(low, high, 256);
        const auto wanted = infer(convolutions(low, high), {picture()}), made = infer(trial.model, {picture()});
        ASSERT_EQ(made.size(), 2U);
        expect_near(made[0], wanted[0]);
        expect_near(made[1], wanted[1]);
    }
}

TEST(AdjustableRanges, AreAtFirstThoseOfTheModel) {
    const auto model = convolutions(-0.5F, 0.25F);
    const auto untold = adjustable_copy(*model, {}, 1);  // also those that nobody asked for
    EXPECT_EQ(find(*untold.model, "fq"), nullptr);
    expect_near(infer(untold.model, {picture()})[0], infer(model, {picture()})[0]);
}

TEST(AdjustableRanges, OnlyTheNamedReadersSeeAShift) {
    const auto model = convolutions(-1, 1);
    Adjustable adjustable{find(*model, "fq").get()};
    adjustable.channels = Adjustable::Channels{1, 2, {find(*model, "second").get()}};
    const auto trial = adjustable_copy(*model, {adjustable}, 1);
    trial.adjustment->shifts[0] = {0.5F, -0.25F};
    const auto usual = infer(model, {picture()});
    const auto made = infer_tensors(trial.model, {picture()});
    auto wanted = usual[0];
    for (std::size_t i = 0; i < 9; ++i) {
        wanted[i] += 2 * 0.5F - 0.25F;
        wanted[9 + i] += -0.25F;
    }
    expect_near(floats(made[0]), wanted);
    expect_near(floats(made[1]), usual[1]);
}

TEST(AdjustableRanges, MeasureTheMeansOnBothSides) {
    const auto model = convolutions(0, 1);
    Adjustable adjustable{find(*model, "fq").get()};
    adjustable.channels = Adjustable::Channels{1, 2, {find(*model, "second").get()}};
    const auto trial = adjustable_copy(*model, {adjustable}, 1);
    EXPECT_TRUE(std::isnan(read_means(infer_tensors(trial.model, {picture()}).at(2)).before[0]));
    trial.adjustment->measures_means = true;
    const auto means = read_means(infer_tensors(trial.model, {picture()}).at(2));

    const auto sample = picture();
    const auto* x = sample.data<float>();
    const float weights[2][2] = {{1, 0.5F}, {-1, 2}};
    for (std::size_t c = 0; c < 2; ++c) {
        double before = 0, behind = 0;
        for (std::size_t i = 0; i < 9; ++i) {
            const double value = weights[c][0] * x[i] + weights[c][1] * x[9 + i];
            before += value / 9;
            behind += std::nearbyint(std::min(1.0, std::max(0.0, value)) * 255) / 255 / 9;
        }
        EXPECT_NEAR(means.before.at(c), before, 1e-6);
        EXPECT_NEAR(means.behind.at(c), behind, 1e-6);
    }
}

TEST(AdjustableRanges, WeightsAreFolded) {
    const auto x = parameter({1, 3});
    const auto limits = [](std::vector<float> values) { return constant({2, 1}, values); };
    const auto weights =
        make<ov::op::v0::FakeQuantize>("w", constant({2, 3}, {0.4F, -1.2F, 2, 10, -30, 5}), limits({-2, -20}),
                                       limits({2, 20}), limits({-4, -20}), limits({4, 20}), 5);
    const auto model = model_of({make<ov::op::v0::MatMul>("fc", x, weights, false, true)}, {x});
    const auto trial = adjustable_copy(*model, {}, 2);
    EXPECT_EQ(find(*trial.model, "w"), nullptr);
    ov::Tensor row(ov::element::f32, {1, 3});
    for (const std::size_t i : {0, 1, 2}) {
        std::fill_n(row.data<float>(), 3, 0.F);
        row.data<float>()[i] = 1;
        expect_near(infer(trial.model, {row})[0], infer(model, {row})[0]);
    }
}

TEST(ChannelsLast, HoldsFromAConvolutionToTheNextChangeOfAxes) {
    const auto x = parameter({1, 2, 3, 3});
    const auto convolution =
        make<ov::op::v1::Convolution>("conv", x, constant({2, 2, 1, 1}, {1, 0, 0, 1}), ov::Strides{1, 1},
                                      ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    const auto relu = make<ov::op::v0::Relu>("relu", convolution);
    const auto turned =
        make<ov::op::v1::Transpose>("turned", relu, ov::op::v0::Constant::create(ov::element::i64, {4}, {0, 2, 3, 1}));
    const auto end = make<ov::op::v0::Relu>("end", turned);
    const ChannelsLast tensors(*model_of({end}, {x}));
    EXPECT_FALSE(tensors.contains(x));
    EXPECT_TRUE(tensors.contains(convolution));
    EXPECT_TRUE(tensors.contains(relu));
    EXPECT_FALSE(tensors.contains(turned));
    EXPECT_FALSE(tensors.contains(end));
}

}  // namespace
}  // namespace octet
