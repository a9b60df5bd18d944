#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>
#include <openvino/op/util/variable.hpp>

#include "octet/error.hpp"

#include "numeric/reduce.hpp"
#include "statistics/collector.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

SampleSource random_samples(std::size_t count, const ov::Shape& shape) {
    return {count,
            [shape](std::size_t index) {
                return std::vector<ov::Tensor>{random_tensor(shape, static_cast<unsigned>(index) + 1, 2, 0.1F)};
            },
            [](std::size_t index) { return "sample " + std::to_string(index); }};
}

struct Network {
    std::shared_ptr<ov::op::v0::Parameter> x;
    Output hidden;  // [1,C,H,W]
    std::shared_ptr<ov::Model> model;
};

Network network(const ov::PartialShape& shape = {1, 3, 9, 10}) {
    Network net;
    net.x = parameter(shape);
    net.hidden = relu(convolution(net.x, "a", 1, {.outputs = 5, .pad = 1}), "r");
    net.model = model_of({convolution(net.hidden, "b", 3)}, {net.x});
    return net;
}

/// The hidden tensor itself, as the model computes it.
std::vector<float> hidden_values(const Network& net, const ov::Tensor& sample) {
    const auto probe = std::make_shared<ov::Model>(ov::OutputVector{net.hidden}, ov::ParameterVector{net.x});
    return infer(probe->clone(), {sample})[0];
}

StatisticRequest whole(const ov::Output<ov::Node>& tensor, Reducer reducer) {
    return {tensor, {}, {reducer}, Keep::EachSample};
}

StatisticRequest by_channel(const ov::Output<ov::Node>& tensor, Reducer reducer, Keep keep) {
    return {tensor, 1, {reducer}, keep};
}

std::vector<double> answer(const Collected& collected, const StatisticRequest& request) {
    const auto values = collected.statistics.find(request);
    return {values.begin(), values.end()};
}

Collected measure(const Network& net, const SampleSource& samples, CollectOptions options = {.threads = 1}) {
    StatisticPlan plan;
    for (const ov::Output<ov::Node>& tensor : {ov::Output<ov::Node>(net.x), ov::Output<ov::Node>(net.hidden)}) {
        plan.request(whole(tensor, Reducer::Min));
        plan.request(whole(tensor, Reducer::Max));
    }
    plan.request(by_channel(net.hidden, Reducer::Mean, Keep::Mean));
    plan.request(by_channel(net.hidden, Reducer::Min, Keep::Least));
    plan.request(by_channel(net.hidden, Reducer::Max, Keep::Largest));
    Observer observer;
    return collect(net.model, plan, samples, options, observer);
}

TEST(Collect, EqualsReductionsOnTheHost) {
    const auto net = network();
    const ov::Shape shape{1, 3, 9, 10};
    const auto samples = random_samples(5, shape);
    const auto collected = measure(net, samples);
    const auto largest = answer(collected, whole(net.hidden, Reducer::Max));
    const auto channel_mean = answer(collected, by_channel(net.hidden, Reducer::Mean, Keep::Mean));
    const auto channel_low = answer(collected, by_channel(net.hidden, Reducer::Min, Keep::Least));
    const auto channel_high = answer(collected, by_channel(net.hidden, Reducer::Max, Keep::Largest));
    ASSERT_EQ(largest.size(), 5U);
    ASSERT_EQ(channel_mean.size(), 5U);
    ASSERT_EQ(channel_low.size(), 5U);
    ASSERT_EQ(channel_high.size(), 5U);
    EXPECT_EQ(collected.samples.size(), 5U);
    EXPECT_EQ(collected.statistics.facts(net.hidden)->shape, (ov::Shape{1, 5, 9, 10}));

    std::vector<double> mean(5, 0), high(5, 0);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto values = hidden_values(net, samples.inputs(i)[0]);
        // The plugin may fuse differently around a tap: equal within float rounding.
        EXPECT_NEAR(largest[i], *std::max_element(values.begin(), values.end()), 1e-5);
        std::vector<double> sums(5);
        sum_channels(values, {1, 5, 90}, sums);
        for (std::size_t c = 0; c < 5; ++c) {
            mean[c] += sums[c] / 90 / 5;
            high[c] =
                std::max<double>(high[c], *std::max_element(values.begin() + static_cast<std::ptrdiff_t>(c * 90),
                                                            values.begin() + static_cast<std::ptrdiff_t>(c * 90 + 90)));
        }
    }
    for (std::size_t c = 0; c < 5; ++c) {
        EXPECT_NEAR(channel_mean[c], mean[c], 1e-5) << c;
        EXPECT_NEAR(channel_high[c], high[c], 1e-5) << c;
        EXPECT_GE(channel_low[c], 0) << c;
    }
}

