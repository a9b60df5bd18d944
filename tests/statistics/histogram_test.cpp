// Histograms of activations: one of all samples, the same however they come.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <openvino/op/ops.hpp>

#include "graph/channel_gains.hpp"
#include "numeric/histogram.hpp"
#include "statistics/collector.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;

constexpr std::size_t kSamples = 7;

struct Network {
    std::shared_ptr<ov::op::v0::Parameter> x;  // [N,3,6,5]
    Output hidden;                             // [N,4,6,5]
    std::shared_ptr<ov::Model> model;
};

Network network(std::int64_t batch = 1) {
    Network net;
    net.x = parameter({batch, 3, 6, 5});
    net.hidden = relu(convolution(net.x, "a", 1, {.outputs = 4, .pad = 1}), "r");
    net.model = model_of({convolution(net.hidden, "b", 3)}, {net.x});
    return net;
}

ov::Tensor sample(std::size_t index) {
    return random_tensor({1, 3, 6, 5}, static_cast<unsigned>(index) + 1, std::exp2(static_cast<float>(index % 4)),
                         0.3F);
}

SampleSource samples() {
    return {kSamples, [](std::size_t index) { return std::vector<ov::Tensor>{sample(index)}; },
            [](std::size_t index) { return "sample " + std::to_string(index); }};
}

StatisticRequest of_all(const ov::Output<ov::Node>& tensor) {
    return {tensor, {}, {Reducer::Histogram}, Keep::Merged};
}

StatisticRequest weighted(const ov::Output<ov::Node>& tensor) {
    return {tensor, 1, {Reducer::GainHistogram}, Keep::Merged};
}

Statistics measure(const Network& net, const SampleSource& source, const CollectOptions& options = {.threads = 1}) {
    StatisticPlan plan;
    plan.request(of_all(net.x));
    plan.request(of_all(net.hidden));
    plan.request(weighted(net.hidden));
    plan.request({net.hidden, 1, {Reducer::Mean}, Keep::Mean});
    Observer observer;
    return collect(net.model, plan, source, options, observer).statistics;
}

std::vector<double> numbers(const Statistics& statistics, const StatisticRequest& request) {
    const auto found = statistics.find(request);
    return {found.begin(), found.end()};
}

void expect_same(const Network& a, const Statistics& x, const Network& b, const Statistics& y) {
    EXPECT_EQ(numbers(x, of_all(a.x)), numbers(y, of_all(b.x)));
    EXPECT_EQ(numbers(x, of_all(a.hidden)), numbers(y, of_all(b.hidden)));
    EXPECT_EQ(numbers(x, weighted(a.hidden)), numbers(y, weighted(b.hidden)));
}

TEST(CollectHistograms, HoldsTheValuesOfAllSamples) {
    const auto net = network();
    std::vector<float> all;
    for (std::size_t i = 0; i < kSamples; ++i) {
        const auto tensor = sample(i);
        all.insert(all.end(), tensor.data<float>(), tensor.data<float>() + tensor.get_size());
    }
    const auto statistics = measure(net, samples());
    EXPECT_EQ(unpack_histogram(statistics.find(of_all(net.x))), count_values(all, find_extremes(all)));
    EXPECT_EQ(unpack_histogram(statistics.find(of_all(net.hidden))).total(), kSamples * 4 * 30);
}

TEST(CollectHistograms, WeighsChannelsByTheSquaresOfWhatTheyMeet) {
    const auto net = network();
    const auto& reader = *net.hidden.get_target_inputs().begin()->get_node();
    const auto constant = ov::as_type_ptr<ov::op::v0::Constant>(reader.get_input_node_shared_ptr(1));
    const auto weights = constant->cast_vector<float>();
    const auto& shape = constant->get_shape();  // [O,4,kh,kw]
    const std::size_t taps = shape[2] * shape[3];
    std::vector<double> squares(4, 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        squares[i / taps % 4] += double{weights[i]} * weights[i];
    }
    const auto gains = channel_gains(net.hidden, 1);
    ASSERT_EQ(gains.size(), 4U);
    const double most = *std::max_element(squares.begin(), squares.end());
    for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_NEAR(gains[c], squares[c] / most * 65536, 1) << c;
    }
    EXPECT_EQ(unpack_histogram(measure(net, samples()).find(weighted(net.hidden))).total(),
              std::accumulate(gains.begin(), gains.end(), 0.0) * 30 * kSamples);
}

TEST(CollectHistograms, CountsEvenlyWhereNoWeightsAreMet) {
    const auto net = network();
    EXPECT_TRUE(channel_gains(net.x, 2).empty()) << "another axis";
    const auto model = model_of({relu(net.x, "only")}, {net.x});
    StatisticPlan plan;
    plan.request({net.model->output(0).get_node()->input_value(0), 1, {Reducer::GainHistogram}, Keep::Merged});
    Observer observer;
    const auto statistics = collect(net.model, plan, samples(), {.threads = 1}, observer).statistics;
    const auto histogram = unpack_histogram(statistics.find(plan.requests()[0]));
    const auto& shape = net.model->output(0).get_shape();
    EXPECT_EQ(histogram.total(), static_cast<double>(ov::shape_size(shape) * kSamples));
}

TEST(CollectHistograms, AreTheSameForAnyNumberOfThreadsAndBatches) {
    const auto net = network();
    const auto one = measure(net, samples());
    expect_same(net, one, net, measure(net, samples(), {.threads = 2}));

    const auto batched = network(-1);
    SampleSource two{kSamples / 2 + 1,
                     [](std::size_t index) {
                         const std::size_t first = 2 * index, count = std::min<std::size_t>(2, kSamples - first);
                         ov::Tensor batch(ov::element::f32, {count, 3, 6, 5});
                         for (std::size_t i = 0; i < count; ++i) {
                             const auto item = sample(first + i);
                             std::copy_n(item.data<float>(), item.get_size(),
                                         batch.data<float>() + i * item.get_size());
                         }
                         return std::vector<ov::Tensor>{batch};
                     },
                     [](std::size_t) { return std::string("batch"); }};
    two.is_batched = true;
    expect_same(net, one, batched, measure(batched, two));
}

TEST(CollectHistograms, AreTheSameWhereARunGoesOn) {
    const auto net = network();
    std::vector<Checkpoint> kept;
    Resumption first{.keep = [&](const Checkpoint& checkpoint) { kept.push_back(checkpoint); }};
    first.interval = std::chrono::duration<double>(0);
    const auto whole = measure(net, samples(), {.threads = 1, .resumption = &first});
    ASSERT_FALSE(kept.empty());
    ASSERT_LT(kept.front().sequences, kSamples);
    const Resumption second{.from = kept.front()};
    expect_same(net, whole, net, measure(net, samples(), {.threads = 1, .resumption = &second}));
}

TEST(CollectHistograms, MustBeMeasuredAgainWhereChannelsMove) {
    const auto net = network();
    auto statistics = measure(net, samples());
    statistics.align(net.hidden, 1, std::vector<double>(4, 0), std::vector<double>{1, 2, 1, 1});
    EXPECT_EQ(statistics.stale().requests(), (std::vector{weighted(net.hidden), of_all(net.hidden)}));
    EXPECT_TRUE(statistics.find(of_all(net.hidden)).empty());
}

}  // namespace
}  // namespace octet
