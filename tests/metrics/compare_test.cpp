#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "octet/compare.hpp"
#include "octet/error.hpp"

namespace octet {
namespace {

using ov::element::f32;
namespace op = ov::op;

// scores[1,4] = x[1,3] * weights + `shift` on the last class.
std::shared_ptr<ov::Model> classifier(float shift, const ov::PartialShape& shape = {1, 3}) {
    auto x = std::make_shared<op::v0::Parameter>(f32, shape);
    x->output(0).set_names({"x"});
    auto weights = op::v0::Constant::create(f32, {3, 4}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0});
    auto product = std::make_shared<op::v0::MatMul>(x, weights);
    auto scores = std::make_shared<op::v1::Add>(product, op::v0::Constant::create(f32, {1, 4}, {0.f, 0.f, 0.f, shift}));
    scores->output(0).set_names({"scores"});
    auto best = std::make_shared<op::v11::TopK>(scores, op::v0::Constant::create(ov::element::i32, {}, {1}), 1,
                                                op::TopKMode::MAX, op::TopKSortType::SORT_VALUES);
    auto indices = std::make_shared<op::v0::Result>(best->output(1));
    return std::make_shared<ov::Model>(ov::ResultVector{std::make_shared<op::v0::Result>(scores), indices},
                                       ov::ParameterVector{x}, "classifier");
}

std::unique_ptr<Dataset> numbers(std::size_t size) {
    return make_dataset(size, [](std::size_t index) {
        ov::Tensor x(f32, {1, 3});
        for (std::size_t i = 0; i < 3; ++i) {
            x.data<float>()[i] = static_cast<float>((index * 7 + i * 5) % 11) / 10;
        }
        return Sample{{"x", x}};
    });
}

CompareOptions without_throughput() {
    CompareOptions options;
    options.throughput = false;
    return options;
}

ErrorCode code_of(const std::function<void()>& call, std::string* text = nullptr) {
    try {
        call();
    } catch (const Error& error) {
        if (text) {
            *text = error.what();
        }
        return error.code();
    }
    ADD_FAILURE() << "no error";
    return ErrorCode::Internal;
}

struct Recorder : Observer {
    std::vector<std::string> phases, remarks;
    std::size_t last_step = 0;
    bool is_cancelled = false;

