#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/quantize.hpp"

#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

std::shared_ptr<ov::Model> small_model(const ov::PartialShape& shape = {1, 3, 16, 16}) {
    const auto x = parameter(shape);
    const auto a = relu(convolution(x, "a", 1, {.outputs = 8, .pad = 1}), "ra");
    const auto b = relu(depthwise(a, "b", 3), "rb");
    const auto sum = make<ov::op::v1::Add>("sum", convolution(b, "c", 5, {.outputs = 8, .kernel = 1}), a);
    const auto pool = make<ov::op::v1::ReduceMean>("pool", sum, integers({2, 3}), false);
    return model_of({make<ov::op::v0::MatMul>("fc", pool, random_constant({8, 6}, 7, "fc/weights"), false, false)},
                    {x});
}

TEST(Quantize, GivesAModelNearTheOriginal) {
    const auto model = small_model();
    for (const auto preset : {Preset::Performance, Preset::Mixed}) {
        const auto result = quantize(model, *random_dataset(20, {1, 3, 16, 16}), {.preset = preset});
        const auto sample = random_tensor({1, 3, 16, 16}, 99, 1, 0.2F);
        EXPECT_GT(sqnr_db(infer(model, {sample})[0], infer(result.model, {sample})[0]), 20);
        EXPECT_EQ(result.report.samples, 20U);
        EXPECT_EQ(result.report.quantized, (std::vector<std::string>{"a", "b", "c", "sum", "pool", "fc"}));
    }
}

TEST(Quantize, LeavesTheGivenModelAlone) {
    const auto model = small_model();
    const auto before = model->get_ordered_ops().size();
    quantize(model, *random_dataset(2, {1, 3, 16, 16}));
    EXPECT_EQ(model->get_ordered_ops().size(), before);
}

TEST(Quantize, KeepsNamesOfInputsAndOutputs) {
    const auto model = small_model();
    const auto result = quantize(model, *random_dataset(2, {1, 3, 16, 16}));
    EXPECT_EQ(result.model->input().get_names(), model->input().get_names());
    EXPECT_EQ(result.model->output().get_names(), model->output().get_names());
    EXPECT_EQ(result.model->get_results()[0]->get_friendly_name(), "result0");
}

TEST(Quantize, DoesNotDependOnTheNumberOfThreads) {
    const auto model = small_model();
    const auto dataset = random_dataset(9, {1, 3, 16, 16});
    const auto one = quantize(model, *dataset, {}, {.threads = 1});
    const auto two = quantize(model, *dataset, {}, {.threads = 2});
    EXPECT_EQ(to_json(one.report), to_json(two.report));
}

TEST(Quantize, TwiceIsRefused) {
    const auto dataset = random_dataset(2, {1, 3, 16, 16});
    for (const bool keep : {false, true}) {
        const auto result = quantize(small_model(), *dataset, {.keep_uncompressed_weights = keep});
        try {
            quantize(result.model, *dataset);
            FAIL();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::UnsupportedModel);
        }
    }
}

struct Refusal {
    const char* what;
    Options options;
    ErrorCode code;
    const char* text;
};

TEST(Quantize, RefusesWrongOptions) {
    Refusal refusals[] = {
        {"subset", {.subset = 0}, ErrorCode::InvalidOption, "subset"},
        {"device", {.target_device = "TPU"}, ErrorCode::InvalidOption, "expected one of"},
        {"scope", {.ignored = {.names = {"fcc"}}}, ErrorCode::InvalidOption, "did you mean \"fc\""},
        {"shape", {.shapes = {{"y", {1, 3, 8, 8}}}}, ErrorCode::InvalidOption, "\"y\""},
        {"data of another shape", {.shapes = {{"x", {1, 3, 8, 8}}}}, ErrorCode::InvalidData, "expected f32[1,3,8,8]"},
        {"reshape", {.reshape = true}, ErrorCode::InvalidOption, "--shape"},
    };
    for (const auto& refusal : refusals) {
        try {
            quantize(small_model(), *random_dataset(2, {1, 3, 16, 16}), refusal.options);
            ADD_FAILURE() << refusal.what;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), refusal.code) << refusal.what << ": " << error.what();
            EXPECT_NE(std::string(error.what()).find(refusal.text), std::string::npos) << error.what();
        }
    }
}

