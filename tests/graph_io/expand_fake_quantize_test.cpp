#include <cmath>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "octet/octet.hpp"

#include "graph/expand_fake_quantize.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

std::shared_ptr<ov::Model> quantizing_model(std::size_t levels, float low, float high, float factor = 1) {
    const auto x = parameter({1, 4});
    const auto limit = [](float value) { return constant({}, {value}); };
    const auto quantized = make<ov::op::v0::FakeQuantize>("fq", x, limit(low), limit(high), limit(low * factor),
                                                          limit(high * factor), levels);
    return model_of({make<ov::op::v0::MatMul>("fc", quantized,
                                              constant({4, 4}, {1, 0, 0, 0, 0, 1, 0, 0,  //
                                                                0, 0, 1, 0, 0, 0, 0, 1}))},
                    {x});
}

ov::Tensor row(const std::vector<float>& values) {
    ov::Tensor tensor(ov::element::f32, {1, values.size()});
    std::copy(values.begin(), values.end(), tensor.data<float>());
    return tensor;
}

std::size_t count_quantizers(const ov::Model& model) {
    const auto nodes = model.get_ordered_ops();
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [](const auto& node) {
        return std::string(node->get_type_name()) == "FakeQuantize";
    }));
}

TEST(ExpandFakeQuantize, AClippedValueStaysClipped) {
    for (const std::size_t levels : {std::size_t{65535}, std::size_t{65536}, std::size_t{1} << 32}) {
        const auto model = quantizing_model(levels, -1, 1);
        const auto copy = std::const_pointer_cast<ov::Model>(runnable_copy(model));
        EXPECT_EQ(count_quantizers(*copy), 0U);
        EXPECT_EQ(count_quantizers(*model), 1U) << "the model itself keeps it";
        const auto out = infer(copy, {row({-3, -0.25, 0.5, 2})})[0];
        EXPECT_FLOAT_EQ(out[0], -1);
        EXPECT_NEAR(out[1], -0.25, 2.0 / static_cast<double>(levels - 1));
        EXPECT_NEAR(out[2], 0.5, 2.0 / static_cast<double>(levels - 1));
        EXPECT_FLOAT_EQ(out[3], 1);
    }
}

TEST(ExpandFakeQuantize, RoundsToTheGridAndScales) {
    const auto copy = std::const_pointer_cast<ov::Model>(runnable_copy(quantizing_model(1001, 0, 1000, 2)));
    EXPECT_EQ(infer(copy, {row({0.4F, 0.6F, 999.4F, 5000})})[0], (std::vector<float>{0, 2, 1998, 2000}));
}

TEST(ExpandFakeQuantize, LeavesEightBitsToThePlugin) {
    const auto model = quantizing_model(256, -1, 1);
    EXPECT_EQ(runnable_copy(model), model);
}

TEST(ExpandFakeQuantize, ComparesAndSavesAGnaModelAsItIsMeant) {
    const auto x = parameter({1, 8});
    const auto model = model_of({make<ov::op::v0::MatMul>("fc", x, random_constant({8, 8}, 1), false, false)}, {x});
    const auto data = make_dataset(6, [](std::size_t index) {
        return Sample{{"x", random_tensor({1, 8}, static_cast<unsigned>(index) + 1)}};
    });
    Options options;
    options.target_device = "GNA";
    options.preset = Preset::Accuracy;
    options.range_estimator.max.aggregator = Aggregator::Max;
    const auto result = quantize(model, *data, options);
    EXPECT_GT(count_quantizers(*result.model), 0U);
    CompareOptions quick;
    quick.throughput = false;
    const auto seen = compare(model, result.model, *data, quick);
    EXPECT_GT(seen.outputs.at(0).sqnr_db, 40);
    const auto wide = make_dataset(1, [](std::size_t) { return Sample{{"x", random_tensor({1, 8}, 1, 100)}}; });
    EXPECT_LT(compare(model, result.model, *wide, quick).outputs.at(0).sqnr_db, 3) << "clipped";
    save(result, std::filesystem::path(::testing::TempDir()) / "octet_gna", "gna");
}

TEST(ExpandFakeQuantize, ChannelsMayBeScaledBetweenInputAndOutput) {
    const auto x = parameter({1, 4});
    const auto quantized =
        make<ov::op::v0::FakeQuantize>("fq", x, constant({1, 4}, {-1, -2, -4, -8}), constant({1, 4}, {1, 2, 4, 8}),
                                       constant({}, {-1}), constant({}, {1}), 65535);
    const auto model = model_of({make<ov::op::v0::Sin>("end", quantized)}, {x});
    const auto copy = model->clone();
    expand_fake_quantize(*copy);
    EXPECT_EQ(count_quantizers(*copy), 0U);
    const auto made = infer(copy, {row({0.5F, 1, -2, 9})})[0];
    const float wanted[] = {0.5F, 0.5F, -0.5F, 1};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(made[i], std::sin(wanted[i]), 1e-4) << i;
    }
}

}  // namespace
}  // namespace octet
