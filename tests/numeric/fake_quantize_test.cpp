#include <vector>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "numeric/fake_quantize.hpp"
#include "numeric/quantize_values.hpp"

namespace octet {
namespace {

struct Limits {
    float in_low, in_high, out_low, out_high;
    std::size_t levels;
};

TEST(FakeQuantize, EqualsTheOperation) {
    for (const Limits& limits : {Limits{-1, 1, -1, 1, 255}, Limits{0, 6, 0, 6, 256}, Limits{-2, 2, -4, 4, 255},
                                 Limits{-0.5F, 1, -0.5F, 1, 16}}) {
        std::vector<float> values;
        for (int i = -400; i <= 700; ++i) {
            values.push_back(static_cast<float>(i) / 100);
        }
        const auto scalar = [](float value) { return ov::op::v0::Constant::create(ov::element::f32, {}, {value}); };
        const auto data = ov::op::v0::Constant::create(ov::element::f32, {values.size()}, values);
        const ov::op::v0::FakeQuantize operation(data, scalar(limits.in_low), scalar(limits.in_high),
                                                 scalar(limits.out_low), scalar(limits.out_high), limits.levels);
        ov::TensorVector outputs{ov::Tensor(ov::element::f32, {values.size()})};
        ov::TensorVector inputs{data->get_tensor_view()};
        for (std::size_t i = 1; i < 5; ++i) {
            inputs.push_back(ov::as_type<ov::op::v0::Constant>(operation.get_input_node_ptr(i))->get_tensor_view());
        }
        ASSERT_TRUE(operation.evaluate(outputs, inputs));
        // A value that lies on a tie in double may fall to either side in f32: one step at most.
        const double step = (limits.out_high - limits.out_low) / static_cast<double>(limits.levels - 1);
        std::size_t off = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double ours =
                fake_quantize(values[i], limits.in_low, limits.in_high, limits.out_low, limits.out_high, limits.levels);
            const double difference = std::fabs(ours - outputs[0].data<float>()[i]);
            EXPECT_LE(difference, step * 1.001) << values[i];
            off += difference > 1e-6;
        }
        EXPECT_LE(off, values.size() / 100);
    }
}

TEST(FakeQuantizeOfMany, EqualsThatOfEach) {
    for (const std::size_t levels : {2, 15, 255, 256, 65536, 1 << 25}) {
        for (const auto& [low, high] : {std::pair(-1.F, 1.F), std::pair(0.F, 0.3F), std::pair(2.F, -1.F)}) {
            std::vector<float> values{low, high, 0, -0.F, 1e30F, -1e30F};
            for (int i = -500; i < 500; ++i) {
                values.push_back(static_cast<float>(i) / 255);
            }
            std::vector<double> made(values.size());
            fake_quantize(values, low, high, -3, 5, levels, made);
            for (std::size_t i = 0; i < values.size(); ++i) {
                EXPECT_EQ(made[i], fake_quantize(values[i], low, high, -3, 5, levels)) << values[i] << " " << levels;
            }
        }
    }
}

TEST(QuantizeValues, HalvesGoToEvenAndNaNStays) {
    const auto grid = Grid::over(0, 255, 256);
    const std::vector<float> from{-7, 0.5F, 1.5F, 2.5F, 254.6F, 300, NAN};
    std::vector<float> to(from.size());
    quantize_values(from, grid, to);
    EXPECT_EQ(std::vector<float>(to.begin(), to.end() - 1), (std::vector<float>{0, 0, 2, 2, 255, 255}));
    EXPECT_TRUE(std::isnan(to.back()));
}

TEST(QuantizeValues, EachChannelOfARowIsShifted) {
    std::vector<float> to(4);
    quantize_rows(std::vector<float>{0.2F, 1.2F, 3, -1}, Grid::over(0, 2, 3), std::vector<float>{0.25F, -8}, to);
    EXPECT_EQ(to, (std::vector<float>{0.25F, -7, 2.25F, -8}));
}

TEST(QuantizeValues, ARangeOfNoWidthIsItsOutput) {
    std::vector<float> to(2);
    quantize_values(std::vector<float>{-5, 5}, Grid::between(1, 1, 3, 3, 256), to);
    EXPECT_EQ(to, (std::vector<float>{3, 3}));
}

}  // namespace
}  // namespace octet