TEST(Quantize, UsesAnEvenlySpreadSubset) {
    std::set<std::size_t> asked;
    std::mutex mutex;
    const auto dataset = make_dataset(100, [&](std::size_t index) {
        const std::lock_guard lock(mutex);
        asked.insert(index);
        return Sample{{"x", random_tensor({1, 3, 16, 16}, 1)}};
    });
    const auto result = quantize(small_model(), *dataset, {.subset = 4});
    EXPECT_EQ(result.report.samples, 4U);
    EXPECT_EQ(asked, (std::set<std::size_t>{12, 37, 62, 87}));
}

std::shared_ptr<ov::Model> with_weight(float value) {
    const auto x = parameter({1, 3, 8, 8});
    auto values = random_floats(4 * 3 * 3 * 3, 1);
    values[5] = value;
    const auto conv =
        make<ov::op::v1::Convolution>("conv", x, constant({4, 3, 3, 3}, values), ov::Strides{1, 1},
                                      ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    return model_of({conv}, {x});
}

TEST(Quantize, RefusesWeightsThatAreNoNumbers) {
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        for (const bool fold : {true, false}) {
            try {
                quantize(with_weight(value), *random_dataset(1, {1, 3, 8, 8}), {.fold = fold});
                FAIL() << value;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::Numeric);
                EXPECT_NE(std::string(error.what()).find("conv"), std::string::npos) << error.what();
            }
        }
    }
}

TEST(Quantize, RefusesDataThatIsNoNumber) {
    const auto dataset = make_dataset(3, [](std::size_t index) {
        auto tensor = random_tensor({1, 3, 16, 16}, 1);
        tensor.data<float>()[7] = index == 1 ? std::numeric_limits<float>::quiet_NaN() : 0;
        return Sample{{"x", tensor}};
    });
    try {
        quantize(small_model(), *dataset);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidData);
        EXPECT_EQ(error.where(), "sample 1");
    }
    EXPECT_EQ(quantize(small_model(), *dataset, {.skip_bad = true}).report.bad_samples.size(), 1U);
}

TEST(Quantize, LeavesMasksInFloat) {
    const auto x = parameter({1, 6, 8});
    const auto scores = make<ov::op::v0::MatMul>("scores", x, random_constant({8, 6}, 1), false, false);
    const float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> mask(36, 0);
    mask[3] = -infinity;
    const auto masked =
        make<ov::op::v1::Add>("masked", scores,
                              make<ov::op::v1::Multiply>("double", constant({1, 6, 6}, mask),
                                                         make<ov::op::v0::Abs>("ones", constant({}, {1}))));
    const auto twice = make<ov::op::v1::Add>("twice", masked, scores);
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", twice, -1)}, {x});
    const auto dataset = random_dataset(4, {1, 6, 8});
    const auto result = quantize(model, *dataset, {.model_type = ModelType::None});
    const auto left = std::find_if(result.report.left.begin(), result.report.left.end(),
                                   [](const Remark& remark) { return remark.operation == "twice"; });
    ASSERT_TRUE(left != result.report.left.end()) << to_json(result.report);
    EXPECT_NE(left->reason.find("infinity"), std::string::npos) << left->reason;
    const auto sample = random_tensor({1, 6, 8}, 50);
    const auto output = infer(result.model, {sample})[0];
    EXPECT_TRUE(std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); }));
}

TEST(Quantize, TakesAMaskThatIsAddedLikeABias) {
    const auto x = parameter({1, 6, 8});
    std::vector<float> mask(36, 0);
    mask[3] = -std::numeric_limits<float>::infinity();
    const auto scores = make<ov::op::v0::MatMul>("scores", x, random_constant({8, 6}, 1), false, false);
    const auto masked = make<ov::op::v1::Add>("masked", scores, constant({1, 6, 6}, mask));
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", masked, -1)}, {x});
    const auto result = quantize(model, *random_dataset(4, {1, 6, 8}));
    EXPECT_EQ(result.report.quantized, (std::vector<std::string>{"scores"}));
}

