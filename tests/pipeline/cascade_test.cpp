#include <algorithm>
#include <filesystem>
#include <numeric>

#include <gtest/gtest.h>

#include "octet/cascade.hpp"
#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "base/memory.hpp"
#include "pipeline/recorded_calls.hpp"
#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

std::shared_ptr<ov::Model> finder() {
    const auto input = parameter({1, 3, -1, -1});
    const auto found = make<ov::op::v0::Relu>("relu", convolution(input, "find", 1, {.pad = 1}));
    return std::make_shared<ov::Model>(ov::OutputVector{found}, ov::ParameterVector{input}, "finder");
}

std::shared_ptr<ov::Model> judge() {
    const auto input = parameter({1, 4, 4, 4}, "crop");
    const auto result = convolution(make<ov::op::v0::Relu>("relu", convolution(input, "look", 3)), "rate", 5,
                                    {.outputs = 2, .kernel = 2});
    result.get_node_shared_ptr()->output(0).set_names({"rates"});
    return std::make_shared<ov::Model>(ov::OutputVector{result}, ov::ParameterVector{input}, "judge");
}

std::vector<CascadeModel> two_models() {
    return {{"finder", finder()}, {"judge", judge()}};
}

/// Finds on pictures of 8 and of 12 pixels, and judges the upper left corner of what was found: `index` % 3 times.
class Corners : public Engine {
public:
    explicit Corners(std::size_t size) : size_(size) {}

    std::size_t size() const override {
        return size_;
    }

    std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const override {
        const std::size_t side = index % 2 == 0 ? 8 : 12;
        const auto found =
            infer(0, {{"", random_tensor({1, 3, side, side}, static_cast<unsigned>(index) + 1, 1, 0.2F)}}).front();
        std::vector<ov::Tensor> last;
        for (std::size_t i = 0; i < index % 3; ++i) {
            ov::Tensor crop(ov::element::f32, {1, 4, 4, 4});
            for (std::size_t at = 0; at < crop.get_size(); ++at) {
                const std::size_t channel = at / 16, row = at / 4 % 4, column = at % 4;
                crop.data<float>()[at] = found.data<const float>()[(channel * side + row) * side + column + i];
            }
            last = infer(1, {{"crop", crop}});
        }
        return last;
    }

private:
    std::size_t size_;
};

std::vector<float> values_of(const ov::Tensor& tensor) {
    return {tensor.data<const float>(), tensor.data<const float>() + tensor.get_size()};
}

std::vector<std::vector<float>> values_of(const Dataset& data) {
    std::vector<std::vector<float>> values;
    for (std::size_t i = 0; i < data.size(); ++i) {
        values.push_back(values_of(data.sample(i).begin()->second));
    }
    return values;
}

std::vector<std::string> labels_of(const Dataset& data) {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < data.size(); ++i) {
        labels.push_back(data.label(i));
    }
    return labels;
}

TEST(RecordInputs, KeepsWhatEachModelWasCalledWith) {
    const auto inputs = record_inputs(two_models(), Corners(7));
    const auto& data = inputs.of_model;
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(inputs.samples, 7U);
    EXPECT_EQ(data[0]->size(), 7U);
    EXPECT_EQ(data[1]->size(), 0U + 1 + 2 + 0 + 1 + 2 + 0);
    EXPECT_EQ(data[0]->sample(1).at("x").get_shape(), (ov::Shape{1, 3, 12, 12}));
    EXPECT_EQ(data[1]->label(2), "sample 2, judge call 1");
    EXPECT_EQ(values_of(data[0]->sample(3).at("x")), values_of(random_tensor({1, 3, 12, 12}, 4, 1, 0.2F)));
}

TEST(RecordInputs, DoesNotDependOnTheNumberOfThreads) {
    const RecordOptions few{.calls = 5};
    const auto one = record_inputs(two_models(), Corners(40), few, {.threads = 1});
    const auto four = record_inputs(two_models(), Corners(40), few, {.threads = 4});
    for (std::size_t model = 0; model < 2; ++model) {
        EXPECT_EQ(values_of(*one.of_model[model]), values_of(*four.of_model[model]));
        EXPECT_EQ(labels_of(*one.of_model[model]), labels_of(*four.of_model[model]));
    }
}

