#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

#include "base/threads.hpp"

namespace octet {
namespace {

TEST(UsableThreads, TakesWhatIsWanted) {
    EXPECT_EQ(usable_threads(1), 1u);
    EXPECT_EQ(usable_threads(17), 17u);
}

TEST(UsableThreads, KeepsToTheAffinityMask) {
    std::thread([] {  // a mask belongs to its thread
        cpu_set_t all;
        ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
        EXPECT_GE(usable_threads(0), 1u);
        EXPECT_LE(usable_threads(0), static_cast<std::size_t>(CPU_COUNT(&all)));

        int first = 0;
        while (!CPU_ISSET(first, &all)) {
            ++first;
        }
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(first, &one);
        ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
        EXPECT_EQ(usable_threads(0), 1u);
    })
        .join();
}

}  // namespace
}  // namespace octet