void expect_same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(double)), 0);
}

TEST(Collect, DoesNotDependOnTheNumberOfThreads) {
    const auto net = network();
    const auto samples = random_samples(23, {1, 3, 9, 10});
    const auto one = measure(net, samples, {.threads = 1});
    for (const std::size_t threads : {2, 3}) {
        const auto several = measure(net, samples, {.threads = threads});
        for (const auto& request : {whole(net.x, Reducer::Min), whole(net.hidden, Reducer::Max),
                                    by_channel(net.hidden, Reducer::Mean, Keep::Mean)}) {
            expect_same_bits(answer(one, request), answer(several, request));
        }
    }
}

TEST(Collect, LeavesTheModelAsItWas) {
    const auto net = network();
    const auto before = net.model->get_ordered_ops().size();
    measure(net, random_samples(2, {1, 3, 9, 10}));
    EXPECT_EQ(net.model->get_ordered_ops().size(), before);
    EXPECT_EQ(net.hidden.get_target_inputs().size(), 1U);
}

TEST(Collect, TakesSamplesOfDifferentShapes) {
    const auto net = network({1, 3, -1, -1});
    SampleSource samples{3,
                         [](std::size_t index) {
                             return std::vector<ov::Tensor>{random_tensor({1, 3, 6 + index, 8 + 2 * index}, 5)};
                         },
                         [](std::size_t) { return std::string("sample"); }};
    const auto collected = measure(net, samples);
    EXPECT_EQ(answer(collected, whole(net.hidden, Reducer::Max)).size(), 3U);
    EXPECT_EQ(collected.statistics.facts(net.hidden)->shape, (ov::Shape{1, 5, 6, 8}));
}

TEST(Collect, SeesMasks) {
    auto net = network();
    const auto masked = make<ov::op::v1::Add>("masked", net.hidden, constant({}, {-3.4e38F}));
    net.model = model_of({masked}, {net.x});
    StatisticPlan plan;
    plan.request(whole(masked, Reducer::Max));
    Observer observer;
    const auto collected = collect(net.model, plan, random_samples(2, {1, 3, 9, 10}), {.threads = 1}, observer);
    EXPECT_FALSE(collected.statistics.facts(masked)->is_bounded);
}

TEST(Collect, NamesTheSampleThatFails) {
    const auto net = network();
    auto samples = random_samples(9, {1, 3, 9, 10});
    samples.inputs = [good = samples.inputs](std::size_t index) {
        if (index == 4) {
            throw Error(ErrorCode::InvalidData, "sample 4", "cannot be read");
        }
        return good(index);
    };
    try {
        measure(net, samples, {.threads = 2});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.where(), "sample 4");
    }
    const auto collected = measure(net, samples, {.threads = 2, .skip_bad = true});
    EXPECT_EQ(collected.samples.size(), 8U);
    EXPECT_EQ(collected.bad_samples, (std::vector<std::string>{"sample 4: cannot be read"}));
}

TEST(Collect, StopsWhenAsked) {
    class Impatient : public Observer {
    public:
        bool cancelled() override {
            return true;
        }
    } observer;
    const auto net = network();
    StatisticPlan plan;
    plan.request(whole(net.x, Reducer::Max));
    try {
        collect(net.model, plan, random_samples(50, {1, 3, 9, 10}), {.threads = 2}, observer);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Cancelled);
    }
}

/// A source of the given tensors.
SampleSource source_of(std::vector<ov::Tensor> tensors) {
    const std::size_t size = tensors.size();
    return {size, [tensors = std::move(tensors)](std::size_t index) { return std::vector<ov::Tensor>{tensors[index]}; },
            [](std::size_t index) { return "sample " + std::to_string(index); }};
}