TEST(RecordInputs, KeepsAsManyCallsAsFit) {
    const auto all = labels_of(*record_inputs(two_models(), Corners(40)).of_model[1]);
    const auto few = labels_of(*record_inputs(two_models(), Corners(40), {.calls = 12}).of_model[1]);
    ASSERT_EQ(few.size(), 12U);
    auto place = all.begin();
    for (const auto& label : few) {  // in the order in which they came
        place = std::find(place, all.end(), label);
        ASSERT_NE(place, all.end()) << label;
    }
    EXPECT_NE(few, std::vector<std::string>(all.begin(), all.begin() + 12));
    constexpr std::size_t kBytes = sizeof(float) * 4 * 4 * 4;  // of a judge's call
    const auto small = record_inputs(two_models(), Corners(40), {.bytes = 16 * kBytes + 1});
    EXPECT_EQ(small.of_model[1]->size(), 16U);
    EXPECT_EQ(record_inputs(two_models(), Corners(40), {.bytes = 1}).of_model[0]->size(), 1U);
}

/// Calls a model of large inputs many times for its only sample.
class OneLongSample : public Engine {
public:
    explicit OneLongSample(std::size_t calls) : calls_(calls) {}
    std::size_t size() const override {
        return 1;
    }
    std::vector<ov::Tensor> run(std::size_t, const Infer& infer) const override {
        for (std::size_t i = 0; i < calls_; ++i) {
            infer(0, {{"x", input_}});
        }
        return {};
    }

private:
    std::size_t calls_;
    ov::Tensor input_ = random_tensor({1, 64, 64, 64}, 1);  // 1 MiB
};

TEST(RecordInputs, HoldsNoMoreThanItKeepsHoweverOftenASampleCalls) {
    const auto input = parameter({1, 64, 64, 64});
    const auto mean = make<ov::op::v1::ReduceMean>(
        "mean", input, ov::op::v0::Constant::create(ov::element::i64, {3}, {1, 2, 3}), false);
    const std::vector<CascadeModel> models{
        {"mean", std::make_shared<ov::Model>(ov::OutputVector{mean}, ov::ParameterVector{input})}};
    const RecordOptions few{.calls = 4};
    record_inputs(models, OneLongSample(8), few, {.threads = 1});  // what the first run takes once
    const std::size_t before = peak_resident_bytes();
    EXPECT_EQ(record_inputs(models, OneLongSample(512), few, {.threads = 1}).of_model[0]->size(), 4U);
    EXPECT_LT(peak_resident_bytes() - before, std::size_t{400} << 20);  // a sanitizer holds back what is freed
}

TEST(CallReservoir, KeepsTheSameWhateverTheOrder) {
    const auto kept = [](const std::vector<std::size_t>& order) {
        CallReservoir reservoir(100, 1000);
        for (const std::size_t i : order) {
            reservoir.offer({i / 7, i % 7}, {ov::Tensor(ov::element::u8, {1 + i * 37 % 90})});
        }
        std::vector<CallPlace> places;
        std::size_t bytes = 0;
        for (const auto& call : reservoir.take({3, 5})) {
            EXPECT_NE(call.place.sample, 3U);
            places.push_back(call.place);
            bytes += call.inputs[0].get_byte_size();
        }
        EXPECT_LE(bytes, 1000U);
        return places;
    };
    std::vector<std::size_t> order(400);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto ascending = kept(order);
    EXPECT_GT(ascending.size(), 10U);
    EXPECT_TRUE(std::is_sorted(ascending.begin(), ascending.end()));
    std::reverse(order.begin(), order.end());
    EXPECT_EQ(kept(order), ascending);
    std::rotate(order.begin(), order.begin() + 123, order.end());
    EXPECT_EQ(kept(order), ascending);
}

