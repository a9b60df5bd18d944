#include "statistics/collector.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/memory.hpp"
#include "base/ordered_pool.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "statistics/calibration_graph.hpp"
#include "statistics/convergence.hpp"
#include "statistics/run_samples.hpp"
#include "statistics/totals.hpp"

namespace octet {
namespace {

/// The items of a batch, as views of its tensors.
std::vector<std::vector<ov::Tensor>> split_batch(const std::vector<ov::Tensor>& batch, const std::string& label) {
    const std::size_t count = batch.at(0).get_shape().at(0);
    std::vector<std::vector<ov::Tensor>> items(count);
    for (const auto& tensor : batch) {
        ov::Shape shape = tensor.get_shape();
        if (shape.empty() || shape[0] != count) {
            throw Error(ErrorCode::InvalidData, label,
                        "expected every input to hold as many items, got " + std::to_string(count) + " and " +
                            describe(tensor.get_element_type(), ov::PartialShape(shape)));
        }
        shape[0] = 1;
        for (std::size_t i = 0; i < count; ++i) {
            items[i].emplace_back(tensor.get_element_type(), shape,
                                  static_cast<const std::byte*>(tensor.data()) + i * (tensor.get_byte_size() / count));
        }
    }
    return items;
}

/// Compiled taps, with a request for each thread.
class Pass {
public:
    Pass(const ov::Model& model, std::span<Tap> taps, bool with_outputs, std::size_t threads) : taps_(taps) {
        auto compiled = compile_streams(build_calibration_model(model, taps, with_outputs), threads, "calibrate");
        outputs_ = compiled.outputs().size();
        for (std::size_t i = 0; i < threads; ++i) {
            requests_.push_back(compiled.create_infer_request());
        }
    }

    std::size_t threads() const {
        return requests_.size();
    }

    /// Adds what the taps read off these inputs.
    void infer(std::size_t worker, const std::vector<ov::Tensor>& inputs, std::vector<Total>& totals) {
        auto& request = requests_[worker];
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            request.set_input_tensor(i, inputs[i]);
        }
        request.infer();
        for (std::size_t i = 0; i < taps_.size(); ++i) {
            // One reading, or one for each iteration of a body.
            for (auto& reading : StatisticsTap::read(request.get_output_tensor(i), taps_[i].measures)) {
                if (taps_[i].is_channels_last) {
                    std::rotate(reading.shape.begin() + 1, reading.shape.end() - 1, reading.shape.end());
                }
                totals[i].add(taps_[i], reading);
            }
        }
    }

    /// Copies of what the model made of the last inputs.
    std::vector<ov::Tensor> outputs(std::size_t worker) {
        std::vector<ov::Tensor> copies;
        for (std::size_t i = taps_.size(); i < outputs_; ++i) {
            const auto tensor = requests_[worker].get_output_tensor(i);
            copies.emplace_back(tensor.get_element_type(), tensor.get_shape());
            tensor.copy_to(copies.back());
        }
        return copies;
    }

    void reset_state(std::size_t worker) {
        for (auto& state : requests_[worker].query_state()) {
            state.reset();
        }
    }

private:
    std::span<Tap> taps_;
    std::vector<ov::InferRequest> requests_;
    std::size_t outputs_ = 0;  // those of the taps included
};

/// What was read off one sequence.
struct SequenceReading {
    std::vector<Total> totals;         // of the pass's taps
    std::vector<std::size_t> samples;  // measured
    std::vector<std::string> bad{};    // why others were skipped
    SampleOutputs outputs{};           // of wanted samples
};

class Collector {
    using Clock = std::chrono::steady_clock;

public:
    Collector(const ov::Model& model, const StatisticPlan& plan, const SampleSource& samples,
              const CollectOptions& options, Observer& observer)
        : model_(model),
          samples_(samples),
          options_(options),
          observer_(observer),
          taps_(order_taps(model, plan)),
          totals_(taps_.size()) {}

    Collected run() {
        const std::size_t threads =
            std::min(usable_threads(options_.threads), std::max<std::size_t>(1, sequence_count()));
        if (options_.max_memory > 0) {
            make_pass_within_limit(threads);
        } else {
            make_pass(threads);
        }
        if (options_.converge) {
            run_until_settled();
        } else {
            run_sequences(options_.resumption ? resume() : 0, sequence_count());
        }
        for (std::size_t i = 0; i < taps_.size(); ++i) {
            std::move(totals_[i]).answer(taps_[i], collected_.statistics);
        }
        return std::move(collected_);
    }

private:
    std::size_t sequence_count() const {
        return samples_.sequences.empty() ? samples_.size : samples_.sequences.size();
    }