ov::Tensor tensor_of(const ov::Shape& shape, const std::vector<float>& values) {
    ov::Tensor tensor(ov::element::f32, shape);
    std::copy(values.begin(), values.end(), tensor.data<float>());
    return tensor;
}

/// x -> 2x, with `doubled` measured.
struct Doubling {
    std::shared_ptr<ov::op::v0::Parameter> x;
    Output doubled;
    std::shared_ptr<ov::Model> model;
};

Doubling doubling(const ov::PartialShape& shape) {
    Doubling net;
    net.x = parameter(shape);
    net.doubled = make<ov::op::v1::Multiply>("doubled", net.x, constant({}, {2}));
    net.model = model_of({relu(net.doubled, "behind")}, {net.x});
    return net;
}

Collected measure(const std::shared_ptr<ov::Model>& model, const std::vector<StatisticRequest>& requests,
                  const SampleSource& samples, const CollectOptions& options = {.threads = 1}) {
    StatisticPlan plan;
    for (const auto& request : requests) {
        plan.request(request);
    }
    Observer observer;
    return collect(model, plan, samples, options, observer);
}

TEST(Collect, FindsAllQuantilesOfATensorAtOnce) {
    const auto net = doubling({1, 2, 5});
    const auto sample = tensor_of({1, 2, 5}, {1, -2, 3, 0, 2, -50, 40, 10, -10, 20});
    const auto at = [&](Reducer reducer, double probability, std::optional<std::size_t> axis = {}) {
        return StatisticRequest{net.doubled, axis, {reducer, probability}, Keep::EachSample};
    };
    const std::vector<StatisticRequest> requests{at(Reducer::Quantile, 0.25), at(Reducer::Quantile, 1),
                                                 at(Reducer::AbsQuantile, 0.5), at(Reducer::Quantile, 0.5, 1),
                                                 at(Reducer::AbsQuantile, 0.75, 1)};
    const auto collected = measure(net.model, requests, source_of({sample}));
    // In order: -100 -20 -4 0 2 4 6 20 40 80; magnitudes 0 2 4 4 6 20 20 40 80 100.
    EXPECT_EQ(answer(collected, requests[0]), (std::vector<double>{-3}));
    EXPECT_EQ(answer(collected, requests[1]), (std::vector<double>{80}));
    EXPECT_EQ(answer(collected, requests[2]), (std::vector<double>{13}));
    EXPECT_EQ(answer(collected, requests[3]), (std::vector<double>{2, 20}));
    EXPECT_EQ(answer(collected, requests[4]), (std::vector<double>{4, 80}));
}

TEST(Collect, WeighsSamplesOfDifferentLengthsTheSame) {
    const auto net = doubling({1, 2, -1});
    const auto samples = source_of({tensor_of({1, 2, 1}, {1, 10}), tensor_of({1, 2, 3}, {1, 2, 6, 0, 0, -3})});
    const auto mean = by_channel(net.doubled, Reducer::Mean, Keep::Mean);
    const auto collected = measure(net.model, {mean, whole(net.doubled, Reducer::Max)}, samples);
    // Channel means 2 and 20 of the first, 6 and -2 of the second sample.
    EXPECT_EQ(answer(collected, mean), (std::vector<double>{4, 9}));
    EXPECT_EQ(answer(collected, whole(net.doubled, Reducer::Max)), (std::vector<double>{20, 12}));
}

TEST(Collect, LeavesEmptyTensorsOutOfWhatTheyHaveNoValuesFor) {
    const auto net = doubling({1, 2, -1});
    const auto samples = source_of({tensor_of({1, 2, 2}, {3, 5, 7, 9}), tensor_of({1, 2, 0}, {}),
                                    tensor_of({1, 2, 1}, {4, 4}), tensor_of({1, 2, 0}, {})});
    const auto least = by_channel(net.doubled, Reducer::Min, Keep::Least);
    const auto mean = by_channel(net.doubled, Reducer::Mean, Keep::Mean);
    const auto smallest = whole(net.doubled, Reducer::Min);
    for (const std::size_t threads : {1, 2}) {
        const auto collected = measure(net.model, {least, mean, smallest}, samples, {.threads = threads});
        EXPECT_EQ(collected.samples.size(), 4U);
        EXPECT_EQ(answer(collected, smallest), (std::vector<double>{6, 8}));
        EXPECT_EQ(answer(collected, least), (std::vector<double>{6, 8}));
        EXPECT_EQ(answer(collected, mean), (std::vector<double>{8, 12}));
        EXPECT_EQ(collected.statistics.facts(net.doubled)->samples, 2U);
        EXPECT_EQ(collected.statistics.facts(net.doubled)->shape, (ov::Shape{1, 2, 1}));
    }
}

