#include "octet/compare.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "octet/error.hpp"

#include "base/exception_text.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "data/feed.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/difference.hpp"
#include "metrics/side_by_side.hpp"
#include "metrics/throughput.hpp"

namespace octet {
namespace {

// Prepared samples kept for measuring speed.
constexpr std::size_t kKeptSamples = 32;
constexpr std::size_t kKeptBytes = std::size_t{256} << 20;

using Samples = std::vector<std::vector<ov::Tensor>>;

// What became of one sample: the differences of the float outputs, or why it was skipped.
struct Outcome {
    std::vector<SampleDifference> differences;
    std::vector<ov::Tensor> kept;
    std::string skipped;
};

class Comparer {
public:
    Comparer(const std::shared_ptr<const ov::Model>& reference, const std::shared_ptr<const ov::Model>& quantized,
             const Feed& feed, bool skip_bad, std::size_t threads)
        : feed_(feed), skip_bad_(skip_bad), models_({reference, quantized}, feed, threads) {
        for (std::size_t i = 0; i < reference->outputs().size(); ++i) {
            if (reference->output(i).get_element_type().is_real()) {
                float_outputs_.push_back(i);
            }
        }
    }

    const std::vector<std::size_t>& float_outputs() const {
        return float_outputs_;
    }

    Outcome operator()(std::size_t worker, std::size_t index, bool is_kept) {
        Outcome outcome;
        auto inputs = read_inputs(feed_, index, skip_bad_, outcome.skipped);
        if (!inputs) {
            return outcome;
        }
        models_.run(worker, *inputs, index);
        for (const std::size_t output : float_outputs_) {
            outcome.differences.push_back(
                difference(models_.output(worker, 0, output), models_.output(worker, 1, output)));
        }
        if (is_kept) {
            outcome.kept = std::move(*inputs);
        }
        return outcome;
    }

private:
    const Feed& feed_;
    bool skip_bad_;
    SideBySide models_;
    std::vector<std::size_t> float_outputs_;
};

class KeptSamples {
public:
    void add(std::vector<ov::Tensor>&& inputs) {
        std::size_t bytes = 0;
        for (const auto& tensor : inputs) {
            bytes += tensor.get_byte_size();
        }
        if (!inputs.empty() && (samples_.empty() || bytes_ + bytes <= kKeptBytes)) {
            bytes_ += bytes;
            samples_.push_back(std::move(inputs));
        }
    }
    const Samples& get() const {
        return samples_;
    }

private:
    Samples samples_;
    std::size_t bytes_ = 0;
};

void add_throughput(Comparison& comparison, const std::vector<std::shared_ptr<const ov::Model>>& models,
                    const Samples& samples, const CompareOptions& options, const RunOptions& run, Observer& observer) {
    ThroughputOptions how;
    how.seconds = options.throughput_seconds;
    how.threads = run.threads;
    how.cancelled = [&] { return observer.cancelled(); };
    how.step = [&](std::size_t done, std::size_t total) { observer.step(done, total); };
    observer.phase("throughput", 0);
    try {
        const auto rates = measure_throughput(models, samples, how);
        comparison.reference_fps = rates[0];
        comparison.quantized_fps = rates[1];
    } catch (const ov::Exception& error) {
        throw Error(ErrorCode::UnsupportedModel, "",
                    "a model cannot run in throughput mode: " + essential_line(error.what()));
    }
}

}  // namespace

Comparison compare(const std::shared_ptr<const ov::Model>& reference, const std::shared_ptr<const ov::Model>& quantized,
                   const Dataset& dataset, const CompareOptions& options, const RunOptions& run, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    refuse_unlike_models(*reference, *quantized);
    if (dataset.size() == 0) {
        throw Error(ErrorCode::InvalidData, "", "no samples to compare the models on");
    }
    const auto first = runnable_copy(with_shapes(reference, options.shapes));
    const auto second = runnable_copy(with_shapes(quantized, options.shapes));
    const Feed feed(*first, dataset);
    const std::size_t threads = std::min(usable_threads(run.threads), feed.size());

    watcher.phase("compare", feed.size());
    Comparer comparer(first, second, feed, options.skip_bad, threads);
    Comparison comparison;
    std::vector<OutputDifference> differences(comparer.float_outputs().size());
    KeptSamples kept;
    run_in_order<Outcome>(
        feed.size(), threads,
        [&](std::size_t worker, std::size_t index) {
            return comparer(worker, index, options.throughput && index < kKeptSamples);
        },
        [&](std::size_t index, Outcome&& outcome) {
            if (!outcome.skipped.empty()) {
                watcher.log(LogLevel::Warning, "compare", "skipped " + outcome.skipped);
            } else {
                for (std::size_t i = 0; i < differences.size(); ++i) {
                    differences[i].add(outcome.differences[i]);
                }
                kept.add(std::move(outcome.kept));
                ++comparison.samples;
            }
            watcher.step(index + 1, feed.size());
        },
        [&] { return watcher.cancelled(); });
    if (comparison.samples == 0) {
        throw Error(ErrorCode::InvalidData, "", "none of the " + std::to_string(feed.size()) + " samples can be read");
    }

    for (std::size_t i = 0; i < differences.size(); ++i) {
        comparison.outputs.push_back({output_name(std::as_const(*reference).output(comparer.float_outputs()[i])),
                                      differences[i].sqnr_db(), differences[i].cosine(), differences[i].max_error(),
                                      differences[i].top1_agreement()});
    }
    if (options.throughput && !kept.get().empty()) {
        add_throughput(comparison, {first, second}, kept.get(), options, run, watcher);
    }
    return comparison;
}

}  // namespace octet
