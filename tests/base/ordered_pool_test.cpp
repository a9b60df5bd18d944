#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/ordered_pool.hpp"

namespace octet {
namespace {

using std::chrono::milliseconds;

void sleep(int ms) {
    std::this_thread::sleep_for(milliseconds(ms));
}

TEST(OrderedPool, CommitsEveryIndexInOrderOnTheCallingThread) {
    for (const std::size_t threads : {0, 1, 2, 5, 100}) {
        std::vector<std::size_t> committed;
        const auto caller = std::this_thread::get_id();
        run_in_order<std::unique_ptr<std::size_t>>(
            40, threads,
            [](std::size_t, std::size_t index) {
                sleep(index % 3 == 0 ? 2 : 0);  // later indices are ready first
                return std::make_unique<std::size_t>(index * index);
            },
            [&](std::size_t index, std::unique_ptr<std::size_t>&& result) {
                EXPECT_EQ(std::this_thread::get_id(), caller);
                EXPECT_EQ(*result, index * index);
                committed.push_back(index);
            });
        ASSERT_EQ(committed.size(), 40u) << threads << " threads";
        for (std::size_t i = 0; i < committed.size(); ++i) {
            EXPECT_EQ(committed[i], i);
        }
    }
}

TEST(OrderedPool, DoesNothingWithoutIndices) {
    run_in_order<int>(
        0, 4, [](std::size_t, std::size_t) -> int { throw std::logic_error("called"); },
        [](std::size_t, int&&) { FAIL(); });
}

TEST(OrderedPool, GivesEachWorkerANumberOfItsOwn) {
    constexpr std::size_t kThreads = 3;
    std::vector<std::atomic<int>> busy(kThreads);
    run_in_order<int>(
        60, kThreads,
        [&](std::size_t worker, std::size_t) {
            EXPECT_LT(worker, kThreads);
            EXPECT_EQ(busy[worker]++, 0);
            sleep(1);
            busy[worker]--;
            return 0;
        },
        [](std::size_t, int&&) {});
}

TEST(OrderedPool, NeverRunsFurtherAheadThanTwiceItsThreads) {
    std::atomic<std::size_t> started = 0;
    std::size_t furthest = 0;
    run_in_order<int>(
        50, 2, [&](std::size_t, std::size_t) { return ++started, 0; },
        [&](std::size_t index, int&&) {
            sleep(1);
            furthest = std::max(furthest, started - index);
        });
    EXPECT_LE(furthest, 4u);
}

TEST(OrderedPool, RethrowsTheErrorOfTheLowestIndexAfterCommittingThoseBelow) {
    for (int round = 0; round < 20; ++round) {
        std::size_t committed = 0;
        try {
            run_in_order<int>(
                100, 4,
                [](std::size_t, std::size_t index) -> int {
                    if (index == 9) {
                        sleep(2);  // index 10 and 11 fail sooner
                    }
                    if (index >= 9) {
                        throw std::runtime_error(std::to_string(index));
                    }
                    return 0;
                },
                [&](std::size_t, int&&) { ++committed; });
            FAIL() << "no error";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "9");
        }
        EXPECT_EQ(committed, 9u);
    }
}

TEST(OrderedPool, PassesOnAnErrorOfTheCommit) {
    EXPECT_THROW(run_in_order<int>(
                     100, 3, [](std::size_t, std::size_t) { return 0; },
                     [](std::size_t index, int&&) {
                         if (index == 5) {
                             throw std::domain_error("full");
                         }
                     }),
                 std::domain_error);
}

TEST(OrderedPool, StopsSoonWhenCancelledThoughNothingIsReady) {
    std::atomic<bool> is_cancelled = false;
    std::thread canceller([&] {
        sleep(20);
        is_cancelled = true;
    });
    std::atomic<int> started = 0;
    try {
        run_in_order<int>(
            1000, 2,
            [&](std::size_t, std::size_t) {
                ++started;
                while (!is_cancelled) {
                    sleep(1);
                }
                return 0;
            },
            [](std::size_t, int&&) {}, [&] { return is_cancelled.load(); });
        ADD_FAILURE() << "not cancelled";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Cancelled);
    }
    canceller.join();
    EXPECT_LE(started, 6);
}

}  // namespace
}  // namespace octet