TEST(Collect, HasNoAnswerWhereAllTensorsAreEmpty) {
    const auto net = doubling({1, 2, -1});
    const auto collected =
        measure(net.model, {whole(net.doubled, Reducer::Max)}, source_of({tensor_of({1, 2, 0}, {})}));
    EXPECT_TRUE(answer(collected, whole(net.doubled, Reducer::Max)).empty());
    EXPECT_EQ(collected.statistics.facts(net.doubled)->samples, 0U);
}

TEST(Collect, MeasuresTheItemsOfABatchOneByOne) {
    const auto net = doubling({-1, 2, 2});
    auto samples = source_of({tensor_of({2, 2, 2}, {1, 2, 3, 4, 10, 20, 30, 40}), tensor_of({1, 2, 2}, {5, 6, 7, 8})});
    const auto largest = whole(net.doubled, Reducer::Max);
    const auto mean = by_channel(net.doubled, Reducer::Mean, Keep::Mean);
    EXPECT_EQ(answer(measure(net.model, {largest}, samples), largest), (std::vector<double>{80, 16}));
    samples.is_batched = true;
    const auto collected = measure(net.model, {largest, mean}, samples);
    EXPECT_EQ(answer(collected, largest), (std::vector<double>{8, 80, 16}));
    EXPECT_EQ(answer(collected, mean), (std::vector<double>{44.0 / 3, 92.0 / 3}));  // of 3, 30, 11 and 7, 70, 15
    EXPECT_EQ(collected.samples.size(), 2U);
    EXPECT_EQ(collected.statistics.facts(net.doubled)->samples, 3U);
    EXPECT_EQ(collected.statistics.facts(net.doubled)->shape, (ov::Shape{1, 2, 2}));
}

TEST(Collect, RefusesBatchesOfDifferentSize) {
    const auto a = parameter({-1, 2}, "a"), b = parameter({-1, 2}, "b");
    const auto sum = make<ov::op::v1::Add>("sum", a, b);
    const auto model = model_of({sum}, {a, b});
    SampleSource samples{1,
                         [](std::size_t) {
                             return std::vector<ov::Tensor>{tensor_of({2, 2}, {1, 2, 3, 4}), tensor_of({1, 2}, {5, 6})};
                         },
                         [](std::size_t) { return std::string("sample 0"); }};
    samples.is_batched = true;
    try {
        measure(model, {whole(sum, Reducer::Max)}, samples);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidData);
        EXPECT_EQ(error.where(), "sample 0");
    }
}

/// A model that adds up its inputs: state = state + x.
struct Summing {
    std::shared_ptr<ov::op::v0::Parameter> x;
    Output sum;
    std::shared_ptr<ov::Model> model;
};

Summing summing() {
    Summing net;
    net.x = parameter({1, 1});
    const auto variable = std::make_shared<ov::op::util::Variable>(
        ov::op::util::VariableInfo{ov::PartialShape{1, 1}, ov::element::f32, "state"});
    const auto read = std::make_shared<ov::op::v6::ReadValue>(constant({1, 1}, {0}), variable);
    net.sum = make<ov::op::v1::Add>("sum", read, net.x);
    const auto assign = std::make_shared<ov::op::v6::Assign>(net.sum, variable);
    net.model = std::make_shared<ov::Model>(ov::OutputVector{relu(net.sum, "behind")}, ov::SinkVector{assign},
                                            ov::ParameterVector{net.x});
    return net;
}

SampleSource numbers(const std::vector<float>& values) {
    std::vector<ov::Tensor> tensors;
    for (const float value : values) {
        tensors.push_back(tensor_of({1, 1}, {value}));
    }
    return source_of(tensors);
}

TEST(Collect, ResetsTheStateBetweenSamples) {
    const auto net = summing();
    const auto largest = whole(net.sum, Reducer::Max);
    const auto collected = measure(net.model, {largest}, numbers({1, 2, 4, 8}));
    EXPECT_EQ(answer(collected, largest), (std::vector<double>{1, 2, 4, 8}));
}

