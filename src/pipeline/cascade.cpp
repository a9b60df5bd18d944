#include "octet/cascade.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <numeric>
#include <utility>

#include "octet/error.hpp"

#include "base/forwarding_observer.hpp"
#include "base/threads.hpp"
#include "data/sampling.hpp"
#include "pipeline/cascade_runner.hpp"

namespace octet {
namespace {

struct Kept {
    std::string label;
    std::vector<ov::Tensor> inputs;

    std::size_t bytes() const {
        return std::accumulate(inputs.begin(), inputs.end(), std::size_t{0},
                               [](std::size_t sum, const ov::Tensor& tensor) { return sum + tensor.get_byte_size(); });
    }
};

/// The calls of one model: every first, second, fourth, … so that they fit whatever their number. They come in the
/// samples' order, so that what is kept is the same however many threads made them.
class Calls {
public:
    explicit Calls(const RecordOptions& options)
        : most_(std::max<std::size_t>(options.calls, 1)), most_bytes_(options.bytes) {}

    void add(Kept call) {
        if (seen_++ % step_ != 0) {
            return;
        }
        bytes_ += call.bytes();
        kept_.push_back(std::move(call));
        while (kept_.size() > 1 && (kept_.size() > most_ || bytes_ > most_bytes_)) {
            halve();
        }
    }

    std::vector<Kept> take() {
        return std::move(kept_);
    }
    std::size_t seen() const {
        return seen_;
    }

private:
    void halve() {
        std::vector<Kept> rest;
        bytes_ = 0;
        for (std::size_t i = 0; i < kept_.size(); i += 2) {
            bytes_ += kept_[i].bytes();
            rest.push_back(std::move(kept_[i]));
        }
        kept_ = std::move(rest);
        step_ *= 2;
    }

    std::size_t most_, most_bytes_;
    std::vector<Kept> kept_;
    std::size_t seen_ = 0, step_ = 1, bytes_ = 0;
};

class RecordedCalls : public Dataset {
public:
    RecordedCalls(const std::vector<ModelInput>& inputs, std::vector<Kept> calls) : calls_(std::move(calls)) {
        for (const auto& input : inputs) {
            names_.push_back(input.name());
        }
    }

    std::size_t size() const override {
        return calls_.size();
    }
    Sample sample(std::size_t index) const override {
        Sample sample;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            sample.emplace(names_[i], calls_.at(index).inputs[i]);
        }
        return sample;
    }
    std::string label(std::size_t index) const override {
        return calls_.at(index).label;
    }

private:
    std::vector<std::string> names_;
    std::vector<Kept> calls_;
};

std::vector<std::size_t> chosen_samples(const Engine& engine, const RecordOptions& options) {
    const std::size_t size = engine.size();
    const std::size_t count = std::min(size, options.subset.value_or(size));
    if (count == 0) {
        throw Error(size == 0 ? ErrorCode::InvalidData : ErrorCode::InvalidOption, size == 0 ? "data" : "subset",
                    "expected at least one sample, got none");
    }
    return choose_indices(size, count, options.sampling, options.seed);
}

void refuse_what_needs_one_model(const std::vector<Options>& options, const RunOptions& run) {
    for (const auto& each : options) {
        if (each.states == States::Keep) {
            throw Error(ErrorCode::InvalidOption, "states",
                        "a cascade cannot keep them: calls of different samples follow one another");
        }
    }
    if (!run.statistics.empty()) {
        throw Error(ErrorCode::InvalidOption, "statistics",
                    "a file of statistics holds one model's; quantize a cascade without it");
    }
}

/// Tells whose remarks they are.
class ModelObserver final : public ForwardingObserver {
public:
    ModelObserver(Observer& observer, std::string name) : ForwardingObserver(observer), name_(std::move(name)) {}

    void log(LogLevel level, std::string_view component, std::string_view text) override {
        ForwardingObserver::log(level, component, name_ + ": " + std::string(text));
    }

private:
    std::string name_;
};

/// One model on a dataset, as a cascade.
class OneModel final : public Engine {
public:
    explicit OneModel(const Dataset& dataset) : dataset_(dataset) {}

