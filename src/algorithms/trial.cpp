#include "algorithms/trial.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "graph/expand_fake_quantize.hpp"
#include "statistics/collector.hpp"
#include "statistics/run_samples.hpp"

namespace octet {
namespace {

/// Passes on that the user wants to stop; progress within a step of an algorithm is not shown.
class CancelOnly final : public Observer {
public:
    explicit CancelOnly(Observer& observer) : observer_(observer) {}
    bool cancelled() override {
        return observer_.cancelled();
    }

private:
    Observer& observer_;
};

std::shared_ptr<ov::Model> borrowed(ov::Model& model) {
    return {&model, [](ov::Model*) {}};
}

/// Sums of squares over samples and values, by output.
struct Power {
    std::vector<double> noise, signal;

    void add(const std::vector<ov::Tensor>& wanted, const std::vector<ov::Tensor>& made) {
        noise.resize(wanted.size(), 0);
        signal.resize(wanted.size(), 0);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i].get_element_type() != ov::element::f32 || wanted[i].get_shape() != made[i].get_shape()) {
                continue;
            }
            const auto *a = wanted[i].data<const float>(), *b = made[i].data<const float>();
            for (std::size_t k = 0; k < wanted[i].get_size(); ++k) {
                const double value = a[k], difference = value - b[k];
                noise[i] += difference * difference;
                signal[i] += value * value;
            }
        }
    }

    double level() const {
        constexpr double kSmallest = 1e-20, kNotFinite = 1e9;
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < noise.size(); ++i) {
            if (signal[i] > 0) {
                sum += 10 * std::log10(std::max(noise[i] / signal[i], kSmallest));
                ++count;
            }
        }
        return count == 0 || !std::isfinite(sum) ? kNotFinite : sum / static_cast<double>(count);
    }
};

}  // namespace

std::vector<std::size_t> trial_samples(const Context& context, std::size_t count) {
    std::vector<std::size_t> samples(std::min(count, context.samples));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = (2 * i + 1) * context.samples / (2 * samples.size());
    }
    return samples;
}

Statistics measure_on_trial(ov::Model& model, const StatisticPlan& plan, const Context& context, std::size_t count) {
    const auto samples = trial_samples(context, count);
    const SampleSource source{samples.size(), [&](std::size_t index) { return context.sample(samples[index]); },
                              [&](std::size_t index) { return "sample " + std::to_string(samples[index]); }};
    CancelOnly observer(context.observer);
    return collect(borrowed(model), plan, source, {context.threads, false}, observer).statistics;
}

OutputError::OutputError(const Context& context, std::size_t count, const char* phase)
    : context_(context), samples_(trial_samples(context, count)), phase_(phase) {
    run_samples(
        context.original, samples_.size(), context.threads, [&](std::size_t i) { return inputs(i); },
        [&](std::size_t, std::vector<ov::Tensor>&& outputs) { wanted_.push_back(std::move(outputs)); },
        [&] { return context_.observer.cancelled(); }, phase_);
}

double OutputError::level(ov::Model& model) const {
    Power power;
    run_samples(
        runnable_copy(borrowed(model)), samples_.size(), context_.threads, [&](std::size_t i) { return inputs(i); },
        [&](std::size_t index, std::vector<ov::Tensor>&& outputs) { power.add(wanted_[index], outputs); },
        [&] { return context_.observer.cancelled(); }, phase_);
    return power.level();
}

std::vector<ov::Tensor> OutputError::inputs(std::size_t index) const {
    return context_.sample(samples_[index]);
}

}  // namespace octet
