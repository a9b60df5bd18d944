#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/quantize.hpp"

#include "data/npz.hpp"
#include "pipeline/statistics_file.hpp"
#include "support.hpp"
#include "support/builders.hpp"

namespace octet {
namespace {

using namespace testing;
namespace fs = std::filesystem;

const ov::Shape kShape{1, 3, 16, 16};

std::shared_ptr<ov::Model> network(unsigned seed = 1) {
    const auto x = parameter(kShape);
    const auto a = relu(convolution(x, "a", seed, {.outputs = 8, .pad = 1}), "ra");
    const auto b = relu(convolution(a, "b", 5, {.outputs = 8, .pad = 1}), "rb");
    const auto pool = make<ov::op::v1::ReduceMean>("pool", b, integers({2, 3}), false);
    return model_of({make<ov::op::v0::MatMul>("fc", pool, random_constant({8, 6}, 7, "fc/weights"), false, false)},
                    {x});
}

class StatisticsFileTest : public ::testing::Test {
protected:
    StatisticsFileTest() {
        std::string name = (fs::temp_directory_path() / "octet_statistics_XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        file_ = folder_ / "statistics.npz";
    }
    ~StatisticsFileTest() override {
        fs::remove_all(folder_);
    }

    std::string run(const Options& options, const RunOptions& how, std::size_t samples = 20) const {
        return to_json(quantize(network(), *random_dataset(samples, kShape), options, how).report);
    }
    RunOptions saving() const {
        return {.threads = 2, .statistics = file_, .save_statistics = true};
    }
    RunOptions reading(bool offline) const {
        return {.threads = 1, .statistics = file_, .offline = offline};
    }
    std::string refusal(const std::function<void()>& action, ErrorCode code) const {
        try {
            action();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "nothing was refused";
        return {};
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    fs::path folder_, file_;
};

TEST_F(StatisticsFileTest, GivesTheSameResultAsMeasuring) {
    const std::string direct = run({}, {});
    EXPECT_EQ(run({}, saving()), direct);
    EXPECT_EQ(run({}, reading(false)), direct);
    EXPECT_EQ(run({}, reading(true)), direct);
    EXPECT_EQ(run({}, reading(true), 0), direct) << "without data";
}

TEST_F(StatisticsFileTest, AnswersOtherOptionsWithoutData) {
    run({}, saving());
    Options quantiles;
    quantiles.range_estimator.preset = RangePreset::Quantile;
    for (const Options& options : {Options{.preset = Preset::Mixed}, Options{.preset = Preset::Accuracy},
                                   Options{.target_device = "GPU"}, quantiles}) {
        EXPECT_EQ(run(options, reading(true), 0), run(options, {}));
    }
}

TEST_F(StatisticsFileTest, WhatIsMissingIsMeasuredAloneAndAdded) {
    run({}, saving());
    Options options;
    options.range_estimator.max = {.type = RangeStatistic::Quantile, .outlier_prob = 0.03};
    EXPECT_TRUE(has(refusal([&] { run(options, reading(true)); }, ErrorCode::InvalidOption), "quantile 0.97"));
    const std::string direct = run(options, {});
    EXPECT_EQ(run(options, reading(false)), direct);
    EXPECT_EQ(run(options, reading(true), 0), direct);
}

TEST_F(StatisticsFileTest, RefusesWhatItWasNotMeasuredOn) {
    run({}, saving());
    const auto dataset = random_dataset(20, kShape);
    EXPECT_TRUE(has(refusal([&] { quantize(network(2), *dataset, {}, reading(false)); }, ErrorCode::InvalidData),
                    "another model"));
    EXPECT_TRUE(has(refusal([&] { run({}, reading(false), 19); }, ErrorCode::InvalidData), "other samples"));
    EXPECT_TRUE(has(refusal([&] { run({.subset = 7}, reading(true)); }, ErrorCode::InvalidData), "other samples"));
    EXPECT_TRUE(has(refusal([&] { run({.skip_bad = true}, reading(false)); }, ErrorCode::InvalidData), "options"));
    EXPECT_NO_THROW(quantize(network(2), *dataset, {}, saving())) << "is replaced";
    EXPECT_NO_THROW(quantize(network(2), *dataset, {}, reading(true)));
}

TEST_F(StatisticsFileTest, MustBeThereToBeRead) {
    EXPECT_TRUE(has(refusal([&] { run({}, reading(false)); }, ErrorCode::Io), "--save-statistics"));
}

TEST_F(StatisticsFileTest, KeepsAsManySamplesAsEachStatisticSaw) {
    run({}, saving(), 20);
    const auto stored = read_statistics(file_);
    EXPECT_EQ(stored.samples.size(), 20U);
    EXPECT_FALSE(stored.answers.empty());
    for (const auto& answer : stored.answers) {
        EXPECT_EQ(answer.facts.samples, 20U) << answer.name;
    }
    EXPECT_GT(stored.inputs.size(), 1U);
}

/// Processes are killed at random moments; what they left is gone on with. (Children are forked before this process
/// runs OpenVINO, whose threads they would not have; ctest gives each test a process of its own.)
TEST_F(StatisticsFileTest, ARunThatWasKilledGoesOn) {
    constexpr std::size_t kSamples = 300;
    RunOptions how = saving();
    how.checkpoint_seconds = 0;
    std::mt19937 random(11);
    for (int attempt = 0; attempt < 6; ++attempt) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            run({}, how, kSamples);
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        if (fs::exists(file_)) {
            EXPECT_NO_THROW(read_statistics(file_)) << "the file is whole at any moment";
        }
    }
    EXPECT_EQ(run({}, how, kSamples), run({}, {}, kSamples));
}

/// An observer that ends the run after some samples.
class EndAfter : public Observer {
public:
    explicit EndAfter(std::size_t samples) : samples_(samples) {}
    void step(std::size_t done, std::size_t) override {
        done_ = std::max(done_, done);
    }
    void log(LogLevel, std::string_view, std::string_view text) override {
        log_ += std::string(text) + "\n";
    }
    bool cancelled() override {
        return done_ >= samples_;
    }
    const std::string& text() const {
        return log_;
    }

private:
    std::size_t samples_, done_ = 0;
    std::string log_;
};

TEST_F(StatisticsFileTest, ARunThatWasInterruptedGoesOn) {
    RunOptions how = saving();
    how.checkpoint_seconds = 0;
    const auto dataset = random_dataset(60, kShape);
    EndAfter end(30);
    EXPECT_THROW(quantize(network(), *dataset, {}, how, &end), Error);
    const auto stored = read_statistics(file_);
    ASSERT_TRUE(stored.checkpoint);
    EXPECT_GE(stored.checkpoint->checkpoint.samples.size(), 1U);
    EndAfter never(1000);
    const auto resumed = quantize(network(), *dataset, {}, how, &never);
    EXPECT_TRUE(has(never.text(), "goes on after the ")) << never.text();
    EXPECT_EQ(to_json(resumed.report), run({}, {}, 60));
}

TEST_F(StatisticsFileTest, AMeasurementThatDidNotEndIsNotEnoughOffline) {
    run({}, saving());
    auto stored = read_statistics(file_);
    stored.checkpoint = StoredCheckpoint{"plan", {}};
    stored.samples.clear();
    stored.answers.clear();
    write_statistics(file_, stored);
    EXPECT_TRUE(has(refusal([&] { run({}, reading(true), 0); }, ErrorCode::InvalidOption), "did not end"));
}

TEST_F(StatisticsFileTest, ReadsWhatItWrote) {
    StoredStatistics stored;
    stored.key = {"m", "d", "{}", "x"};
    stored.samples_given = 5;
    stored.samples = {0, 1, 4};
    stored.bad_samples = {"a.png: broken"};
    stored.answers.push_back({.graph = "g",
                              .part = 1,
                              .operation = 2,
                              .port = 3,
                              .name = "conv \"x\"",
                              .channel_axis = 1,
                              .measure = {Reducer::Quantile, 0.25},
                              .keep = Keep::Least,
                              .values = {1, -2.5},
                              .facts = {{1, 2, 3}, false, 3}});
    stored.inputs[4] = {random_tensor({1, 2}, 1)};
    stored.outputs["g"][1] = {random_tensor({3}, 2)};
    stored.checkpoint = StoredCheckpoint{"p", {2, {1, 2, 3}, {0, 1}, {"b"}, {{0, {random_tensor({2}, 3)}}}}};
    write_statistics(file_, stored);
    const auto read = read_statistics(file_);
    EXPECT_EQ(read.key.difference(stored.key), "");
    EXPECT_EQ(read.samples, stored.samples);
    EXPECT_EQ(read.bad_samples, stored.bad_samples);
    ASSERT_EQ(read.answers.size(), 1U);
    EXPECT_EQ(read.answers[0].name, "conv \"x\"");
    EXPECT_EQ(read.answers[0].values, (std::vector<double>{1, -2.5}));
    EXPECT_EQ(read.answers[0].channel_axis, 1U);
    EXPECT_EQ(read.answers[0].facts.shape, (ov::Shape{1, 2, 3}));
    EXPECT_EQ(read.inputs.at(4)[0].get_shape(), (ov::Shape{1, 2}));
    EXPECT_EQ(read.outputs.at("g").at(1)[0].data<float>()[2], stored.outputs["g"][1][0].data<float>()[2]);
    EXPECT_EQ(read.checkpoint->checkpoint.totals, (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(read.checkpoint->checkpoint.outputs.at(0)[0].get_size(), 2U);
}

std::vector<std::uint8_t> with_header(const std::string& header, std::size_t values = 0) {
    ov::Tensor text(ov::element::u8, {header.size()}), numbers(ov::element::f64, {values});
    std::copy(header.begin(), header.end(), text.data<std::uint8_t>());
    std::fill_n(numbers.data<double>(), values, 1.0);
    return pack_npz({{"header", text}, {"values", numbers}}, "test");
}

TEST_F(StatisticsFileTest, RefusesWhatIsDamaged) {
    const std::string start =
        R"({"format": "octet statistics", "version": 1, "key": {"model": "", "data": "", "preparation": "",
            "measurement": ""}, "samples_given": 2, "bad_samples": [], "has_converged": false, "inputs": [],
            "outputs": {}, "checkpoint": null, )";
    const std::string answer =
        R"({"graph": "", "part": 0, "operation": 0, "port": 0, "name": "x", "channel_axis": null, "reducer": "min",
            "probability": 0, "keep": "each_sample", "shape": [1], "is_bounded": true, "samples": 2, "values": 2})";
    EXPECT_NO_THROW(
        parse_statistics(with_header(start + R"("samples": [0, 1], "answers": [)" + answer + "]}", 2), "f"));
    const std::pair<std::string, std::size_t> kDamaged[] = {
        {"", 0},
        {"{", 0},
        {"[]", 0},
        {R"({"format": "octet statistics", "version": 2})", 0},
        {start + R"("samples": [1, 0], "answers": []})", 0},
        {start + R"("samples": [0, 2], "answers": []})", 0},
        {start + R"("samples": "all", "answers": []})", 0},
        {start + R"("samples": [0, 1], "answers": [)" + answer + "]}", 1},
        {start + R"("samples": [0, 1], "answers": [)" + answer + "]}", 3},
        {start + R"("samples": [0, 1], "answers": [7]})", 0},
    };
    for (const auto& [header, values] : kDamaged) {
        EXPECT_THROW(parse_statistics(with_header(header, values), "f"), Error) << header;
    }
}

}  // namespace
}  // namespace octet