    void phase(std::string_view name, std::size_t) override {
        phases.emplace_back(name);
    }
    void step(std::size_t done, std::size_t) override {
        last_step = done;
    }
    void log(LogLevel, std::string_view, std::string_view text) override {
        remarks.emplace_back(text);
    }
    bool cancelled() override {
        return is_cancelled;
    }
};

TEST(Compare, AModelEqualsItself) {
    const auto model = classifier(0.5f);
    const auto result = compare(model, model, *numbers(20), without_throughput());
    EXPECT_EQ(result.samples, 20u);
    ASSERT_EQ(result.outputs.size(), 1u) << "the indices are integers and no float output";
    EXPECT_EQ(result.outputs[0].output, "scores");
    EXPECT_EQ(result.outputs[0].sqnr_db, std::numeric_limits<double>::infinity());
    EXPECT_DOUBLE_EQ(result.outputs[0].cosine, 1);
    EXPECT_EQ(result.outputs[0].max_error, 0);
    EXPECT_EQ(result.outputs[0].top1_agreement, 1.0);
    EXPECT_FALSE(result.reference_fps);
}

TEST(Compare, MeasuresAShift) {
    const auto result = compare(classifier(0), classifier(0.25f), *numbers(22), without_throughput());
    double signal = 0;
    for (std::size_t index = 0; index < 22; ++index) {
        const auto sample = numbers(22)->sample(index);
        for (std::size_t i = 0; i < 3; ++i) {
            signal += std::pow(sample.at("x").data<float>()[i], 2);
        }
    }
    EXPECT_NEAR(result.outputs[0].sqnr_db, 10 * std::log10(signal / (22 * 0.0625)), 1e-6);
    EXPECT_NEAR(result.outputs[0].max_error, 0.25, 1e-6);
    EXPECT_LT(result.outputs[0].cosine, 1);
}

TEST(Compare, FiguresDoNotDependOnTheNumberOfThreads) {
    const auto one = compare(classifier(0.1f), classifier(0.13f), *numbers(50), without_throughput(), {.threads = 1});
    const auto four = compare(classifier(0.1f), classifier(0.13f), *numbers(50), without_throughput(), {.threads = 4});
    EXPECT_EQ(one.outputs[0].sqnr_db, four.outputs[0].sqnr_db);
    EXPECT_EQ(one.outputs[0].cosine, four.outputs[0].cosine);
}

TEST(Compare, MeasuresThroughputWithinItsTime) {
    CompareOptions options;
    options.throughput_seconds = 0.2;
    Recorder recorder;
    const auto result = compare(classifier(0), classifier(0), *numbers(3), options, {.threads = 1}, &recorder);
    EXPECT_GT(result.reference_fps.value_or(0), 0);
    EXPECT_GT(result.quantized_fps.value_or(0), 0);
    EXPECT_EQ(recorder.phases, (std::vector<std::string>{"compare", "throughput"}));
}

TEST(Compare, RunsADynamicModelAtTheShapesOfItsSamples) {
    const auto data = make_dataset(4, [](std::size_t index) {
        ov::Tensor x(f32, {index + 1, 3});
        std::fill_n(x.data<float>(), x.get_size(), 1.f);
        return Sample{{"", x}};
    });
    CompareOptions options;
    options.throughput_seconds = 0.1;
    const auto model = classifier(0, {-1, 3});
    const auto result = compare(model, model, *data, options);
    EXPECT_EQ(result.samples, 4u);
    EXPECT_FALSE(result.outputs[0].top1_agreement) << "batches of several";
    EXPECT_GT(result.quantized_fps.value_or(0), 0);
}

TEST(Compare, RefusesModelsThatDoNotBelongTogether) {
    struct Case {
        const char* what;
        std::shared_ptr<ov::Model> other;
        const char* text;
    };
    auto renamed = classifier(0);
    renamed->input(0).get_tensor().set_names({"y"});
    auto cut = classifier(0);
    cut->remove_result(cut->get_results()[1]);
    for (const auto& c : {Case{"shape", classifier(0, {2, 3}), "f32[2,3]"}, Case{"name", renamed, "\"y\""},
                          Case{"outputs", cut, "output"}}) {
        std::string text;
        EXPECT_EQ(code_of([&] { compare(classifier(0), c.other, *numbers(2), without_throughput()); }, &text),
                  ErrorCode::UnsupportedModel)
            << c.what;
        EXPECT_NE(text.find(c.text), std::string::npos) << c.what << ": " << text;
    }
}

TEST(Compare, RefusesAnUnknownInputInShapesAndNoSamples) {
    auto options = without_throughput();
    options.shapes["z"] = {1, 3};
    EXPECT_EQ(code_of([&] { compare(classifier(0), classifier(0), *numbers(2), options); }), ErrorCode::InvalidOption);
    EXPECT_EQ(code_of([&] { compare(classifier(0), classifier(0), *numbers(0), without_throughput()); }),
              ErrorCode::InvalidData);
}

std::unique_ptr<Dataset> numbers_with_a_bad_one(std::size_t bad) {
    return make_dataset(5, [bad](std::size_t index) {
        ov::Tensor x(f32, {1, 3});
        std::fill_n(x.data<float>(), 3, index == bad ? std::nanf("") : 1.f);
        return Sample{{"x", x}};
    });
}

TEST(Compare, NamesABadSampleOrGoesOnWithoutIt) {
    std::string text;
    EXPECT_EQ(code_of([&] { compare(classifier(0), classifier(0), *numbers_with_a_bad_one(3), without_throughput()); },
                      &text),
              ErrorCode::InvalidData);
    EXPECT_NE(text.find("3"), std::string::npos) << text;

    auto options = without_throughput();
    options.skip_bad = true;
    Recorder recorder;
    const auto result = compare(classifier(0), classifier(0), *numbers_with_a_bad_one(3), options, {}, &recorder);
    EXPECT_EQ(result.samples, 4u);
    ASSERT_EQ(recorder.remarks.size(), 1u);
    EXPECT_NE(recorder.remarks[0].find("skipped"), std::string::npos);
    EXPECT_EQ(recorder.last_step, 5u);
}

TEST(Compare, StopsWhenCancelled) {
    Recorder recorder;
    recorder.is_cancelled = true;
    EXPECT_EQ(code_of([&] { compare(classifier(0), classifier(0), *numbers(9), {}, {}, &recorder); }),
              ErrorCode::Cancelled);
}

}  // namespace
}  // namespace octet
