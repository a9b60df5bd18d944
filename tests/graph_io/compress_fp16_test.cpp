#include <cmath>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>
#include <openvino/op/convert.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/result.hpp>
#include <openvino/pass/serialize.hpp>
#include <openvino/runtime/core.hpp>

#include "graph/write.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

/// Parameter * constant "c" -> Result.
std::shared_ptr<ov::Model> scaled_by(const ov::Shape& shape, const std::vector<float>& values) {
    const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
    const auto product = std::make_shared<ov::op::v1::Multiply>(parameter, f32("c", shape, values));
    return std::make_shared<ov::Model>(ov::OutputVector{product}, ov::ParameterVector{parameter});
}

bool is_compressed(const ov::Model& model, const std::string& name) {
    const auto node = find(model, name);
    return node && ov::is_type<ov::op::v0::Convert>(node) && node->get_input_element_type(0) == ov::element::f16 &&
           node->get_output_element_type(0) == ov::element::f32;
}

TEST(CompressToFp16, StoresHalfAndKeepsTheName) {
    const auto model = float_model();
    const auto before = run(model);
    compress_constants_to_fp16(*model);
    EXPECT_TRUE(is_compressed(*model, "conv/weights"));
    EXPECT_TRUE(find(*model, "conv/weights/f16"));
    EXPECT_LT(largest_difference(before, run(model)), 1e-2F);
    EXPECT_GT(largest_difference(before, run(model)), 0);
}

TEST(CompressToFp16, IsReadBackAsDecompression) {
    const auto model = float_model();
    compress_constants_to_fp16(*model);
    const auto before = run(model);
    std::stringstream xml, bin;
    ov::pass::Serialize(xml, bin).run_on_model(model);
    EXPECT_NE(xml.str().find("<attribute name=\"decompression\" version=\"0\""), std::string::npos);
    const std::string weights = bin.str();
    ov::Tensor tensor(ov::element::u8, {weights.size()});
    std::copy(weights.begin(), weights.end(), tensor.data<char>());
    const auto back = ov::Core().read_model(xml.str(), tensor);
    EXPECT_TRUE(is_compressed(*back, "conv/weights"));
    EXPECT_EQ(run(back), before);
}

struct ValueCase {
    const char* name;
    std::vector<float> values;
    bool is_compressed;
};

TEST(CompressToFp16, LeavesWhatItWouldSpoil) {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> ones(16, 1.F);
    const auto with = [&](float value) {
        auto values = ones;
        values[7] = value;
        return values;
    };
    const ValueCase cases[] = {
        {"plain", ones, true},
        {"zeros", std::vector<float>(16, 0.F), true},
        {"largest f16", with(65504.F), true},
        {"beyond f16", with(65536.F), false},
        {"minus infinity", with(-infinity), false},
        {"NaN", with(NAN), false},
        {"one small among large", with(1e-9F), true},
        {"all too small", std::vector<float>(16, 1e-9F), false},
        {"few", std::vector<float>(15, 1.F), false},
    };
    for (const auto& c : cases) {
        const auto model = scaled_by({c.values.size()}, c.values);
        compress_constants_to_fp16(*model);
        EXPECT_EQ(is_compressed(*model, "c"), c.is_compressed) << c.name;
    }
}

TEST(CompressToFp16, LeavesLimitsScalesAndZeroPoints) {
    Range range = symmetric({32, 1});
    range.levels = 256;  // a zero point between the steps
    const auto weights = fake_quantize("fq", f32_noise("w", {32, 16}, 6), range);
    const auto uncompressed = std::make_shared<ov::Model>(ov::OutputVector{weights}, ov::ParameterVector{});
    const auto compressed = uncompressed->clone();
    compress_weights(*compressed);
    compress_constants_to_fp16(*compressed);
    EXPECT_EQ(find(*compressed, "fq/scale")->get_element_type(), ov::element::f32);
    EXPECT_FALSE(is_compressed(*compressed, "fq/scale"));
    EXPECT_FALSE(is_compressed(*compressed, "fq/zero_point"));

    compress_constants_to_fp16(*uncompressed);
    EXPECT_FALSE(is_compressed(*uncompressed, "fq/low"));
    EXPECT_FALSE(is_compressed(*uncompressed, "fq/out_high"));
    EXPECT_TRUE(is_compressed(*uncompressed, "w"));
}

TEST(CompressToFp16, TwiceChangesNothing) {
    const auto model = float_model();
    compress_constants_to_fp16(*model);
    const auto count = model->get_ops().size();
    compress_constants_to_fp16(*model);
    EXPECT_EQ(model->get_ops().size(), count);
}

}  // namespace
}  // namespace octet::test