TEST(RecordInputs, TakesTheSamplesThatAreAskedFor) {
    const auto first = record_inputs(two_models(), Corners(40), {.subset = 3, .sampling = Sampling::First});
    EXPECT_EQ(first.of_model[0]->size(), 3U);
    EXPECT_EQ(first.of_model[0]->label(2), "sample 2, finder call 0");
    const auto spread = record_inputs(two_models(), Corners(40), {.subset = 2});
    EXPECT_EQ(spread.of_model[0]->label(1), "sample 30, finder call 0");
    const Corners all(40);
    const auto chosen = select_samples(all, {5, 31});
    EXPECT_EQ(labels_of(*record_inputs(two_models(), *chosen).of_model[0]),
              (std::vector<std::string>{"sample 5, finder call 0", "sample 31, finder call 0"}));
    EXPECT_THROW(select_samples(all, {40}), Error);
}

ErrorCode code_of(const std::function<void()>& call, std::string& text) {
    try {
        call();
    } catch (const Error& error) {
        text = error.what();
        return error.code();
    }
    return ErrorCode::Internal;
}

class Failing : public Engine {
public:
    explicit Failing(std::function<void(std::size_t, const Infer&)> act) : act_(std::move(act)) {}
    std::size_t size() const override {
        return 3;
    }
    std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const override {
        infer(0, {{"x", random_tensor({1, 3, 8, 8}, 1)}});
        act_(index, infer);
        return infer(1, {{"crop", random_tensor({1, 4, 4, 4}, 1)}});
    }

private:
    std::function<void(std::size_t, const Infer&)> act_;
};

TEST(RecordInputs, TellsWhatWentWrongAndWhere) {
    std::string text;
    const auto code = [&](std::function<void(std::size_t, const Infer&)> act) {
        return code_of([&] { record_inputs(two_models(), Failing(std::move(act)), {}, {.threads = 1}); }, text);
    };
    EXPECT_EQ(code([](std::size_t index, const Infer&) {
                  if (index == 1) {
                      throw std::runtime_error("no corner here");
                  }
              }),
              ErrorCode::InvalidData);
    EXPECT_EQ(text, "sample 1: no corner here");
    EXPECT_EQ(code([](std::size_t, const Infer& infer) { infer(2, {}); }), ErrorCode::InvalidOption);
    EXPECT_EQ(text, "sample 0: there is no model 2 in a cascade of 2");
    EXPECT_EQ(code([](std::size_t, const Infer& infer) {
                  infer(1, {{"crop", random_tensor({1, 4, 5, 4}, 1)}});
              }),
              ErrorCode::InvalidData);
    EXPECT_NE(text.find("sample 0, judge: input \"crop\": expected f32[1,4,4,4]"), std::string::npos) << text;
    EXPECT_EQ(code_of([&] { record_inputs(two_models(), Corners(1)); }, text), ErrorCode::InvalidData);
    EXPECT_EQ(text, "judge: was never called: none of 1 samples came so far");
    EXPECT_EQ(code_of([&] { record_inputs(two_models(), Corners(0)); }, text), ErrorCode::InvalidData);
    EXPECT_EQ(code_of(
                  [&] {
                      record_inputs({{"a", finder()}, {"a", judge()}}, Corners(3));
                  },
                  text),
              ErrorCode::InvalidOption);
}

TEST(RecordInputs, GoesOnWithoutBadSamplesWhereThatIsAskedFor) {
    const Failing engine([](std::size_t index, const Infer&) {
        if (index == 1) {
            throw std::runtime_error("no corner here");
        }
    });
    const auto inputs = record_inputs(two_models(), engine, {.skip_bad = true});
    EXPECT_EQ(inputs.of_model[1]->size(), 2U);
    EXPECT_EQ(labels_of(*inputs.of_model[0]),
              (std::vector<std::string>{"sample 0, finder call 0", "sample 2, finder call 0"}));
    EXPECT_EQ(inputs.samples, 3U);
    EXPECT_EQ(inputs.bad_samples, std::vector<std::string>{"sample 1: no corner here"});

    Options options;
    options.skip_bad = true;
    for (const auto& result : quantize_cascade(two_models(), engine, {options})) {
        EXPECT_EQ(result.report.bad_samples, inputs.bad_samples);
        EXPECT_EQ(result.report.samples, 2U);
    }
}