    /// Where sequence `index` begins; behind the last one: the number of samples.
    std::size_t sequence_begin(std::size_t index) const {
        if (samples_.sequences.empty()) {
            return index;
        }
        return index < samples_.sequences.size() ? samples_.sequences[index] : samples_.size;
    }

    /// The first item of the first sample that can be read; none where there is none.
    std::vector<ov::Tensor> example() const {
        for (std::size_t index = 0; index < samples_.size; ++index) {
            try {
                const auto inputs = samples_.inputs(index);
                return samples_.is_batched ? split_batch(inputs, samples_.label(index)).at(0) : inputs;
            } catch (const Error& error) {
                if (!options_.skip_bad || error.code() != ErrorCode::InvalidData) {
                    throw;
                }
            }
        }
        return {};
    }

    void make_pass(std::size_t threads) {
        pass_.reset();  // before the next one takes memory
        pass_ = std::make_unique<Pass>(model_, taps_, !options_.outputs_of.empty(), threads);
    }

    /// Runs a sample on one thread to see what that takes, and has as many threads as fit into the limit if each takes
    /// as much. It is less, as they share the weights.
    void make_pass_within_limit(std::size_t wanted) {
        const std::size_t before = resident_bytes();
        make_pass(1);
        if (const auto inputs = example(); !inputs.empty()) {
            std::vector<Total> ignored(taps_.size());
            pass_->infer(0, inputs, ignored);
            pass_->reset_state(0);
        }
        const std::size_t held = resident_bytes();
        const std::size_t one = std::max<std::size_t>(1, held - std::min(held, before));
        const std::size_t left = options_.max_memory - std::min(options_.max_memory, held);
        const std::size_t threads = std::min(wanted, 1 + left / one);
        const bool fits = held <= options_.max_memory;
        observer_.log(fits ? LogLevel::Info : LogLevel::Warning, "calibrate",
                      "one thread holds " + megabytes(held) +
                          (fits ? ", each further one up to " + megabytes(one) + " more: " : "; the limit is ") +
                          (fits ? std::to_string(threads) + " of " + std::to_string(wanted) + " threads within "
                                : std::string()) +
                          megabytes(options_.max_memory));
        if (threads > 1) {
            make_pass(threads);
        }
    }

    /// Takes over what an earlier run had. Returns the sequences that are done.
    std::size_t resume() {
        last_kept_ = Clock::now();
        const auto& from = options_.resumption->from;
        if (!from || from->sequences > sequence_count()) {
            return 0;
        }
        std::span<const double> numbers(from->totals);
        std::vector<Total> totals;
        for (const auto& tap : taps_) {
            auto total = Total::unpack(numbers, tap.requests.size());
            if (!total) {
                return 0;
            }
            totals.push_back(std::move(*total));
        }
        totals_ = std::move(totals);
        collected_.samples = from->samples;
        collected_.bad_samples = from->bad_samples;
        collected_.outputs = from->outputs;
        observer_.log(LogLevel::Info, "calibrate",
                      "goes on after the " + std::to_string(sequence_begin(from->sequences)) + " of " +
                          std::to_string(samples_.size) + " samples that an earlier run measured");
        return from->sequences;
    }

    /// Leaves what there is, now and then, for at most 2 % of the time.
    void keep_checkpoint(std::size_t sequences) {
        constexpr int kShare = 50;
        const auto start = Clock::now();
        if (!options_.resumption || !options_.resumption->keep || options_.converge ||
            start - last_kept_ <
                std::max<Clock::duration>(std::chrono::duration_cast<Clock::duration>(options_.resumption->interval),
                                          kShare * keeping_took_)) {
            return;
        }
        Checkpoint checkpoint{sequences, {}, collected_.samples, collected_.bad_samples, collected_.outputs};
        for (const auto& total : totals_) {
            total.pack(checkpoint.totals);
        }
        options_.resumption->keep(checkpoint);
        last_kept_ = Clock::now();
        keeping_took_ = last_kept_ - start;
    }

