#include "octet/cascade.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <filesystem>
#include <numeric>
#include <utility>

#include "octet/error.hpp"

#include "base/forwarding_observer.hpp"
#include "base/threads.hpp"
#include "data/sampling.hpp"
#include "pipeline/cascade_runner.hpp"
#include "pipeline/recorded_calls.hpp"

namespace octet {
namespace {

class RecordedCalls : public Dataset {
public:
    RecordedCalls(const std::vector<ModelInput>& inputs, std::vector<RecordedCall> calls,
                  std::vector<std::string> labels)
        : calls_(std::move(calls)), labels_(std::move(labels)) {
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
        return labels_.at(index);
    }

private:
    std::vector<std::string> names_;
    std::vector<RecordedCall> calls_;
    std::vector<std::string> labels_;
};

void check_index(std::size_t index, std::size_t size) {
    if (index >= size) {
        throw Error(ErrorCode::InvalidOption, "cascade",
                    "there is no number " + std::to_string(index) + " of " + std::to_string(size));
    }
}

std::vector<std::size_t> chosen_samples(const Engine& engine, const RecordOptions& options) {
    const std::size_t size = engine.size();
    const std::size_t count = std::min(size, options.subset.value_or(size));
    if (count == 0) {
        throw Error(size == 0 ? ErrorCode::InvalidData : ErrorCode::InvalidOption, size == 0 ? "data" : "subset",
                    "expected at least one sample, got none");
    }
    return choose_indices(size, count, options.sampling, options.seed);
}

void refuse_what_needs_one_model(const Options& options, const RunOptions& run) {
    if (options.states == States::Keep) {
        throw Error(ErrorCode::InvalidOption, "states",
                    "a cascade cannot keep them: calls of different samples follow one another");
    }
    if (run.offline) {
        throw Error(ErrorCode::InvalidOption, "offline",
                    "a cascade must run on its samples, to know what its models are called with");
    }
}

/// FILE_<name>.<extension>: statistics are of one model.
std::filesystem::path statistics_of(const std::filesystem::path& file, const std::string& name) {
    const auto stem = file.stem().string() + "_" + name + file.extension().string();
    return file.empty() ? file : file.parent_path() / stem;
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

/// Some of an engine's samples.
class SelectedEngine final : public Engine {
public:
    SelectedEngine(const Engine& engine, std::vector<std::size_t> indices)
        : engine_(engine), indices_(std::move(indices)) {
        for (const std::size_t index : indices_) {
            check_index(index, engine_.size());
        }
    }

    std::size_t size() const override {
        return indices_.size();
    }
    std::vector<ov::Tensor> run(std::size_t index, const Infer& infer) const override {
        return engine_.run(indices_.at(index), infer);
    }
    std::string label(std::size_t index) const override {
        return engine_.label(indices_.at(index));
    }

private:
    const Engine& engine_;
    std::vector<std::size_t> indices_;
};

}  // namespace

Engine::~Engine() = default;

std::string Engine::label(std::size_t index) const {
    return "sample " + std::to_string(index);
}

Metric::~Metric() = default;

std::unique_ptr<Engine> select_samples(const Engine& engine, std::vector<std::size_t> indices) {
    return std::make_unique<SelectedEngine>(engine, std::move(indices));
}

RecordedInputs record_inputs(const std::vector<CascadeModel>& models, const Engine& engine,
                             const RecordOptions& options, const RunOptions& run, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    const auto indices = chosen_samples(engine, options);
    CascadeRunner runner(models, std::min(usable_threads(run.threads), indices.size()));
    std::deque<CallReservoir> reservoirs;  // which cannot move
    for (std::size_t i = 0; i < models.size(); ++i) {
        reservoirs.emplace_back(options.calls, options.bytes);
    }
    RecordedInputs recorded{.of_model = {}, .samples = indices.size()};
    std::vector<std::size_t> seen(models.size()), bad;
    watcher.phase("record", indices.size());
    runner.run(
        engine, indices,
        [&](std::size_t model, const CallPlace& place, const std::vector<ov::Tensor>& inputs) {
            reservoirs[model].offer(place, inputs);
        },
        options.skip_bad,
        [&](std::size_t position, CascadeOutcome&& outcome) {
            if (!outcome.failure.empty()) {
                watcher.log(LogLevel::Warning, "record", "skipped " + outcome.failure);
                recorded.bad_samples.push_back(outcome.failure);
                bad.push_back(position);
            }
            for (std::size_t model = 0; model < outcome.calls.size(); ++model) {
                seen[model] += outcome.calls[model];
            }
        },
        watcher);
    for (std::size_t model = 0; model < models.size(); ++model) {
        auto calls = reservoirs[model].take(bad);
        if (calls.empty()) {
            throw Error(ErrorCode::InvalidData, models[model].name,
                        bad.size() == indices.size()
                            ? "was never called: all samples were skipped; the first: " + recorded.bad_samples.front()
                        : seen[model] == 0
                            ? "was never called: none of " + std::to_string(indices.size()) + " samples came so far"
                            : "all calls that there was room for are of skipped samples");
        }
        std::vector<std::string> labels;
        for (const auto& call : calls) {
            labels.push_back(engine.label(indices[call.place.sample]) + ", " + models[model].name + " call " +
                             std::to_string(call.place.call));
        }
        watcher.log(LogLevel::Info, "record",
                    models[model].name + ": " + std::to_string(seen[model]) + " calls, " +
                        std::to_string(calls.size()) + " kept");
        recorded.of_model.push_back(
            std::make_unique<RecordedCalls>(runner.inputs(model), std::move(calls), std::move(labels)));
    }
    return recorded;
}

QuantizedModel quantize_recorded(const std::vector<CascadeModel>& models, const RecordedInputs& inputs,
                                 std::size_t which, const Options& options, const std::optional<RecipeOptions>& recipe,
                                 const RunOptions& run, Observer* observer) {
    check_index(which, std::min(models.size(), inputs.of_model.size()));
    refuse_what_needs_one_model(options, run);
    const auto& [name, model] = models[which];
    if (!inputs.of_model[which]) {
        throw Error(ErrorCode::InvalidOption, name, "its recorded inputs were taken away");
    }
    const auto& calls = *inputs.of_model[which];
    Observer silent;
    ModelObserver named(observer ? *observer : silent, name);
    auto of_calls = options;
    of_calls.subset.reset();  // it was of the cascade's samples
    auto own = run;
    own.statistics = statistics_of(run.statistics, name);
    auto result = recipe ? quantize_by_recipe(model, calls, of_calls, *recipe, own, &named).model
                         : quantize(model, calls, of_calls, own, &named);
    result.options.subset = inputs.samples;
    auto& bad = result.report.bad_samples;
    bad.insert(bad.begin(), inputs.bad_samples.begin(), inputs.bad_samples.end());
    return result;
}

std::vector<QuantizedModel> quantize_cascade(const std::vector<CascadeModel>& models, const Engine& engine,
                                             const std::vector<Options>& options, const RunOptions& run,
                                             Observer* observer) {
    if (options.empty() || (options.size() != models.size() && options.size() != 1)) {
        throw Error(ErrorCode::InvalidOption, "options",
                    "expected options for each of " + std::to_string(models.size()) + " models, or one for all; got " +
                        std::to_string(options.size()));
    }
    for (const auto& each : options) {
        refuse_what_needs_one_model(each, run);
    }
    const auto& first = options.front();
    auto inputs = record_inputs(
        models, engine,
        {.subset = first.subset, .sampling = first.sampling, .seed = first.seed, .skip_bad = first.skip_bad}, run,
        observer);
    std::vector<QuantizedModel> results;
    for (std::size_t i = 0; i < models.size(); ++i) {
        results.push_back(
            quantize_recorded(models, inputs, i, options.size() == 1 ? first : options[i], {}, run, observer));
        inputs.of_model[i].reset();  // its memory is the next one's
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
        engine, indices, {}, false,
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
