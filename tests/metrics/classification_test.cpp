#include <limits>

#include <gtest/gtest.h>

#include "metrics/classification.hpp"

namespace octet {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(RankOf, TheFirstOfEqualScoresRanksFirst) {
    const std::vector<float> scores{1, 3, 3, 2, 3};
    EXPECT_EQ(rank_of(scores, 1), 0u);
    EXPECT_EQ(rank_of(scores, 2), 1u);
    EXPECT_EQ(rank_of(scores, 4), 2u);
    EXPECT_EQ(rank_of(scores, 3), 3u);
    EXPECT_EQ(rank_of(scores, 0), 4u);
}

TEST(RankOf, WhatIsNoNumberRanksLast) {
    const std::vector<float> scores{kNan, -1, kNan};
    EXPECT_EQ(rank_of(scores, 1), 0u);
    EXPECT_EQ(rank_of(scores, 0), 1u);
    EXPECT_EQ(rank_of(scores, 2), 2u);
}

TEST(BestScores, AgreeWithTheRanks) {
    const std::vector<float> scores{1, 3, kNan, 3, 2};
    const auto best = best_scores(scores, 9);
    ASSERT_EQ(best.size(), scores.size());
    for (std::size_t i = 0; i < best.size(); ++i) {
        EXPECT_EQ(rank_of(scores, best[i].number), i);
    }
    EXPECT_EQ(best[0].number, 1u);
    EXPECT_EQ(best[0].score, 3);
    EXPECT_EQ(best_scores(scores, 2).size(), 2u);
}

}  // namespace
}  // namespace octet
