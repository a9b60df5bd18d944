#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/sampling.hpp"
#include "data/sequences.hpp"

namespace octet {
namespace {

using Indices = std::vector<std::size_t>;

TEST(SpreadOrder, HasEachNumberOnce) {
    EXPECT_EQ(spread_order(8), (Indices{0, 4, 2, 6, 1, 5, 3, 7}));
    EXPECT_EQ(spread_order(5), (Indices{0, 4, 2, 1, 3}));
    EXPECT_EQ(spread_order(1), (Indices{0}));
    EXPECT_EQ(spread_order(0), (Indices{}));
    auto order = spread_order(300);
    std::sort(order.begin(), order.end());
    Indices all(300);
    std::iota(all.begin(), all.end(), std::size_t{0});
    EXPECT_EQ(order, all);
}

TEST(SpreadOrder, ShowsSomethingOfEachPartFromTheBeginning) {
    const auto order = spread_order(1000);
    for (const std::size_t taken : {16U, 24U, 36U, 54U, 81U}) {
        std::vector<std::size_t> of_tenth(10);
        for (std::size_t i = 0; i < taken; ++i) {
            ++of_tenth[order[i] / 100];
        }
        EXPECT_GE(10 * *std::min_element(of_tenth.begin(), of_tenth.end()), taken / 2) << taken;
        EXPECT_LE(10 * *std::max_element(of_tenth.begin(), of_tenth.end()), taken * 2) << taken;
    }
}

class Labelled : public Dataset {
public:
    explicit Labelled(std::vector<std::string> labels) : labels_(std::move(labels)) {}
    std::size_t size() const override {
        return labels_.size();
    }
    Sample sample(std::size_t) const override {
        return {};
    }
    std::string label(std::size_t index) const override {
        return labels_.at(index);
    }

private:
    std::vector<std::string> labels_;
};

TEST(Sequences, AreTheFoldersOfTheLabels) {
    const Labelled dataset({"a/0.npy", "a/1.npy", "a/b/0.npy", "a/c.npy", "d/0.npy", "top.npy"});
    EXPECT_EQ(find_sequences(dataset), (std::vector<Indices>{{0, 1, 3}, {2}, {4}, {5}}));
}

TEST(Sequences, OfAnArrayAreOne) {
    const Labelled dataset({"x.npy[0]", "x.npy[1]", "x.npy[2]"});
    EXPECT_EQ(find_sequences(dataset), (std::vector<Indices>{{0, 1, 2}}));
}

TEST(Sequences, AreChosenWhole) {
    const std::vector<Indices> sequences{{0, 1}, {2}, {3, 4, 5}, {6, 7}};
    EXPECT_EQ(choose_sequences(sequences, 8, Sampling::Spread, 0), (Indices{0, 1, 3, 4, 5, 2, 6, 7}));
    EXPECT_EQ(choose_sequences(sequences, 4, Sampling::Spread, 0), (Indices{0, 1, 3, 4}));  // the last one is cut
    EXPECT_EQ(choose_sequences(sequences, 4, Sampling::First, 0), (Indices{0, 1, 2, 3}));
    const auto shuffled = choose_sequences(sequences, 8, Sampling::Shuffle, 3);
    EXPECT_EQ(std::set<std::size_t>(shuffled.begin(), shuffled.end()).size(), 8U);
    EXPECT_LT(std::find(shuffled.begin(), shuffled.end(), 3), std::find(shuffled.begin(), shuffled.end(), 5));
}

}  // namespace
}  // namespace octet
