#include "octet/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "octet/error.hpp"

#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
#include "data/feed.hpp"
#include "data/model_inputs.hpp"
#include "data/rt_info.hpp"
#include "graph/expand_fake_quantize.hpp"
#include "metrics/checker_detection.hpp"
#include "metrics/checker_segmentation.hpp"
#include "metrics/classification.hpp"
#include "metrics/detection.hpp"
#include "metrics/segmentation.hpp"
#include "metrics/side_by_side.hpp"

namespace octet {
namespace {

void check(const EvaluateOptions& options) {
    const auto is_share = [](double x) { return x >= 0 && x <= 1; };
    if (!is_share(options.nms_iou)) {
        throw Error(ErrorCode::InvalidOption, "nms_iou", "expected a number from 0 to 1");
    }
    if (!std::isfinite(options.score_threshold) || options.score_threshold < 0) {
        throw Error(ErrorCode::InvalidOption, "score_threshold", "expected a number of at least 0");
    }
}

void check_count(const Labels& labels, std::size_t samples) {
    const std::size_t count = std::visit([](const auto& each) { return each.of_sample.size(); }, labels);
    if (samples == 0) {
        throw Error(ErrorCode::InvalidData, "", "no samples to evaluate the models on");
    }
    if (count != samples) {
        throw Error(
            ErrorCode::InvalidOption, "labels",
            "expected a label for each of " + std::to_string(samples) + " samples, got " + std::to_string(count));
    }
}

/// All that is the same for every task.
class Run {
public:
    Run(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
        const EvaluateOptions& options, std::size_t threads, Observer& observer)
        : options_(options),
          observer_(observer),
          feed_(*models.front(), dataset),
          threads_(std::min(usable_threads(threads), feed_.size())),
          models_count_(models.size()),
          outputs_count_(models.front()->outputs().size()),
          side_by_side_(models, feed_, threads_) {}

    const Feed& feed() const {
        return feed_;
    }

    /// Inputs and outputs of the first sample that can be read.
    std::pair<std::vector<ov::Tensor>, std::vector<ov::Tensor>> first_sample() {
        std::string skipped;
        for (std::size_t index = 0; index < feed_.size(); ++index) {
            if (auto inputs = read_inputs(feed_, index, options_.skip_bad, skipped)) {
                side_by_side_.run(0, *inputs, index);
                std::vector<ov::Tensor> copies;
                for (const auto& output : outputs(0, 0)) {
                    copies.emplace_back(output.get_element_type(), output.get_shape());
                    output.copy_to(copies.back());
                }
                return {*std::move(inputs), std::move(copies)};
            }
        }
        throw Error(ErrorCode::InvalidData, "", "none of the " + std::to_string(feed_.size()) + " samples can be read");
    }

    /// Scores all samples by `task`, several at once, and adds them up in their order.
    template <class Task>
    Evaluation operator()(Task& task) {
        Evaluation result;
        run_in_order<Outcome<Task>>(
            feed_.size(), threads_,
            [&](std::size_t worker, std::size_t index) { return score_sample(task, worker, index); },
            [&](std::size_t index, Outcome<Task>&& outcome) {
                if (outcome.scores.empty()) {
                    observer_.log(LogLevel::Warning, "evaluate", "skipped " + outcome.skipped);
                    result.skipped.push_back(std::move(outcome.skipped));
                } else {
                    SampleEvaluation sample{feed_.label(index)};
                    task.add(index, outcome.scores, sample);
                    result.of_sample.push_back(std::move(sample));
                }
                observer_.step(index + 1, feed_.size());
            },
            [&] { return observer_.cancelled(); });
        result.samples = result.of_sample.size();
        task.finish(result, observer_);
        return result;
    }

private:
    /// Each model's score of a sample, or why there is none.
    template <class Task>
    struct Outcome {
        std::vector<typename Task::Score> scores;
        std::string skipped;
    };

    std::vector<ov::Tensor> outputs(std::size_t worker, std::size_t model) {
        std::vector<ov::Tensor> tensors;
        for (std::size_t i = 0; i < outputs_count_; ++i) {
            tensors.push_back(side_by_side_.output(worker, model, i));
        }
        return tensors;
    }

    template <class Task>
    Outcome<Task> score_sample(const Task& task, std::size_t worker, std::size_t index) {
        Outcome<Task> outcome;
        if (const auto inputs = read_inputs(feed_, index, options_.skip_bad, outcome.skipped)) {
            side_by_side_.run(worker, *inputs, index);
            const auto truth = task.read(index, *inputs);
            for (std::size_t m = 0; m < models_count_; ++m) {
                outcome.scores.push_back(score(task, index, truth, outputs(worker, m)));
            }
        }
        return outcome;
    }

    // What a task complains of is the sample's, where it does not say itself.
    template <class Task>
    typename Task::Score score(const Task& task, std::size_t index, const typename Task::Truth& truth,
                               const std::vector<ov::Tensor>& tensors) const {
        try {
            return task.score(index, truth, tensors);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::UnsupportedModel) {
                throw;
            }
            throw at_sample(error, error.code(), feed_.label(index));
        }
    }

    const EvaluateOptions& options_;
    Observer& observer_;
    Feed feed_;
    std::size_t threads_, models_count_, outputs_count_;
    SideBySide side_by_side_;
};

Evaluation run_task(Run& run, const Labels& labels, const EvaluateOptions& options, const ov::Model& model,
                    const Preprocessing& preparation, std::size_t models, Observer& observer) {
    auto [inputs, outputs] = run.first_sample();
    const ModelFacts facts = model_facts(model, std::move(outputs), preparation);
    if (const auto* classes = std::get_if<ClassLabels>(&labels)) {
        Classification task(*classes, options, facts, run.feed(), models, observer);
        return run(task);
    }
    if (const auto* boxes = std::get_if<BoxLabels>(&labels); boxes != nullptr && options.checker) {
        CheckerDetection task(*boxes, *options.checker, facts, models);
        return run(task);
    }
    if (const auto* masks = std::get_if<MaskLabels>(&labels); masks != nullptr && options.checker) {
        CheckerSegmentation task(*masks, *options.checker, facts, models);
        return run(task);
    }
    if (const auto* boxes = std::get_if<BoxLabels>(&labels)) {
        Detection task(*boxes, options, facts, inputs, models, observer);
        return run(task);
    }
    Segmentation task(std::get<MaskLabels>(labels), options, facts, inputs, models);
    return run(task);
}

}  // namespace

Evaluation evaluate(const std::vector<std::shared_ptr<const ov::Model>>& models, const Dataset& dataset,
                    const Labels& labels, const EvaluateOptions& options, const RunOptions& run, Observer* observer) {
    Observer silent;
    Observer& watcher = observer ? *observer : silent;
    if (models.empty()) {
        throw Error(ErrorCode::InvalidOption, "models", "expected at least one model");
    }
    check(options);
    check_count(labels, dataset.size());
    std::vector<std::shared_ptr<const ov::Model>> runnable;
    for (const auto& model : models) {
        refuse_unlike_models(*models.front(), *model);
        runnable.push_back(runnable_copy(with_shapes(model, options.shapes)));
    }
    const std::string kept = dataset.preparation();
    watcher.phase("evaluate", dataset.size());
    Run all(runnable, dataset, options, run.threads, watcher);
    return run_task(all, labels, options, *runnable.front(),
                    kept.empty() ? options.preparation : parse_preparation(kept), models.size(), watcher);
}

}  // namespace octet
