// Bodies of TensorIterator, Loop and If are quantized like the rest of the model.
#include <set>

#include <gtest/gtest.h>

#include "octet/octet.hpp"
#include "octet/quantize.hpp"

#include "support.hpp"

namespace octet {
namespace {

using namespace testing;

Output fully_connected(const Output& input, const std::string& name, unsigned seed) {
    const auto size = static_cast<std::size_t>(input.get_partial_shape()[1].get_length());
    const auto product =
        make<ov::op::v0::MatMul>(name, input, random_constant({size, size}, seed, name + "/weights"), false, false);
    return make<ov::op::v1::Add>(name + "/add", product, random_constant({1, size}, seed + 1, name + "/bias"));
}

/// h = tanh(fc(x_t) + fc(h)) over axis 1 of x [1, T, 6]; the last h.
Output recurrent(const Output& x, const std::string& name, unsigned seed) {
    const auto step = parameter({1, 1, 6}, name + "_x");
    const auto state = parameter({1, 6}, name + "_h");
    const auto flat = make<ov::op::v0::Squeeze>(name + "_squeeze", step, integers({1}));
    const auto sum = make<ov::op::v1::Add>(name + "_sum", fully_connected(flat, name + "_fc_x", seed),
                                           fully_connected(state, name + "_fc_h", seed + 2));
    const auto next = std::make_shared<ov::op::v0::Result>(make<ov::op::v0::Tanh>(name + "_tanh", sum));
    const auto body = std::make_shared<ov::Model>(ov::ResultVector{next}, ov::ParameterVector{step, state});
    const auto loop = make<ov::op::v0::TensorIterator>(name);
    loop->set_function(body);
    loop->set_sliced_input(step, x, 0, 1, 1, -1, 1);
    loop->set_merged_input(state, constant({1, 6}, std::vector<float>(6, 0)), next);
    return loop->get_iter_value(next, -1);
}

/// Where the sum of x is positive a convolution `then_conv`, else the recurrence.
std::shared_ptr<ov::Model> branching_model() {
    const auto x = parameter({1, 5, 6});
    const auto sum = make<ov::op::v1::ReduceSum>("sum", x, integers({0, 1, 2}), false);
    const auto is_positive =
        make<ov::op::v1::Greater>("is_positive", sum, ov::op::v0::Constant::create(ov::element::f32, {}, {0.F}));
    const auto branch = make<ov::op::v8::If>("branch", is_positive);
    const auto in_then = parameter({1, 5, 6}, "in_then"), in_else = parameter({1, 5, 6}, "in_else");
    const auto last = make<ov::op::v1::ReduceMean>("mean", in_then, integers({1}), false);
    const auto then_result = std::make_shared<ov::op::v0::Result>(fully_connected(last, "then_fc", 3));
    const auto else_result = std::make_shared<ov::op::v0::Result>(recurrent(in_else, "inner", 5));
    branch->set_then_body(std::make_shared<ov::Model>(ov::ResultVector{then_result}, ov::ParameterVector{in_then}));
    branch->set_else_body(std::make_shared<ov::Model>(ov::ResultVector{else_result}, ov::ParameterVector{in_else}));
    branch->set_input(x, in_then, in_else);
    const auto chosen = branch->set_output(then_result, else_result);
    return model_of({fully_connected(chosen, "head", 9)}, {x});
}

std::unique_ptr<Dataset> samples(std::size_t count, float offset, bool alternating) {
    return make_dataset(count, [=](std::size_t index) {
        const float sign = alternating && index % 2 == 1 ? -1.F : 1.F;
        return Sample{{"x", random_tensor({1, 5, 6}, static_cast<unsigned>(index) + 1, 1, sign * offset)}};
    });
}

std::set<std::string> operations(const QuantizedModel& result) {
    return {result.report.quantized.begin(), result.report.quantized.end()};
}

TEST(Bodies, BranchesAndWhatIsNestedInThemAreQuantized) {
    const auto model = branching_model();
    Options options;  // the branches' outputs differ in size: their mean would cut off those of one
    options.range_estimator.max.aggregator = Aggregator::Max;
    const auto result = quantize(model, *samples(20, 1, true), options);
    for (const char* name : {"head", "branch|then_fc", "branch|inner|inner_fc_x", "branch|inner|inner_fc_h"}) {
        EXPECT_TRUE(operations(result).count(name)) << name;
    }
    for (const float offset : {1.F, -1.F}) {
        const auto sample = random_tensor({1, 5, 6}, 99, 1, offset);
        EXPECT_GT(sqnr_db(infer(model, {sample})[0], infer(result.model, {sample})[0]), 20) << offset;
    }
}

TEST(Bodies, ABranchThatNoSampleTakesStaysInFloatingPoint) {
    const auto result = quantize(branching_model(), *samples(10, 1, false));
    EXPECT_TRUE(operations(result).count("branch|then_fc"));
    EXPECT_FALSE(operations(result).count("branch|inner|inner_fc_x"));
    EXPECT_TRUE(std::any_of(result.report.left.begin(), result.report.left.end(),
                            [](const Remark& remark) { return remark.reason == "no sample reaches it"; }));
    for (const auto& quantizer : inspect(*result.model)) {
        EXPECT_EQ(quantizer.name.find("inner"), std::string::npos) << quantizer.name;
    }
}

TEST(Bodies, IterationsCountLikeSamples) {
    const auto x = parameter({1, 5, 6});
    const auto model = model_of({recurrent(x, "loop", 1)}, {x});
    Options options;
    options.bias_correction = false;
    options.fold = false;
    options.range_selection = false;
    const auto result = quantize(model, *samples(4, 0, false), options);
    double mean = 0;  // of the largest magnitude of each step
    for (unsigned sample = 0; sample < 4; ++sample) {
        const auto tensor = random_tensor({1, 5, 6}, sample + 1, 1, 0);
        for (std::size_t step = 0; step < 5; ++step) {
            const float* values = tensor.data<float>() + step * 6;
            mean += std::fabs(*std::max_element(values, values + 6,
                                                [](float a, float b) { return std::fabs(a) < std::fabs(b); })) /
                    20;
        }
    }
    const auto quantizers = inspect(*result.model);
    const auto found = std::find_if(quantizers.begin(), quantizers.end(),
                                    [](const QuantizerInfo& info) { return info.tensor == "loop_x"; });
    ASSERT_NE(found, quantizers.end());
    EXPECT_NEAR(found->high.at(0), mean, 1e-5);
}

TEST(Bodies, ThreadsDoNotChangeTheResult) {
    const auto model = branching_model();
    const auto ranges = [&](std::size_t threads) {
        std::vector<float> limits;
        for (const auto& info : inspect(*quantize(model, *samples(9, 1, true), {}, {threads}).model)) {
            limits.insert(limits.end(), info.high.begin(), info.high.end());
        }
        return limits;
    };
    EXPECT_EQ(ranges(1), ranges(3));
}

}  // namespace
}  // namespace octet