TEST(QuantizeCascade, QuantizesEachModelWithWhatItGot) {
    Options left;
    left.ignored.names = {"look"};
    const auto results = quantize_cascade(two_models(), Corners(12), {Options{}, left});
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].report.quantized, std::vector<std::string>{"find"});
    EXPECT_EQ(results[1].report.quantized, std::vector<std::string>{"rate"});
    EXPECT_EQ(results[0].report.samples, 12U);
    EXPECT_EQ(results[1].report.samples, 12U);
    std::string text;
    EXPECT_EQ(code_of(
                  [&] {
                      quantize_cascade(two_models(), Corners(12), {{}, {}, {}});
                  },
                  text),
              ErrorCode::InvalidOption);
    EXPECT_EQ(code_of([&] { quantize_cascade(two_models(), Corners(12), {{}}, {.offline = true}); }, text),
              ErrorCode::InvalidOption);
    Options kept;
    kept.states = States::Keep;
    EXPECT_EQ(code_of(
                  [&] {
                      quantize_cascade(two_models(), Corners(12), {{}, kept});
                  },
                  text),
              ErrorCode::InvalidOption);
}

TEST(QuantizeRecorded, RefusesWhatWasNotRecorded) {
    const auto models = two_models();
    auto inputs = record_inputs(models, Corners(6));
    EXPECT_EQ(quantize_recorded(models, inputs, 1).report.samples, 6U);
    inputs.of_model[1].reset();
    std::string text;
    EXPECT_EQ(code_of([&] { quantize_recorded(models, inputs, 1); }, text), ErrorCode::InvalidOption);
    EXPECT_EQ(code_of([&] { quantize_recorded(models, inputs, 2); }, text), ErrorCode::InvalidOption);
    EXPECT_EQ(code_of([&] { quantize_cascade({}, Corners(6), {}); }, text), ErrorCode::InvalidOption);
}

TEST(QuantizeCascade, SaysOfHowManySamplesOfTheCascade) {
    Options options;
    options.subset = 9;
    for (const auto& result : quantize_cascade(two_models(), Corners(12), {options})) {
        EXPECT_EQ(result.options.subset, 9U);
    }
    for (const auto& result : quantize_cascade(two_models(), Corners(12))) {
        EXPECT_EQ(result.options.subset, 12U);
    }
}

TEST(QuantizeCascade, KeepsStatisticsOfEachModel) {
    const auto folder = std::filesystem::path(::testing::TempDir()) / "octet_cascade_statistics";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const auto models = two_models();
    quantize_cascade(models, Corners(12), {{}}, {.statistics = folder / "s.stat", .save_statistics = true});
    EXPECT_TRUE(std::filesystem::exists(folder / "s_finder.stat"));
    EXPECT_TRUE(std::filesystem::exists(folder / "s_judge.stat"));
    Options other;
    other.preset = Preset::Mixed;
    const auto from_file = quantize_cascade(models, Corners(12), {other}, {.statistics = folder / "s.stat"});
    const auto measured = quantize_cascade(models, Corners(12), {other});
    for (std::size_t i = 0; i < models.size(); ++i) {
        EXPECT_EQ(to_json(from_file[i].report), to_json(measured[i].report));
    }
    std::filesystem::remove_all(folder);
}

/// The largest value that any sample gave, and in which order they came.
class Largest : public Metric {
public:
    void reset() override {
        value_ = 0;
        order.clear();
    }
    void update(std::size_t index, const std::string& label, const std::vector<ov::Tensor>& outputs) override {
        order.push_back(std::to_string(index) + " " + label);
        for (const auto& output : outputs) {
            for (const float value : values_of(output)) {
                value_ = std::max<double>(value_, value);
            }
        }
    }
    double value() const override {
        return value_;
    }

    std::vector<std::string> order;

private:
    double value_ = 0;
};

