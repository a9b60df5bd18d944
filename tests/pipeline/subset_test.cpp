// Which samples a run measures, and as what: until means settle, from which state, by items of a batch.
#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>
#include <openvino/op/util/variable.hpp>

#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/quantize.hpp"

#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr std::size_t kSide = 8;

std::shared_ptr<ov::Model> two_convolutions(const ov::PartialShape& shape) {
    const auto x = parameter(shape);
    const auto a = relu(convolution(x, "a", 1, {.outputs = 4, .pad = 1}), "ra");
    return model_of({relu(convolution(a, "b", 2, {.outputs = 3}), "rb")}, {x});
}

/// Values of sample `index`: random ones, times `factor`.
ov::Tensor item(std::size_t index, float factor = 1) {
    return random_tensor({1, 3, kSide, kSide}, static_cast<unsigned>(index) + 1, factor);
}

std::vector<std::vector<float>> ranges_of(const Report& report) {
    std::vector<std::vector<float>> ranges;
    for (const auto& quantizer : report.quantizers) {
        ranges.push_back(quantizer.low);
        ranges.push_back(quantizer.high);
    }
    return ranges;
}

class Log : public Observer {
public:
    void log(LogLevel level, std::string_view, std::string_view text) override {
        warnings_ += level == LogLevel::Warning ? std::string(text) + "\n" : "";
    }
    const std::string& warnings() const {
        return warnings_;
    }

private:
    std::string warnings_;
};

std::unique_ptr<Dataset> batches(std::size_t count, std::size_t batch) {
    return make_dataset(count, [batch](std::size_t index) {
        ov::Tensor all(ov::element::f32, {batch, 3, kSide, kSide});
        for (std::size_t i = 0; i < batch; ++i) {
            // Some items are larger, so that their extremes are not those of their batch.
            const auto one = item(index * batch + i, i % 2 == 0 ? 1 : 3);
            std::copy_n(one.data<float>(), one.get_size(), all.data<float>() + i * one.get_size());
        }
        return Sample{{"x", all}};
    });
}

TEST(Batches, GiveTheRangesOfBatchOne) {
    const Options options{.range_selection = false, .simulate_activations = false};
    const auto single = quantize(two_convolutions({1, 3, kSide, kSide}), *batches(12, 1), options);
    EXPECT_EQ(single.report.samples, 12U);
    const auto expected = quantize(two_convolutions({1, 3, kSide, kSide}),
                                   *make_dataset(12,
                                                 [](std::size_t index) {
                                                     return Sample{{"x", item(index, index % 2 == 0 ? 1 : 3)}};
                                                 }),
                                   options);
    for (const auto& shape : {ov::PartialShape{4, 3, kSide, kSide}, ov::PartialShape{-1, 3, kSide, kSide}}) {
        const auto batched = quantize(two_convolutions(shape), *batches(3, 4), options);
        EXPECT_EQ(ranges_of(batched.report), ranges_of(expected.report)) << shape;
        EXPECT_EQ(batched.report.samples, 3U);
        EXPECT_EQ(batched.model->input().get_partial_shape(), shape);
        const auto whole = quantize(two_convolutions(shape), *batches(3, 4),
                                    {.split_batches = false, .range_selection = false, .simulate_activations = false});
        EXPECT_NE(ranges_of(whole.report), ranges_of(expected.report)) << shape;
    }
}

TEST(Batches, MayBeMissing) {
    const auto model = two_convolutions({-1, 3, kSide, kSide});
    const auto with = quantize(model, *make_dataset(3, [](std::size_t index) { return Sample{{"x", item(index)}}; }));
    const auto without = quantize(model, *make_dataset(3, [](std::size_t index) {
                                      auto tensor = item(index);
                                      tensor.set_shape({3, kSide, kSide});
                                      return Sample{{"x", tensor}};
                                  }));
    EXPECT_EQ(to_json(with.report), to_json(without.report));
}

TEST(Batches, ServeBiasCorrectionAsWell) {
    Options options{.use_fast_bias = false};
    const auto result = quantize(two_convolutions({4, 3, kSide, kSide}), *batches(3, 4), options);
    const bool is_corrected =
        std::any_of(result.report.changes.begin(), result.report.changes.end(),
                    [](const auto& c) { return c.algorithm == "BiasCorrection" && c.what == "bias corrected"; });
    EXPECT_TRUE(is_corrected) << to_json(result.report);
}

TEST(Batches, StayWholeWhereTheModelNeedsThem) {
    // Mixes its items: the second axis of the reshaped tensor counts them.
    const auto x = parameter({4, 3, kSide, kSide});
    const auto mixed = make<ov::op::v1::Reshape>("mixed", x, integers({1, 12, kSide, kSide}), false);
    const auto model = model_of({relu(convolution(mixed, "a", 1, {.outputs = 4}), "ra")}, {x});
    Log log;
    const auto result = quantize(model, *batches(3, 4), {}, {}, &log);
    EXPECT_NE(log.warnings().find("batches are measured as a whole"), std::string::npos) << log.warnings();
    EXPECT_EQ(result.report.quantized, std::vector<std::string>{"a"});
}

