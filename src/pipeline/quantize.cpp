#include "octet/quantize.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "octet/error.hpp"
#include "octet/model_io.hpp"

#include "algorithms/algorithm.hpp"
#include "algorithms/trial.hpp"
#include "base/memory.hpp"
#include "base/text.hpp"
#include "data/feed.hpp"
#include "graph/bodies.hpp"
#include "graph/fold_channel_scales.hpp"
#include "graph/index.hpp"
#include "graph/inspect.hpp"
#include "graph/names.hpp"
#include "graph/prepare.hpp"
#include "graph/write.hpp"
#include "pipeline/measurement.hpp"
#include "pipeline/run.hpp"
#include "pipeline/shapes.hpp"
#include "pipeline/validate.hpp"
#include "placement/ignored.hpp"
#include "placement/schemes.hpp"

namespace octet {
namespace {

/// The algorithm after which quantizers are there and nothing is corrected yet.
constexpr const char* kInsertsQuantizers = "MinMaxQuantization";

/// Names, times and reports the steps of a run.
class Phases {
public:
    Phases(Observer& observer, std::vector<PhaseTime>& times, std::size_t max_memory)
        : observer_(observer), times_(times), max_memory_(max_memory) {}

    void run(const std::string& name, std::size_t total, const std::function<void()>& step) {
        if (observer_.cancelled()) {
            throw Error(ErrorCode::Cancelled, "", "cancelled");
        }
        observer_.phase(name, total);
        const std::size_t peak_before = peak_resident_bytes();
        const auto start = std::chrono::steady_clock::now();
        step();
        times_.push_back({name, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
        if (const std::size_t peak = peak_resident_bytes();
            peak > peak_before && peak > max_memory_ && max_memory_ > 0) {
            observer_.log(LogLevel::Warning, name,
                          "the phase " + name + " took up to " + megabytes(peak) + " of memory, more than the " +
                              megabytes(max_memory_) + " of the limit");
        }
    }

private:
    Observer& observer_;
    std::vector<PhaseTime>& times_;
    std::size_t max_memory_;  // 0: no limit
};

void announce_model_type(const ov::Model& model, Options& options, Report& report, Observer& observer) {
    if (options.model_type == ModelType::Auto) {
        const std::string found = find_transformer(GraphIndex(model));
        options.model_type = found.empty() ? ModelType::None : ModelType::Transformer;
        observer.log(LogLevel::Info, "place",
                     found.empty() ? "model type: none (no attention or layer normalization found)"
                                   : "model type: transformer (" + found + ")");
    }
    report.model_type = options.model_type == ModelType::Transformer ? "transformer" : "none";
}

void announce_states(const ov::Model& model, const Options& options, Observer& observer) {
    const bool is_kept = options.states == States::Keep;
    if (model.get_variables().empty()) {
        if (is_kept) {
            observer.log(LogLevel::Warning, "place", "states: no effect, as the model has no state");
        }
        return;
    }
    observer.log(is_kept ? LogLevel::Info : LogLevel::Warning, "place",
                 is_kept ? "the model has a state; it is kept from sample to sample of a sequence"
                         : "the model has a state; each sample is measured from the initial one (--states keep: from "
                           "what the sample before it left)");
}

/// The quantizers as the finished graph has them, with what only the plan knows.
void report_quantizers(const ov::Model& model, const QuantizerPlan& plan, const Statistics& statistics,
                       Report& report) {
    std::map<std::string, const Quantizer*> planned;
    std::set<const ov::Node*> operations;
    for (const auto& quantizer : plan.quantizers) {
        planned.emplace(quantizer.prefix + quantizer.name, &quantizer);
        for (const auto& input : quantizer.inputs) {
            operations.insert(input.operations.begin(), input.operations.end());
        }
    }
    report.quantizers = inspect(model);
    for (auto& info : report.quantizers) {
        const auto found = planned.find(info.name);
        if (found == planned.end()) {
            continue;
        }
        const auto& quantizer = *found->second;
        info.bits = quantizer.scheme.bits;
        info.mode = quantizer.scheme.mode == Mode::Symmetric ? "symmetric" : "asymmetric";
        info.granularity = quantizer.scheme.granularity == Granularity::PerChannel ? "perchannel" : "pertensor";
        if (const auto* facts = statistics.facts(quantizer.tensor)) {
            info.samples = facts->samples;
        }
    }
    for (const auto& part : all_graphs(model)) {
        for (const auto& node : part.model->get_ordered_ops()) {
            if (operations.count(node.get())) {
                report.quantized.push_back(part.prefix + node->get_friendly_name());
            }
        }
    }
    report.left = plan.left;
}

/// The samples whose outputs in floating point the algorithms want to know.
std::vector<std::size_t> tried_samples(const std::vector<std::unique_ptr<Algorithm>>& algorithms,
                                       const Context& context) {
    const bool are_tried = context.original->get_variables().empty() &&
                           std::any_of(algorithms.begin(), algorithms.end(),
                                       [](const auto& algorithm) { return algorithm->tries_outputs(); });
    return are_tried ? trial_samples(context) : std::vector<std::size_t>{};
}

/// Those that a run without data needs: the trials', and the one that save() runs.
std::vector<std::size_t> kept_samples(const Context& context) {
    auto samples = trial_samples(context);
    samples.push_back(0);
    return samples;
}

void keep_preparation(ov::Model& model, const std::string& preparation) {
    if (!preparation.empty()) {
        model.set_rt_info(preparation, "octet", "preparation");
    }
}

}  // namespace

QuantizedModel quantize(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset, const Options& options,
                        const RunOptions& run, Observer* observer) {
    Observer silent;
    return quantize_inspected(model, dataset, options, run, observer ? *observer : silent, {});
}

QuantizedModel quantize_inspected(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                  const Options& options, const RunOptions& run, Observer& watch,
                                  const Inspection& inspect) {
    QuantizedModel result;
    result.options = options;
    result.original = model;
    Report& report = result.report;
    Phases phases(watch, report.phases, run.max_memory);

    refuse_quantized(*model);
    for (const auto& remark : check_scope(*model, options.ignored)) {
        watch.log(LogLevel::Warning, "place", remark);
    }
    check_names(*model, options.tuning.ignored, "tuning_ignored_scope");
    check_names(*model, options.weights.int16_scope, "weights.int16_scope");
    check_names(*model, options.activations.int16_scope, "activations.int16_scope");
    check_names(*model, options.outputs.int16_scope, "outputs.int16_scope");
    name_unnamed_operations(*model);  // else the copy keeps names that count what this process made so far
    result.model = model->clone();
    Measurement measurement(model, dataset, result.options, run, watch);

    phases.run("prepare", 0, [&] {
        check_shapes(*result.model, options);
        report.changes = prepare(*result.model, options.fold);
        name_unnamed_operations(*result.model);
    });
    QuantizerPlan plan;
    phases.run("place", 0, [&] {
        announce_model_type(*result.model, result.options, report, watch);
        plan = place_quantizers(*result.model, result.options);
        for (const auto& scope : unused_scopes(plan, result.options)) {
            watch.log(LogLevel::Warning, "place", scope + " has no effect, as no such tensor is quantized");
        }
        check_constants(*result.model, plan);
        leave_masks(plan);
        announce_states(*result.model, options, watch);
    });

    const auto algorithms = make_algorithms(result.options);
    Statistics statistics;
    Context context{
        .options = result.options, .plan = plan, .statistics = statistics, .observer = watch, .threads = run.threads};
    StatisticPlan questions;
    for (const auto& algorithm : algorithms) {
        algorithm->request(*result.model, context, questions);
    }
    phases.run("calibrate", measurement.size(), [&] {
        const CalibrationShapes shapes(*result.model, result.options);
        context.samples = measurement.size();
        context.original = result.model;
        auto measured = measurement.measure(result.model, questions, tried_samples(algorithms, context));
        statistics = std::move(measured.statistics);
        report.samples = measured.samples.size();
        report.samples_given = measurement.size();
        report.has_converged = measured.has_converged;
        report.bad_samples = measured.bad_samples;
        if (report.samples == measurement.size()) {  // else they have other numbers
            context.outputs = std::move(measured.outputs);
        }
    });

    Uncorrected uncorrected;
    std::optional<ReversibleModel> reversible;
    phases.run("correct", algorithms.size(), [&] {
        auto shapes = std::make_unique<CalibrationShapes>(*result.model, result.options);
        const Feed feed(*result.model, measurement.measured());
        result.sample = feed(0);
        context.samples = feed.size();
        context.sample = [&](std::size_t index) { return feed(index); };
        context.original = result.model->clone();
        measurement.save(*result.model, kept_samples(context));
        std::size_t done = 0;
        std::string phase = "correct";
        for (const auto& algorithm : algorithms) {
            if (algorithm->phase() != phase) {
                phase = algorithm->phase();
                watch.phase(phase, 0);
            }
            const auto trial = context.trial;
            const auto changes = algorithm->apply(*result.model, context);
            if (context.trial == trial) {
                context.trial.reset();  // it was of the model before
            }
            if (inspect && algorithm->name() == kInsertsQuantizers) {
                uncorrected = Uncorrected(plan);
            }
            report.changes.insert(report.changes.end(), changes.begin(), changes.end());
            if (const auto stale = statistics.stale(); !stale.empty()) {
                statistics.merge(measurement.measure_again(result.model, stale));
            }
            ++done;
            if (phase == "correct") {
                watch.step(done, algorithms.size());
            }
        }
        if (inspect && result.model->get_variables().empty()) {
            output_error(context);  // while the samples can be read
        }
        shapes.reset();
        if (inspect) {
            reversible.emplace(*result.model, plan, uncorrected);
        }
        fold_channel_scales(*result.model);
        if (!options.keep_uncompressed_weights) {
            compress_weights(*result.model);
        }
        if (options.fp16) {
            compress_constants_to_fp16(*result.model);
        }
        report_quantizers(*result.model, plan, statistics, report);
        keep_preparation(*result.model, measurement.preparation());
    });
    if (inspect) {
        inspect(result, *reversible, context.output_error);
    }
    return result;
}

}  // namespace octet