TEST(Measure, TellsAMetricOfTheCascade) {
    Largest metric;
    const auto models = two_models();
    const double original = measure(models, Corners(6), metric, {.threads = 3});
    EXPECT_GT(original, 0);
    EXPECT_EQ(metric.order.at(4), "4 sample 4");
    const auto results = quantize_cascade(models, Corners(6));
    const double quantized = measure({{"finder", results[0].model}, {"judge", results[1].model}}, Corners(6), metric);
    EXPECT_NEAR(quantized, original, 0.1 * original);
    EXPECT_NE(quantized, original);
}

std::vector<std::unique_ptr<Dataset>> only_first(std::size_t count) {
    std::vector<std::unique_ptr<Dataset>> data;
    data.push_back(random_dataset(count, {1, 3, 4, 4}));
    data.push_back(nullptr);
    return data;
}

TEST(ChainModels, FeedsAModelWithAnEarlierOnesOutput) {
    const auto models = two_models();
    const auto chain =
        chain_models(models, only_first(3), {{.model = 1, .input = "crop", .from = 0, .output = "relu"}});
    EXPECT_EQ(chain->size(), 3U);
    const auto data = std::move(record_inputs(models, *chain).of_model);
    EXPECT_EQ(data[1]->size(), 3U);
    Largest metric;
    double largest = 0;
    for (const auto& sample : values_of(*data[1])) {
        largest = std::max<double>(largest, *std::max_element(sample.begin(), sample.end()));
    }
    EXPECT_EQ(measure(finder(), *random_dataset(3, {1, 3, 4, 4}), metric), largest);
}

TEST(ChainModels, RunsModelsSideBySide) {
    const auto models = two_models();
    const auto chained = [&](std::size_t crops) {
        std::vector<std::unique_ptr<Dataset>> data;
        data.push_back(random_dataset(5, {1, 3, 4, 4}));
        data.push_back(make_dataset(crops, [](std::size_t index) {
            return Sample{{"crop", random_tensor({1, 4, 4, 4}, static_cast<unsigned>(index))}};
        }));
        return chain_models(models, std::move(data), {});
    };
    EXPECT_EQ(record_inputs(models, *chained(5)).of_model[1]->size(), 5U);
    std::string text;
    EXPECT_EQ(code_of([&] { chained(4); }, text), ErrorCode::InvalidData);
    EXPECT_EQ(text, "judge: has 4 samples, a model before it 5; expected as many for each");
}

TEST(ChainModels, RefusesDataForWhatAWireFeeds) {
    const auto models = two_models();
    auto data = only_first(3);
    data[1] = make_dataset(3, [](std::size_t) { return Sample{{"crop", random_tensor({1, 4, 4, 4}, 1)}}; });
    const auto chain = chain_models(models, std::move(data), {{1, "crop", 0, ""}});
    std::string text;
    EXPECT_EQ(code_of([&] { record_inputs(models, *chain); }, text), ErrorCode::InvalidData);
    EXPECT_NE(text.find("is fed by data and by another model"), std::string::npos) << text;
}

TEST(Measure, TellsTheSampleOfAMetricThatThrows) {
    class Thrower : public Metric {
        void reset() override {}
        void update(std::size_t, const std::string&, const std::vector<ov::Tensor>&) override {
            throw std::out_of_range("no such label");
        }
        double value() const override {
            return 0;
        }
    } metric;
    std::string text;
    EXPECT_EQ(code_of([&] { measure(two_models(), Corners(3), metric); }, text), ErrorCode::InvalidData);
    EXPECT_EQ(text, "sample 0: no such label");
}

TEST(ChainModels, RefusesWhatDoesNotFit) {
    const auto models = two_models();
    std::string text;
    const auto code = [&](const std::vector<Wire>& wires) {
        return code_of([&] { chain_models(models, only_first(3), wires); }, text);
    };
    EXPECT_EQ(code({}), ErrorCode::InvalidOption);
    EXPECT_EQ(text, "judge: has inputs that neither data nor another model feeds");
    EXPECT_EQ(code({{1, "crop", 0, "rel"}}), ErrorCode::InvalidOption);
    EXPECT_EQ(text, "finder: has no output \"rel\" (did you mean \"relu\"?)");
    EXPECT_EQ(code({{1, "crops", 0, ""}}), ErrorCode::InvalidOption);
    EXPECT_EQ(code({{0, "x", 1, ""}}), ErrorCode::InvalidOption);
    EXPECT_EQ(code({{1, "crop", 0, ""}, {1, "", 0, ""}}), ErrorCode::InvalidOption);
    EXPECT_EQ(text, "judge: input \"crop\" is fed twice");
    EXPECT_EQ(code_of([&] { chain_models(models, {}, {}); }, text), ErrorCode::InvalidOption);
}