TEST(Collect, KeepsTheStateAlongASequence) {
    const auto net = summing();
    const auto largest = whole(net.sum, Reducer::Max);
    auto samples = numbers({1, 2, 4, 8, 16, 32, 64, 128});
    samples.sequences = {0, 3, 4};
    for (const std::size_t threads : {1, 2, 3}) {
        const auto collected = measure(net.model, {largest}, samples, {.threads = threads});
        EXPECT_EQ(answer(collected, largest), (std::vector<double>{1, 3, 7, 8, 16, 48, 112, 240})) << threads;
        EXPECT_EQ(collected.samples.size(), 8U);
    }
}

TEST(Collect, LeavesOutWhatFollowsABadSampleOfASequence) {
    const auto net = summing();
    const auto largest = whole(net.sum, Reducer::Max);
    auto samples = numbers({1, 2, 4, 8, 16});
    samples.sequences = {0, 3};
    samples.inputs = [good = samples.inputs](std::size_t index) {
        if (index == 1) {
            throw Error(ErrorCode::InvalidData, "sample 1", "cannot be read");
        }
        return good(index);
    };
    const auto collected = measure(net.model, {largest}, samples, {.threads = 2, .skip_bad = true});
    EXPECT_EQ(answer(collected, largest), (std::vector<double>{1, 8, 24}));
    EXPECT_EQ(collected.samples, (std::vector<std::size_t>{0, 3, 4}));
    ASSERT_EQ(collected.bad_samples.size(), 2U);
    EXPECT_EQ(collected.bad_samples[1], "sample 2: left out, since the state before it is not known");
}

/// 400 samples: `far` of the first ones are a thousand times as large.
SampleSource settling(std::size_t far) {
    std::vector<float> values;
    for (std::size_t i = 0; i < 400; ++i) {
        values.push_back((i % 2 == 0 ? 1.0F : 1.001F) * (i < far ? 1000.0F : 1.0F));
    }
    return numbers(values);
}

TEST(Collect, StopsOnceMeansHaveSettled) {
    const auto net = doubling({1, 1});
    const auto largest = whole(net.doubled, Reducer::Max);
    // Looks after 16, 24, 36, 54 samples: 24 and 36 are the first two in a row that move nothing.
    for (const std::size_t threads : {1, 3}) {
        const auto collected = measure(net.model, {largest}, settling(0), {.threads = threads, .converge = 0.01});
        EXPECT_TRUE(collected.has_converged);
        EXPECT_EQ(collected.samples.size(), 36U) << threads;
        EXPECT_EQ(answer(collected, largest).size(), 36U);
    }
    // With 20 large ones among the first the mean falls with every look.
    const auto late = measure(net.model, {largest}, settling(20), {.threads = 2, .converge = 0.01});
    EXPECT_FALSE(late.has_converged);
    EXPECT_EQ(late.samples.size(), 400U);
    const auto all = measure(net.model, {largest}, settling(0), {.threads = 2});
    EXPECT_FALSE(all.has_converged);
    EXPECT_EQ(all.samples.size(), 400U);
}

TEST(Collect, DoesNotTakeARareChannelForUnrest) {
    // One channel of 100 is 1 in every second sample only of the first 16: its mean falls, but hardly counts among 100.
    const auto net = doubling({1, 100});
    std::vector<ov::Tensor> tensors;
    for (std::size_t i = 0; i < 100; ++i) {
        std::vector<float> values(100, 0.5F);
        values[0] = 0;
        values[1] = 1;
        values[2] = i < 16 && i % 2 == 0 ? 0.55F : 0.5F;
        tensors.push_back(tensor_of({1, 100}, values));
    }
    const auto mean = by_channel(net.doubled, Reducer::Mean, Keep::Mean);
    EXPECT_TRUE(measure(net.model, {mean}, source_of(tensors), {.threads = 1, .converge = 0.002}).has_converged);
    EXPECT_EQ(measure(net.model, {mean}, source_of(tensors), {.threads = 1, .converge = 0.002}).samples.size(), 36U);
}

