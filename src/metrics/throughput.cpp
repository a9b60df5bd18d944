#include "metrics/throughput.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>

#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "octet/error.hpp"

namespace octet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRounds = 10;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// One model with as many requests as it wants in flight.
class Runner {
public:
    Runner(ov::Core& core, const std::shared_ptr<const ov::Model>& model,
           const std::vector<std::vector<ov::Tensor>>& samples, const ThroughputOptions& options)
        : samples_(samples), options_(options) {
        ov::AnyMap properties{ov::hint::performance_mode(ov::hint::PerformanceMode::THROUGHPUT),
                              ov::hint::inference_precision(ov::element::f32)};
        if (options.threads != 0) {
            properties.insert(ov::inference_num_threads(static_cast<int>(options.threads)));
        }
        auto compiled = core.compile_model(model, "CPU", properties);
        const auto wanted = compiled.get_property(ov::optimal_number_of_infer_requests);
        for (std::uint32_t i = 0; i < std::max(1u, wanted); ++i) {
            requests_.push_back(compiled.create_infer_request());
            requests_.back().set_callback([this, i](const std::exception_ptr& error) { finish(i, error); });
            idle_.push_back(i);
        }
    }
    ~Runner() {
        wait_for_all();  // callbacks use this object
    }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Runs for about `seconds`, at least `least` inferences; returns inferences a second.
    double run(double seconds, std::size_t least) {
        const auto start = Clock::now();
        std::size_t count = 0;
        while (count < least || seconds_since(start) < seconds) {
            const std::size_t request = take_idle();
            const auto& sample = samples_[next_sample_++ % samples_.size()];
            for (std::size_t i = 0; i < sample.size(); ++i) {
                requests_[request].set_input_tensor(i, sample[i]);
            }
            start_request(request);
            ++count;
        }
        wait_for_all();
        rethrow();
        return static_cast<double>(count) / seconds_since(start);
    }

    std::size_t size() const {
        return requests_.size();
    }

private:
    void start_request(std::size_t request) {
        try {
            requests_[request].start_async();
        } catch (...) {
            finish(request, nullptr);
            throw;
        }
    }

    void finish(std::size_t request, const std::exception_ptr& error) {
        const std::lock_guard lock(mutex_);
        if (error && !error_) {
            error_ = error;
        }
        idle_.push_back(request);
        changed_.notify_all();
    }

    std::size_t take_idle() {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return !idle_.empty(); })) {
            refuse_cancelled();
        }
        if (error_) {
            std::rethrow_exception(error_);
        }
        const std::size_t request = idle_.back();
        idle_.pop_back();
        return request;
    }

    void refuse_cancelled() const {
        if (options_.cancelled && options_.cancelled()) {
            throw Error(ErrorCode::Cancelled, "", "cancelled");
        }
    }

    void wait_for_all() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return idle_.size() == requests_.size(); });
    }

    void rethrow() {
        const std::lock_guard lock(mutex_);
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

    const std::vector<std::vector<ov::Tensor>>& samples_;
    const ThroughputOptions& options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::size_t> idle_;
    std::exception_ptr error_;
    std::size_t next_sample_ = 0;
    std::vector<ov::InferRequest> requests_;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::vector<double> measure_throughput(const std::vector<std::shared_ptr<const ov::Model>>& models,
                                       const std::vector<std::vector<ov::Tensor>>& samples,
                                       const ThroughputOptions& options) {
    ov::Core core;
    std::vector<std::unique_ptr<Runner>> runners;
    for (const auto& model : models) {
        runners.push_back(std::make_unique<Runner>(core, model, samples, options));
        runners.back()->run(0, std::max(runners.back()->size(), samples.size()));  // warm up, also for each shape
    }
    std::vector<std::vector<double>> rates(models.size());
    for (std::size_t round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < runners.size(); ++i) {
            if (options.cancelled && options.cancelled()) {
                throw Error(ErrorCode::Cancelled, "", "cancelled");
            }
            rates[i].push_back(runners[i]->run(options.seconds / kRounds, runners[i]->size()));
        }
        if (options.step) {
            options.step(round + 1, kRounds);
        }
    }
    std::vector<double> medians;
    for (auto& of_model : rates) {
        medians.push_back(median(std::move(of_model)));
    }
    return medians;
}

}  // namespace octet