TEST(Quantize, RefusesAnInfiniteBias) {
    const auto x = parameter({1, 3, 8, 8});
    const auto conv = convolution(x, "conv", 1, {.has_bias = false});
    const auto add =
        make<ov::op::v1::Add>("add", conv, constant({1, 4, 1, 1}, {0, std::numeric_limits<float>::infinity(), 0, 0}));
    try {
        quantize(model_of({add}, {x}), *random_dataset(1, {1, 3, 8, 8}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Numeric);
    }
}

TEST(Quantize, LeavesAConstantMaskOfTheLowestFloatAlone) {
    const auto x = parameter({1, 6, 8});
    std::vector<float> mask(36, 0);
    mask[3] = std::numeric_limits<float>::lowest();
    const auto scores = make<ov::op::v0::MatMul>("scores", x, random_constant({8, 6}, 1), false, false);
    const auto masked =
        make<ov::op::v1::Add>("masked", make<ov::op::v0::Sin>("sin", scores), constant({1, 6, 6}, mask));
    const auto model = model_of({make<ov::op::v8::Softmax>("softmax", masked, -1)}, {x});
    const auto result = quantize(model, *random_dataset(4, {1, 6, 8}), {.model_type = ModelType::None});
    EXPECT_EQ(result.report.quantized, (std::vector<std::string>{"scores"}));
    const auto sample = random_tensor({1, 6, 8}, 50);
    EXPECT_GT(sqnr_db(infer(model, {sample})[0], infer(result.model, {sample})[0]), 15);
}

TEST(Quantize, KeepsTheRankThatABiasGives) {
    const auto x = parameter({1, 6});
    const auto fc = make<ov::op::v0::MatMul>("fc", x, random_constant({6, 4}, 1), false, false);
    const auto model = model_of({make<ov::op::v1::Add>("add", fc, constant({1, 1, 1, 1}, {0.5F}))}, {x});
    const auto result = quantize(model, *random_dataset(4, {1, 6}));
    EXPECT_EQ(result.model->output().get_partial_shape(), model->output().get_partial_shape());
}

TEST(Quantize, RangesPerChannelDoNotOutliveATranspose) {
    const auto x = parameter({1, -1, -1, 4});  // NHWC of any height and width
    const auto turned = make<ov::op::v1::Transpose>("turned", x, integers({0, 3, 1, 2}));
    const auto model = model_of({depthwise(turned, "depthwise", 3)}, {x});
    const auto result = quantize(model, *random_dataset(3, {1, 9, 10, 4}));
    const auto other = random_tensor({1, 12, 7, 4}, 50, 1, 0.2F);
    EXPECT_GT(sqnr_db(infer(model, {other})[0], infer(result.model, {other})[0]), 20);
}

TEST(Quantize, TakesModelsWhoseTensorsAreF16) {
    const auto x = std::make_shared<ov::op::v0::Parameter>(ov::element::f16, ov::PartialShape{1, 3, 8, 8});
    x->output(0).set_names({"x"});
    const auto weights = ov::op::v0::Constant::create(ov::element::f16, {4, 3, 3, 3}, random_floats(108, 1));
    const auto conv = make<ov::op::v1::Convolution>("conv", x, weights, ov::Strides{1, 1}, ov::CoordinateDiff{0, 0},
                                                    ov::CoordinateDiff{0, 0}, ov::Strides{1, 1});
    for (const bool keep : {false, true}) {
        const auto result =
            quantize(model_of({conv}, {x}), *random_dataset(2, {1, 3, 8, 8}), {.keep_uncompressed_weights = keep});
        EXPECT_EQ(result.model->output().get_element_type(), ov::element::f16);
        EXPECT_EQ(result.report.quantized, (std::vector<std::string>{"conv"}));
    }
}

TEST(Quantize, GivesAMatrixThatIsReadTwoWaysTwoSetsOfRanges) {
    const auto x = parameter({1, 6});
    const auto matrix = random_constant({6, 6}, 1, "matrix");
    const auto first = make<ov::op::v0::MatMul>("first", x, matrix, false, false);
    const auto second = make<ov::op::v0::MatMul>("second", relu(first, "act"), matrix, false, true);
    const auto result = quantize(model_of({second}, {x}), *random_dataset(4, {1, 6}));
    EXPECT_EQ(std::count_if(result.report.quantizers.begin(), result.report.quantizers.end(),
                            [](const auto& quantizer) { return quantizer.kind == "weights"; }),
              2);
}

TEST(Quantize, RefusesAModelThatThePluginCannotCompile) {
    const auto x = parameter(ov::PartialShape::dynamic());
    const auto model = model_of({make<ov::op::v0::MatMul>("fc", x, random_constant({6, 4}, 1), false, false)}, {x});
    try {
        quantize(model, *random_dataset(1, {1, 6}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::UnsupportedModel);
    }
}

TEST(Quantize, KeepsDynamicAxesUnlessToldOtherwise) {
    const auto model = small_model({1, 3, -1, -1});
    const auto dataset = random_dataset(4, {1, 3, 16, 16});
    const auto kept = quantize(model, *dataset, {.shapes = {{"x", {1, 3, 16, 16}}}});
    EXPECT_EQ(kept.model->input().get_partial_shape(), (ov::PartialShape{1, 3, -1, -1}));
    const auto larger = random_tensor({1, 3, 24, 20}, 60, 1, 0.2F);
    EXPECT_GT(sqnr_db(infer(model, {larger})[0], infer(kept.model, {larger})[0]), 20);

    const auto fixed = quantize(model, *dataset, {.shapes = {{"x", {1, 3, 16, 16}}}, .reshape = true});
    EXPECT_EQ(fixed.model->input().get_partial_shape(), (ov::PartialShape{1, 3, 16, 16}));
}

TEST(Quantize, ReportsProgressAndStops) {
    class Watcher : public Observer {
    public:
        void phase(std::string_view name, std::size_t) override {
            phases.emplace_back(name);
        }
        bool cancelled() override {
            return !phases.empty() && phases.back() == stop_at;
        }
        std::vector<std::string> phases;
        std::string stop_at;
    };
    Watcher watcher;
    quantize(small_model(), *random_dataset(4, {1, 3, 16, 16}), {}, {}, &watcher);
    EXPECT_EQ(watcher.phases, (std::vector<std::string>{"prepare", "place", "calibrate", "correct"}));

    Watcher stopper;
    stopper.stop_at = "calibrate";
    try {
        quantize(small_model(), *random_dataset(4, {1, 3, 16, 16}), {}, {}, &stopper);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Cancelled);
    }
}

/// A random chain of the operations that real models are made of.
std::shared_ptr<ov::Model> random_model(unsigned seed) {
    std::mt19937 generator(seed);
    const auto x = parameter({1, 4, 12, 12});
    std::vector<Output> tensors{x};
    for (unsigned i = 0; i < 8; ++i) {
        const Output input = tensors[generator() % tensors.size()];
        const std::string name = "n" + std::to_string(i);
        switch (generator() % 7) {
            case 0:
                tensors.push_back(convolution(input, name, seed + i, {.outputs = 4, .pad = 1}));
                break;
            case 1:
                tensors.push_back(depthwise(input, name, seed + i));
                break;
            case 2:
                tensors.push_back(relu(input, name));
                break;
            case 3:
                tensors.push_back(make<ov::op::v1::Add>(name, input, tensors[generator() % tensors.size()]));
                break;
            case 4: {
                const auto concat = make<ov::op::v0::Concat>(
                    name + "_concat", ov::OutputVector{input, tensors[generator() % tensors.size()]}, 1);
                tensors.push_back(convolution(concat, name, seed + i, {.outputs = 4, .kernel = 1}));
                break;
            }
            case 5:
                tensors.push_back(make<ov::op::v1::Multiply>(name, input, random_constant({1, 4, 1, 1}, seed + i)));
                break;
            default:
                tensors.push_back(make<ov::op::v4::Swish>(name, input));
                break;
        }
    }
    return model_of({tensors.back()}, {x});
}

TEST(Quantize, KeepsItsPromisesOnRandomModels) {
    for (unsigned seed = 1; seed <= 25; ++seed) {
        const auto model = random_model(seed);
        const auto dataset = random_dataset(3, {1, 4, 12, 12});
        const auto operations = model->get_ops();
        const bool has_first = std::any_of(operations.begin(), operations.end(),
                                           [](const auto& node) { return node->get_friendly_name() == "n0"; });
        const Options options{
            .ignored = {.names = has_first ? std::vector<std::string>{"n0"} : std::vector<std::string>{}}};
        const auto result = quantize(model, *dataset, options, {.threads = 1});
        EXPECT_EQ(result.model->output().get_names(), model->output().get_names());
        EXPECT_EQ(result.model->output().get_partial_shape(), model->output().get_partial_shape());
        for (const auto& quantizer : result.report.quantizers) {
            for (const auto& consumer : quantizer.consumers) {
                EXPECT_FALSE(consumer.starts_with("n0:")) << "seed " << seed << ": " << quantizer.name;
            }
            for (std::size_t c = 0; c < quantizer.low.size(); ++c) {
                EXPECT_TRUE(std::isfinite(quantizer.low[c]) && std::isfinite(quantizer.high[c]));
                EXPECT_LE(quantizer.low[c], 0);
                EXPECT_GE(quantizer.high[c], 0);
                EXPECT_LT(quantizer.low[c], quantizer.high[c]);
            }
        }
        const auto sample = random_tensor({1, 4, 12, 12}, seed + 1000, 1, 0.2F);
        const auto expected = infer(model, {sample})[0];
        const auto actual = infer(result.model, {sample})[0];
        EXPECT_GT(sqnr_db(expected, actual), 8) << "seed " << seed;
    }
}

}  // namespace
}  // namespace octet
