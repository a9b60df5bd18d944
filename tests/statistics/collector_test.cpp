#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

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