TEST(Collect, GivesTheSameWithinAnyMemory) {
    class Log : public Observer {
    public:
        void log(LogLevel level, std::string_view, std::string_view text) override {
            warnings += level == LogLevel::Warning;
            texts.emplace_back(text);
        }
        std::size_t warnings = 0;
        std::vector<std::string> texts;
    };
    const auto net = network();
    const auto samples = random_samples(11, {1, 3, 9, 10});
    StatisticPlan plan;
    plan.request(whole(net.hidden, Reducer::Max));
    plan.request(by_channel(net.hidden, Reducer::Mean, Keep::Mean));
    Observer silent;
    const auto free = collect(net.model, plan, samples, {.threads = 2}, silent);
    for (const auto& [limit, warnings] : {std::pair<std::size_t, std::size_t>{1, 1}, {std::size_t{1} << 40, 0}}) {
        Log log;
        const auto limited = collect(net.model, plan, samples, {.threads = 2, .max_memory = limit}, log);
        EXPECT_EQ(log.warnings, warnings) << limit;
        ASSERT_EQ(log.texts.size(), 1U);
        EXPECT_EQ(log.texts[0].find("2 of 2 threads") != std::string::npos, warnings == 0) << log.texts[0];
        for (const auto& request : plan.requests()) {
            expect_same_bits(answer(free, request), answer(limited, request));
        }
    }
}

TEST(StatisticPlan, MergesEqualQuestions) {
    const auto net = network();
    StatisticPlan plan;
    EXPECT_TRUE(plan.empty());
    plan.request(whole(net.x, Reducer::Max));
    plan.request(whole(net.x, Reducer::Max));
    ASSERT_EQ(plan.requests().size(), 1U);
    plan.request(by_channel(net.x, Reducer::Max, Keep::Largest));
    EXPECT_EQ(plan.requests().size(), 2U);
}

/// Statistics of a tensor [1,2,..] over two samples.
Statistics known(const ov::Output<ov::Node>& x) {
    Statistics statistics;
    statistics.add(x, TensorFacts{{1, 2, 4}, true, 2});
    statistics.add(by_channel(x, Reducer::Min, Keep::Least), {-2, -30});
    statistics.add(by_channel(x, Reducer::Max, Keep::Largest), {4, 10});
    statistics.add(by_channel(x, Reducer::MeanSquare, Keep::Mean), {8, 50});
    statistics.add(by_channel(x, Reducer::Mean, Keep::Mean), {1, 5});
    statistics.add(whole(x, Reducer::AbsMax), {30, 12});
    return statistics;
}

std::vector<double> find(const Statistics& statistics, const StatisticRequest& request) {
    const auto values = statistics.find(request);
    return {values.begin(), values.end()};
}

TEST(Statistics, FollowScaledChannels) {
    const auto x = parameter({1, 2, 4}), scaled = parameter({1, 2, 4}, "scaled");
    auto statistics = known(x);
    statistics.copy(x, scaled);
    const std::vector<double> shift{0, 0}, scale{2, 10};
    statistics.align(scaled, 1, shift, scale);
    EXPECT_EQ(find(statistics, by_channel(scaled, Reducer::Mean, Keep::Mean)), (std::vector<double>{0.5, 0.5}));
    EXPECT_EQ(find(statistics, by_channel(scaled, Reducer::MeanSquare, Keep::Mean)), (std::vector<double>{2, 0.5}));
    // Only the extremes over both samples are known by channel: they stand for each sample's.
    EXPECT_EQ(find(statistics, whole(scaled, Reducer::AbsMax)), (std::vector<double>{3, 3}));
    EXPECT_EQ(find(statistics, whole(x, Reducer::AbsMax)), (std::vector<double>{30, 12}));
    EXPECT_TRUE(statistics.stale().empty());
}

TEST(Statistics, AskAgainForWhatDoesNotFollow) {
    const auto x = parameter({1, 2, 4});
    auto statistics = known(x);
    const std::vector<double> shift{1, 0}, scale{1, 1};
    statistics.align(x, 1, shift, scale);
    EXPECT_TRUE(find(statistics, by_channel(x, Reducer::MeanSquare, Keep::Mean)).empty());
    EXPECT_EQ(statistics.stale().requests(),
              (std::vector<StatisticRequest>{by_channel(x, Reducer::MeanSquare, Keep::Mean)}));
}

}  // namespace
}  // namespace octet