    void run_until_settled() {
        Convergence convergence(*options_.converge);
        std::size_t done = 0;
        while (done < sequence_count() && !collected_.has_converged) {
            std::size_t last = done + 1;
            while (last < sequence_count() && sequence_begin(last) < convergence.next()) {
                ++last;
            }
            run_sequences(done, last);
            done = last;
            const bool has_settled = convergence.has_settled(taps_, totals_);
            collected_.has_converged = has_settled && done < sequence_count();
            observer_.log(LogLevel::Debug, "calibrate",
                          "after " + std::to_string(collected_.samples.size()) + " samples: " + moved(convergence));
        }
        observer_.log(LogLevel::Info, "calibrate",
                      (collected_.has_converged ? "converged after " : "not converged after ") +
                          std::to_string(collected_.samples.size()) + " of " + std::to_string(samples_.size) +
                          " samples: " + moved(convergence));
    }

    static std::string moved(const Convergence& convergence) {
        return std::isfinite(convergence.movement())
                   ? "the last of them moved means by up to " + short_number(convergence.movement()) + " of a range"
                   : "nothing to compare with yet";
    }

    void run_sequences(std::size_t first, std::size_t last) {
        std::atomic<bool> is_cancelled{false};
        run_in_order<SequenceReading>(
            last - first, pass_->threads(),
            [&](std::size_t worker, std::size_t index) { return read_sequence(worker, first + index, is_cancelled); },
            [&](std::size_t index, SequenceReading&& reading) {
                for (std::size_t i = 0; i < taps_.size(); ++i) {
                    totals_[i].merge(taps_[i], std::move(reading.totals[i]));
                }
                collected_.samples.insert(collected_.samples.end(), reading.samples.begin(), reading.samples.end());
                std::move(reading.bad.begin(), reading.bad.end(), std::back_inserter(collected_.bad_samples));
                collected_.outputs.merge(reading.outputs);
                keep_checkpoint(first + index + 1);
                observer_.step(sequence_begin(first + index + 1), samples_.size);
            },
            [&] {
                is_cancelled = is_cancelled || observer_.cancelled();
                return is_cancelled.load();
            });
    }

    SequenceReading read_sequence(std::size_t worker, std::size_t sequence, const std::atomic<bool>& is_cancelled) {
        SequenceReading reading{std::vector<Total>(taps_.size()), {}};
        const std::size_t end = sequence_begin(sequence + 1);
        for (std::size_t index = sequence_begin(sequence); index < end && !is_cancelled; ++index) {
            std::vector<ov::Tensor> inputs;
            try {
                inputs = samples_.inputs(index);
            } catch (const Error& error) {
                if (!options_.skip_bad || error.code() != ErrorCode::InvalidData) {
                    throw;
                }
                reading.bad.emplace_back(error.what());
                for (++index; index < end; ++index) {
                    reading.bad.push_back(samples_.label(index) + ": left out, since the state before it is not known");
                }
                break;
            }
            measure(worker, index, inputs, reading.totals);
            const auto& wanted = options_.outputs_of;
            if (!samples_.is_batched && std::binary_search(wanted.begin(), wanted.end(), index)) {
                reading.outputs.emplace(index, pass_->outputs(worker));
            }
            reading.samples.push_back(index);
        }
        pass_->reset_state(worker);
        return reading;
    }

    void measure(std::size_t worker, std::size_t index, const std::vector<ov::Tensor>& inputs,
                 std::vector<Total>& totals) {
        std::vector<std::vector<ov::Tensor>> items{inputs};
        if (samples_.is_batched) {
            items = split_batch(inputs, samples_.label(index));
        }
        try {
            for (const auto& item : items) {
                pass_->infer(worker, item, totals);
            }
        } catch (const ov::Exception& error) {
            throw Error(ErrorCode::InvalidData, samples_.label(index),
                        "the model cannot run on this sample: " + essential_line(error.what()));
        }
    }

    const ov::Model& model_;
    const SampleSource& samples_;
    const CollectOptions& options_;
    Observer& observer_;
    std::vector<Tap> taps_;
    std::vector<Total> totals_;
    std::unique_ptr<Pass> pass_;
    Collected collected_;
    Clock::time_point last_kept_{};
    Clock::duration keeping_took_{};
};

}  // namespace

Collected collect(const std::shared_ptr<ov::Model>& model, const StatisticPlan& plan, const SampleSource& samples,
                  const CollectOptions& options, Observer& observer) {
    return Collector(*model, plan, samples, options, observer).run();
}

}  // namespace octet
