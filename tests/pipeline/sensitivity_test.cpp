#include <gtest/gtest.h>

#include "octet/error.hpp"
#include "octet/quantize.hpp"
#include "octet/sensitivity.hpp"

#include "outlier_model.hpp"
#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

Options plain() {
    return {.smooth_quant = false, .range_selection = false};
}

TEST(Sensitivity, FindsAndSuggestsTheSensitiveOperation) {
    const auto data = random_dataset(20, {1, 3, 8, 8});
    const auto found = measure_sensitivity(model_with_outlier(60), *data, plain(), {.least_gain = 6});
    ASSERT_FALSE(found.blocks.empty());
    EXPECT_EQ(found.blocks[0].name, "hard");
    EXPECT_EQ(found.blocks[0].type, "Convolution");
    EXPECT_GT(*found.blocks[0].left_db, 3);
    EXPECT_LT(found.blocks[0].alone_db, found.blocks[1].alone_db);
    EXPECT_TRUE(found.are_checks_held_out);
    EXPECT_EQ(found.check_samples, 4U);
    ASSERT_TRUE(found.suggestion) << found.why_none;
    EXPECT_EQ(found.suggestion->names, std::vector<std::string>{"hard"});
    EXPECT_GT(found.suggestion->after_db, found.suggestion->before_db + 6);
}

TEST(Sensitivity, SuggestsNothingWhereNothingIsSensitive) {
    const auto found =
        measure_sensitivity(model_with_outlier(1), *random_dataset(20, {1, 3, 8, 8}), plain(), {.least_gain = 12});
    EXPECT_FALSE(found.suggestion);
    EXPECT_NE(found.why_none.find("adds 12 dB"), std::string::npos) << found.why_none;
}

TEST(Sensitivity, ReachesATarget) {
    const auto model = model_with_outlier(60);
    const auto data = random_dataset(20, {1, 3, 8, 8});
    const auto one = measure_sensitivity(model, *data, plain());
    ASSERT_TRUE(one.suggestion);
    const double target = one.suggestion->after_db + 1;
    const auto more = measure_sensitivity(model, *data, plain(), {.target_sqnr = target});
    ASSERT_TRUE(more.suggestion) << more.why_none;
    EXPECT_GT(more.suggestion->blocks, 1U);
    EXPECT_GE(more.suggestion->after_db, target);

    const auto reached = measure_sensitivity(model, *data, plain(), {.target_sqnr = 0});
    EXPECT_NE(reached.why_none.find("as it is"), std::string::npos) << reached.why_none;
    EXPECT_FALSE(measure_sensitivity(model, *data, plain(), {.target_sqnr = 190}).suggestion);
}

TEST(Sensitivity, DoesNotDependOnTheNumberOfThreads) {
    const auto model = model_with_outlier(60);
    const auto data = random_dataset(12, {1, 3, 8, 8});
    const auto one = measure_sensitivity(model, *data, {}, {}, {.threads = 1});
    const auto two = measure_sensitivity(model, *data, {}, {}, {.threads = 2});
    ASSERT_EQ(one.blocks.size(), two.blocks.size());
    EXPECT_EQ(one.sqnr_db, two.sqnr_db);
    for (std::size_t i = 0; i < one.blocks.size(); ++i) {
        EXPECT_EQ(one.blocks[i].name, two.blocks[i].name);
        EXPECT_EQ(one.blocks[i].alone_db, two.blocks[i].alone_db);
        EXPECT_EQ(one.blocks[i].left_db, two.blocks[i].left_db);
    }
    EXPECT_EQ(one.why_none, two.why_none);
}

TEST(Sensitivity, JoinsOperationsThatShareQuantizers) {
    const auto x = parameter({1, 3, 8, 8});
    const auto a = relu(convolution(x, "a", 1, {.outputs = 4, .pad = 1}), "ra");
    const auto sum = make<ov::op::v1::Add>("sum", convolution(a, "b", 3, {.outputs = 4, .pad = 1}), a);
    const auto found = measure_sensitivity(model_of({relu(sum, "end")}, {x}), *random_dataset(10, {1, 3, 8, 8}));
    ASSERT_EQ(found.blocks.size(), 2U);
    const auto& joined = found.blocks[0].name == "b" ? found.blocks[0] : found.blocks[1];
    EXPECT_EQ(joined.operations, (std::vector<std::string>{"b", "sum"}));
    EXPECT_TRUE(joined.can_be_ignored);
}

TEST(Sensitivity, RefusesWhatItCannotMeasure) {
    const auto model = model_with_outlier(1);
    const auto data = random_dataset(4, {1, 3, 8, 8});
    const auto code = [&](const SensitivityOptions& wanted) {
        try {
            measure_sensitivity(model, *data, {}, wanted);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    };
    EXPECT_EQ(code({.target_sqnr = 300}), ErrorCode::InvalidOption);
    EXPECT_EQ(code({.least_gain = 0}), ErrorCode::InvalidOption);

    const auto x = parameter({1, 4});
    const auto nothing = make<ov::op::v1::Multiply>(
        "zero", make<ov::op::v0::MatMul>("fc", x, random_constant({4, 4}, 1), false, false), constant({1}, {0}));
    try {
        measure_sensitivity(model_of({nothing}, {x}), *random_dataset(4, {1, 4}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::UnsupportedModel);
    }
}

}  // namespace
}  // namespace octet