    std::size_t size() const override {
        return dataset_.size();
    }
    std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const override {
        return infer(0, dataset_.sample(index));
    }
    std::string label(std::size_t index) const override {
        return dataset_.label(index);
    }

private:
    const Dataset& dataset_;
};

}  // namespace

Engine::~Engine() = default;

std::string Engine::label(std::size_t index) const {
    return "sample " + std::to_string(index);
}

Metric::~Metric() = default;

std::vector<std::unique_ptr<Dataset>> record_inputs(const std::vector<CascadeModel>& models, const Engine& engine,
                                                    const RecordOptions& options, const RunOptions& run,
                                                    Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    const auto indices = chosen_samples(engine, options);
    CascadeRunner runner(models, std::min(usable_threads(run.threads), indices.size()));
    std::vector<Calls> calls(models.size(), Calls(options));
    watcher.phase("record", indices.size());
    runner.run(
        engine, indices, true, options.skip_bad,
        [&](std::size_t position, CascadeOutcome&& outcome) {
            if (!outcome.failure.empty()) {
                watcher.log(LogLevel::Warning, "record", "skipped " + outcome.failure);
            }
            std::map<std::size_t, std::size_t> of_sample;
            for (auto& call : outcome.calls) {
                const std::size_t number = of_sample[call.model]++;
                calls[call.model].add({engine.label(indices[position]) + ", " + models[call.model].name + " call " +
                                           std::to_string(number),
                                       std::move(call.inputs)});
            }
        },
        watcher);
    std::vector<std::unique_ptr<Dataset>> datasets;
    for (std::size_t model = 0; model < models.size(); ++model) {
        const std::size_t seen = calls[model].seen();
        if (seen == 0) {
            throw Error(ErrorCode::InvalidData, models[model].name,
                        "was never called: none of " + std::to_string(indices.size()) + " samples came so far");
        }
        datasets.push_back(std::make_unique<RecordedCalls>(runner.inputs(model), calls[model].take()));
        watcher.log(LogLevel::Info, "record",
                    models[model].name + ": " + std::to_string(seen) + " calls, " +
                        std::to_string(datasets.back()->size()) + " kept");
    }
    return datasets;
}

std::vector<QuantizedModel> quantize_cascade(const std::vector<CascadeModel>& models, const Engine& engine,
                                             const std::vector<Options>& options, const RunOptions& run,
                                             Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    refuse_what_needs_one_model(options, run);
    if (options.size() != models.size() && options.size() != 1) {
        throw Error(ErrorCode::InvalidOption, "options",
                    "expected options for each of " + std::to_string(models.size()) + " models, or one for all; got " +
                        std::to_string(options.size()));
    }
    const auto& first = options.front();
    const auto data = record_inputs(
        models, engine,
        {.subset = first.subset, .sampling = first.sampling, .seed = first.seed, .skip_bad = first.skip_bad}, run,
        observer);
    std::vector<QuantizedModel> results;
    for (std::size_t i = 0; i < models.size(); ++i) {
        ModelObserver named(watcher, models[i].name);
        auto own = options.size() == 1 ? first : options[i];
        own.subset.reset();  // it was of the cascade's samples
        results.push_back(quantize(models[i].model, *data[i], own, run, &named));
    }
    return results;
}

double measure(const std::vector<CascadeModel>& models, const Engine& engine, Metric& metric, const RunOptions& run,
               Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    std::vector<std::size_t> indices(engine.size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    if (indices.empty()) {
        throw Error(ErrorCode::InvalidData, "data", "expected at least one sample, got none");
    }
    CascadeRunner runner(models, std::min(usable_threads(run.threads), indices.size()));
    watcher.phase("evaluate", indices.size());
    metric.reset();
    runner.run(
        engine, indices, false, false,
        [&](std::size_t position, CascadeOutcome&& outcome) {
            const std::string label = engine.label(indices[position]);
            try {
                metric.update(indices[position], label, outcome.outputs);
            } catch (const Error&) {
                throw;
            } catch (const std::exception& error) {
                std::throw_with_nested(Error(ErrorCode::InvalidData, label, error.what()));
            }
        },
        watcher);
    return metric.value();
}

double measure(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset, Metric& metric,
               const RunOptions& run, Observer* observer) {
    return measure({{"model", model}}, OneModel(dataset), metric, run, observer);
}

}  // namespace octet