/// 1200 samples in three blocks of different size, as data sorted by class has them.
std::unique_ptr<Dataset> sorted_samples() {
    return make_dataset(1200, [](std::size_t index) {
        ov::Tensor tensor = item(index % 7);
        const float factor = index < 400 ? 1.0F : index < 800 ? 2.0F : 6.0F;
        std::transform(tensor.data<float>(), tensor.data<float>() + tensor.get_size(), tensor.data<float>(),
                       [factor](float value) { return factor * value; });
        return Sample{{"x", tensor}};
    });
}

TEST(Converge, SeesAllOfSortedDataBeforeItStops) {
    const auto model = two_convolutions({1, 3, kSide, kSide});
    const auto input_range = [](const QuantizedModel& result) {
        const auto& quantizers = result.report.quantizers;
        return std::find_if(quantizers.begin(), quantizers.end(), [](const auto& q) { return q.tensor == "x"; })
            ->high[0];
    };
    const auto all = quantize(model, *sorted_samples(), {.range_selection = false});
    EXPECT_FALSE(all.report.has_converged);
    EXPECT_EQ(all.report.samples, 1200U);
    const auto early = quantize(model, *sorted_samples(), {.converge = 0.03, .range_selection = false});
    EXPECT_TRUE(early.report.has_converged);
    EXPECT_LT(early.report.samples, 600U);
    EXPECT_EQ(early.report.samples_given, 1200U);
    EXPECT_NEAR(input_range(early), input_range(all), 0.05 * input_range(all));
    const auto json = to_json(early.report);
    EXPECT_NE(json.find("\"converged\": true"), std::string::npos);
    EXPECT_NE(json.find("\"samples_given\": 1200"), std::string::npos);
}

TEST(Converge, DoesNotDependOnThreadsOrMemory) {
    const auto model = two_convolutions({1, 3, kSide, kSide});
    const Options options{.converge = 0.03, .range_selection = false};
    const auto one = quantize(model, *sorted_samples(), options, {.threads = 1});
    const auto two = quantize(model, *sorted_samples(), options, {.threads = 2});
    const auto little = quantize(model, *sorted_samples(), options, {.threads = 2, .max_memory = 1});
    EXPECT_EQ(to_json(one.report), to_json(two.report));
    EXPECT_EQ(to_json(one.report), to_json(little.report));
}

TEST(Converge, IsASmallPart) {
    const auto model = two_convolutions({1, 3, kSide, kSide});
    for (const double wrong : {0.0, -0.1, 1.0, std::nan("")}) {
        try {
            quantize(model, *batches(2, 1), {.converge = wrong});
            FAIL() << wrong;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::InvalidOption);
            EXPECT_EQ(error.where(), "converge");
        }
    }
}

/// state = state + x, then a layer: what reaches it grows along a sequence.
std::shared_ptr<ov::Model> summing() {
    const auto x = parameter({1, 4});
    const auto variable = std::make_shared<ov::op::util::Variable>(
        ov::op::util::VariableInfo{ov::PartialShape{1, 4}, ov::element::f32, "state"});
    const auto read = std::make_shared<ov::op::v6::ReadValue>(constant({1, 4}, {0, 0, 0, 0}), variable);
    const auto sum = make<ov::op::v1::Add>("sum", read, x);
    const auto assign = std::make_shared<ov::op::v6::Assign>(sum, variable);
    const auto layer = make<ov::op::v0::MatMul>("layer", sum, random_constant({4, 3}, 7, "w"), false, false);
    const auto result = std::make_shared<ov::op::v0::Result>(layer);
    auto model = std::make_shared<ov::Model>(ov::ResultVector{result}, ov::SinkVector{assign}, ov::ParameterVector{x});
    return model;
}

/// Ones, in sequences of 5.
class Steps : public Dataset {
public:
    std::size_t size() const override {
        return 20;
    }
    Sample sample(std::size_t) const override {
        ov::Tensor tensor(ov::element::f32, {1, 4});
        std::fill_n(tensor.data<float>(), 4, 1.0F);
        return {{"x", tensor}};
    }
    std::string label(std::size_t index) const override {
        return "speaker" + std::to_string(index / 5) + "/" + std::to_string(index);
    }
};

TEST(States, AreKeptAlongTheSamplesOfAFolder) {
    const auto end_of_sum = [](States states, std::size_t subset) {
        const Options options{.subset = subset, .states = states, .smooth_quant = false, .range_selection = false};
        const auto result = quantize(summing(), Steps(), options);
        const auto& quantizers = result.report.quantizers;
        const auto found =
            std::find_if(quantizers.begin(), quantizers.end(), [](const auto& q) { return q.tensor == "sum"; });
        return found == quantizers.end() ? -1.0F : found->high[0];
    };
    EXPECT_NEAR(end_of_sum(States::Reset, 20), 1, 0.01);
    EXPECT_NEAR(end_of_sum(States::Keep, 20), 3, 0.03);   // the mean of 1, 2, 3, 4, 5
    EXPECT_NEAR(end_of_sum(States::Keep, 10), 3, 0.03);   // two whole folders
    EXPECT_NEAR(end_of_sum(States::Keep, 2), 1.5, 0.02);  // the beginning of one
}

TEST(States, OfAModelWithoutOneAreNotKept) {
    Log log;
    quantize(two_convolutions({1, 3, kSide, kSide}), *batches(2, 1), {.states = States::Keep}, {}, &log);
    EXPECT_NE(log.warnings().find("states: no effect"), std::string::npos);
}

}  // namespace
}  // namespace octet
