#include "metrics/sample_differences.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "octet/error.hpp"

#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "data/feed.hpp"
#include "graph/constants.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/side_by_side.hpp"

namespace octet {
namespace {

double largest_share(const ov::Tensor& scores) {
    const auto values = float_values(ov::op::v0::Constant(scores));
    const double highest = *std::max_element(values.begin(), values.end());
    const double lowest = *std::min_element(values.begin(), values.end());
    double sum = 0, of_exponentials = 0;
    for (const double value : values) {
        sum += value;
        of_exponentials += std::exp(value - highest);
    }
    constexpr double kRounding = 1e-3;
    return lowest >= 0 && std::fabs(sum - 1) < kRounding ? highest : 1 / of_exponentials;
}

class Runner {
public:
    Runner(const std::vector<std::shared_ptr<const ov::Model>>& models, const Feed& feed, bool skip_bad,
           std::size_t threads)
        : feed_(feed), skip_bad_(skip_bad), models_(models, feed, threads) {
        const auto outputs = models.front()->outputs();
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            if (outputs[i].get_element_type().is_real()) {
                float_outputs_.push_back(i);
            }
        }
    }

    SampleOutcome operator()(std::size_t worker, std::size_t index) {
        SampleOutcome outcome;
        std::string skipped;
        const auto inputs = read_inputs(feed_, index, skip_bad_, skipped);
        if (!inputs) {
            return outcome;
        }
        models_.run(worker, *inputs, index);
        for (const std::size_t output : float_outputs_) {
            const auto reference = models_.output(worker, 0, output);
            outcome.outputs.push_back(difference(reference, models_.output(worker, 1, output)));
            if (outcome.outputs.back().same_top1 && outcome.confidence == 0) {
                outcome.confidence = largest_share(reference);
            }
        }
        return outcome;
    }

private:
    const Feed& feed_;
    bool skip_bad_;
    SideBySide models_;
    std::vector<std::size_t> float_outputs_;
};

}  // namespace

double SampleOutcome::noise() const {
    constexpr double kMost = 1e20;
    double sum = 0;
    for (const auto& output : outputs) {
        const double share = output.noise == 0 ? 0 : output.noise / output.signal;
        sum += output.has_same_shape && share < kMost ? share : kMost;
    }
    return outputs.empty() ? 0 : sum / static_cast<double>(outputs.size());
}

std::vector<SampleOutcome> compare_samples(const std::shared_ptr<const ov::Model>& reference,
                                           const std::shared_ptr<const ov::Model>& other, const Dataset& dataset,
                                           const CompareOptions& options, const RunOptions& run, Observer& observer) {
    refuse_unlike_models(*reference, *other);
    const auto first = runnable_copy(with_shapes(reference, options.shapes));
    const auto second = runnable_copy(with_shapes(other, options.shapes));
    const Feed feed(*first, dataset);
    const std::size_t threads = std::min(usable_threads(run.threads), feed.size());
    observer.phase("compare", feed.size());
    Runner runner({first, second}, feed, options.skip_bad, threads);
    std::vector<SampleOutcome> outcomes;
    run_in_order<SampleOutcome>(
        feed.size(), threads, [&](std::size_t worker, std::size_t index) { return runner(worker, index); },
        [&](std::size_t index, SampleOutcome&& outcome) {
            outcomes.push_back(std::move(outcome));
            observer.step(index + 1, feed.size());
        },
        [&] { return observer.cancelled(); });
    return outcomes;
}

}  // namespace octet
