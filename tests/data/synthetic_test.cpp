#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "octet/error.hpp"
#include "octet/synthetic.hpp"

#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

std::shared_ptr<ov::Model> model_of(const ov::ParameterVector& inputs) {
    ov::OutputVector outputs;
    for (const auto& input : inputs) {
        outputs.push_back(std::make_shared<ov::op::v0::Convert>(input, ov::element::f32));
    }
    return std::make_shared<ov::Model>(outputs, inputs);
}

std::vector<float> values_of(const ov::Tensor& tensor) {
    return {tensor.data<const float>(), tensor.data<const float>() + tensor.get_size()};
}

TEST(SyntheticPictures, AreTheSameEachTime) {
    const auto model = model_of({parameter({1, 3, 48, 64})});
    const auto one = make_synthetic_dataset(*model, {.samples = 3});
    const auto other = make_synthetic_dataset(*model, {.samples = 3});
    ASSERT_EQ(one->size(), 3U);
    for (std::size_t i = 3; i-- > 0;) {  // whichever comes first
        EXPECT_EQ(values_of(one->sample(i).at("x")), values_of(other->sample(i).at("x")));
    }
    EXPECT_NE(values_of(one->sample(0).at("x")), values_of(one->sample(1).at("x")));
    const auto seeded = make_synthetic_dataset(*model, {.samples = 3, .seed = 1});
    EXPECT_NE(values_of(one->sample(0).at("x")), values_of(seeded->sample(0).at("x")));
    EXPECT_NE(one->fingerprint(0), seeded->fingerprint(0));
    EXPECT_NE(one->remarks().at(0).find("accuracy is not guaranteed"), std::string::npos);
}

TEST(SyntheticPictures, AreFullOfContrastAndSmoothAsPhotographs) {
    const auto model = model_of({parameter({1, 3, 64, 64})});
    const auto data = make_synthetic_dataset(*model, {.samples = 20});
    for (std::size_t i = 0; i < data->size(); ++i) {
        const auto values = values_of(data->sample(i).at("x"));
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        EXPECT_GE(*least, 0);
        EXPECT_LE(*most, 255);
        EXPECT_GT(*most - *least, 100);
        double steps = 0, spread = 0, mean = 0;
        for (const float value : values) {
            mean += value / static_cast<double>(values.size());
        }
        for (std::size_t at = 1; at < values.size(); ++at) {
            steps += std::pow(values[at] - values[at - 1], 2);
            spread += std::pow(values[at] - mean, 2);
        }
        EXPECT_LT(steps, spread) << "neighbours are alike (of noise: twice the spread)";
    }
}

TEST(SyntheticPictures, ArePreparedAsAskedFor) {
    const auto model = model_of({parameter({1, 32, 32, 1}, "grey")});
    const auto data = make_synthetic_dataset(*model, {.samples = 1}, {.mean = {{127.5}}, .scale = {{127.5}}});
    const auto sample = data->sample(0).at("grey");
    EXPECT_EQ(sample.get_shape(), (ov::Shape{1, 32, 32, 1}));
    for (const float value : values_of(sample)) {
        EXPECT_LE(std::abs(value), 1.0F);
    }
    EXPECT_FALSE(data->preparation().empty());
    const auto open = make_synthetic_dataset(*model_of({parameter({-1, 3, -1, -1})}), {.samples = 1});
    EXPECT_EQ(open->sample(0).at("x").get_shape(), (ov::Shape{1, 3, 224, 224}));
}

std::shared_ptr<ov::Model> text_model() {
    const auto ids = make<ov::op::v0::Parameter>("ids", ov::element::i64, ov::PartialShape{1, 16});
    const auto mask = make<ov::op::v0::Parameter>("mask", ov::element::i64, ov::PartialShape{1, 16});
    const auto found = make<ov::op::v8::Gather>("embed", random_constant({50, 4}, 1),
                                                std::make_shared<ov::op::v0::Convert>(ids, ov::element::i32),
                                                ov::op::v0::Constant::create(ov::element::i64, {}, {0}));
    const auto real = make<ov::op::v0::Convert>("real", mask, ov::element::f32);
    return std::make_shared<ov::Model>(ov::OutputVector{found, real}, ov::ParameterVector{ids, mask});
}

TEST(SyntheticNumbers, SuitWhatTheModelDoesWithThem) {
    const auto model = text_model();
    EXPECT_THROW(make_synthetic_dataset(*model), Error);
    const auto data = make_synthetic_dataset(*model, {.samples = 30, .any_input = true});
    std::set<std::int64_t> seen;
    for (std::size_t i = 0; i < data->size(); ++i) {
        const auto sample = data->sample(i);
        const auto ids = sample.at("ids");
        seen.insert(ids.data<const std::int64_t>(), ids.data<const std::int64_t>() + ids.get_size());
        EXPECT_EQ(sample.at("mask").data<const std::int64_t>()[5], 1);
    }
    EXPECT_GE(*seen.begin(), 0);
    EXPECT_LT(*seen.rbegin(), 50);
    EXPECT_GT(seen.size(), 40U);
    EXPECT_NE(data->remarks().at(0).find("for speed measurements only"), std::string::npos);
    const auto real = make_synthetic_dataset(*model_of({parameter({1, 40})}), {.samples = 2, .any_input = true});
    EXPECT_NE(values_of(real->sample(0).at("x")), values_of(real->sample(1).at("x")));
}

TEST(SyntheticNumbers, NeedFixedAxes) {
    EXPECT_THROW(make_synthetic_dataset(*model_of({parameter({1, -1})}), {.any_input = true}), Error);
    EXPECT_NO_THROW(make_synthetic_dataset(*model_of({parameter({-1, 7})}), {.any_input = true}));
    EXPECT_THROW(make_synthetic_dataset(*model_of({parameter({1, 3, 8, 8})}), {.samples = 0}), Error);
}

}  // namespace
}  // namespace octet