/// Three inputs of 3x4x4, the second model's without its batch and of whole numbers.
std::vector<CascadeModel> unlike_models() {
    const auto a = parameter({1, 3, 4, 4});
    const auto found = make<ov::op::v0::Relu>("found", convolution(a, "find", 1, {.pad = 1}));
    const auto few = make<ov::op::v0::Squeeze>("few", found, ov::op::v0::Constant::create(ov::element::i64, {1}, {0}));
    const auto whole = make<ov::op::v0::Convert>("whole", few, ov::element::i32);
    whole->output(0).set_names({"rates"});  // as the judge's
    return {{"finder", std::make_shared<ov::Model>(ov::OutputVector{whole}, ov::ParameterVector{a})},
            {"judge", judge()}};
}

TEST(JoinModels, GivesWhatTheChainGives) {
    const std::vector<Wire> wires{{.model = 1, .input = "crop", .from = 0, .output = ""}};
    for (const auto& models : {two_models(), unlike_models()}) {
        auto data = only_first(3);
        const auto joined = join_models(models, wires);
        const auto samples = join_samples(models, {data[0].get(), nullptr});
        ASSERT_EQ(joined->inputs().size(), 1U);
        EXPECT_EQ(joined->output(0).get_names(), std::unordered_set<std::string>{"rates"});
        Largest metric;
        const double of_joined = measure(joined, *samples, metric);
        EXPECT_NE(of_joined, 0);
        EXPECT_EQ(samples->label(1), "sample 1");
        EXPECT_EQ(of_joined, measure(models, *chain_models(models, std::move(data), wires), metric));
        EXPECT_EQ(models[0].model->outputs().size(), 1U);  // which are left as they were
        EXPECT_NO_THROW(models[0].model->validate_nodes_and_infer_types());
    }
}

TEST(JoinModels, TellsInputsOfOneNameApart) {
    const std::vector<CascadeModel> models{{"a", finder()}, {"b", finder()}};
    const auto joined = join_models(models, {});
    EXPECT_EQ(joined->input(0).get_any_name(), "a.x");
    EXPECT_EQ(joined->input(1).get_any_name(), "b.x");
    EXPECT_EQ(joined->outputs().size(), 1U);
    const auto data = random_dataset(3, {1, 3, 4, 4}), others = random_dataset(2, {1, 3, 4, 4});
    EXPECT_EQ(join_samples(models, {data.get(), data.get()})->sample(1).count("b.x"), 1U);
    EXPECT_THROW(join_samples(models, {data.get(), others.get()}), Error);
    EXPECT_THROW(join_samples(models, {nullptr, nullptr}), Error);
    EXPECT_THROW(join_models(models, {{0, "x", 1, ""}}), Error);
    EXPECT_THROW(join_models(models, {{1, "x", 0, ""}}), Error);  // 4 channels for 3
}

TEST(WithoutInputs, LeavesTheOthers) {
    const auto a = parameter({1, 3, 8, 8}, "a"), b = parameter({1, 4}, "b");
    const auto model = std::make_shared<ov::Model>(
        ov::OutputVector{make<ov::op::v0::Relu>("r", a), make<ov::op::v0::Relu>("s", b)}, ov::ParameterVector{a, b});
    const auto rest = without_inputs(model, {"a"});
    ASSERT_EQ(rest->inputs().size(), 1U);
    EXPECT_EQ(rest->input(0).get_any_name(), "b");
    EXPECT_EQ(model->inputs().size(), 2U);
    EXPECT_THROW(without_inputs(model, {"c"}), Error);
}

}  // namespace
}  // namespace octet
