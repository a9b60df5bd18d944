#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "octet/error.hpp"

namespace octet {

/// Runs `work(worker, index)` for the indices 0..count-1 on `threads` threads (at least one, at most `count`) and hands
/// each result to `commit(index, result)`: in index order, one at a time, on the calling thread. What is committed
/// therefore does not depend on the number of threads.
///
/// `worker` < threads tells the threads apart, e.g. to pick an inference request. Work starts on an index only while
/// fewer than 2 * threads results wait or are being made. The error of the lowest index is rethrown, after all lower
/// ones were committed. `cancelled` (may be empty) is asked on the calling thread before each commit and at least every
/// 50 ms; true throws Error(Cancelled). No thread outlives the call.
template <class Result>
void run_in_order(std::size_t count, std::size_t threads,
                  const std::function<Result(std::size_t worker, std::size_t index)>& work,
                  const std::function<void(std::size_t index, Result&& result)>& commit,
                  const std::function<bool()>& cancelled = {}) {
    if (count == 0) {
        return;
    }
    threads = std::clamp<std::size_t>(threads, 1, count);

    struct Slot {
        std::optional<Result> result;
        std::exception_ptr error;

        bool is_ready() const {
            return result.has_value() || error;
        }
    };
    std::vector<Slot> slots(2 * threads);  // index i waits in slot i % size
    std::mutex mutex;
    std::condition_variable may_start, may_commit;
    std::size_t started = 0, committed = 0;
    bool stop = false;

    const auto run_worker = [&](std::size_t worker) {
        std::unique_lock lock(mutex);
        while (true) {
            may_start.wait(lock, [&] { return stop || started == count || started < committed + slots.size(); });
            if (stop || started == count) {
                return;
            }
            const std::size_t index = started++;
            lock.unlock();
            Slot made;
            try {
                made.result.emplace(work(worker, index));
            } catch (...) {
                made.error = std::current_exception();
            }
            lock.lock();
            stop = stop || made.error;  // lower indices have all been started: they still end, and are committed
            slots[index % slots.size()] = std::move(made);
            may_commit.notify_one();
        }
    };

    struct Workers {  // joined however this function is left
        std::mutex& mutex;
        std::condition_variable& may_start;
        bool& stop;
        std::vector<std::thread> threads;

        ~Workers() {
            {
                const std::lock_guard lock(mutex);
                stop = true;
            }
            may_start.notify_all();
            for (auto& thread : threads) {
                thread.join();
            }
        }
    } workers{mutex, may_start, stop, {}};
    workers.threads.reserve(threads);
    for (std::size_t worker = 0; worker < threads; ++worker) {
        workers.threads.emplace_back(run_worker, worker);
    }

    while (committed < count) {
        if (cancelled && cancelled()) {
            throw Error(ErrorCode::Cancelled, "", "cancelled");
        }
        Slot made;
        {
            std::unique_lock lock(mutex);
            Slot& slot = slots[committed % slots.size()];
            if (!may_commit.wait_for(lock, std::chrono::milliseconds(50), [&] { return slot.is_ready(); })) {
                continue;
            }
            made = std::exchange(slot, Slot{});
        }
        if (made.error) {
            std::rethrow_exception(made.error);
        }
        commit(committed, std::move(*made.result));
        {
            const std::lock_guard lock(mutex);
            ++committed;
        }
        may_start.notify_one();
    }
}

}  // namespace octet
