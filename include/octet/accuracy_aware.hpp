#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/evaluate.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/quantize.hpp"

namespace octet {

enum class DropType {
    Absolute,  ///< original - quantized, in the metric's unit: 0.01 of an accuracy is one percentage point
    Relative,  ///< the same as a share of the original's value
};

/// What the quantized model is judged by. All metrics are the better the larger.
struct AccuracyMetric {
    /// With labels one that evaluate() gives ("accuracy@top1", "mAP@[.5:.95]", "mean IoU", …; in any letter case;
    /// "accuracy" is "accuracy@top1"). Without:
    /// - "agreement": the share of samples whose highest score both models give to the same class; the original has 1;
    /// - "sqnr": how near all outputs are to the original's, in dB, of their mean share of noise. The drop is the share
    /// of noise in the outputs'
    ///   power, 10^(-sqnr/10): a maximal drop of 0.01 asks for 20 dB, 0.001 for 30 dB. With a `baseline_value` B the
    ///   drop is B - sqnr, in dB: "at least B less the maximal drop".
    std::string name;
    std::string type{};                      ///< as POT's configurations have it; not read
    std::optional<double> baseline_value{};  ///< the original's value; where all metrics have it, it is not measured
};

/// What AccuracyAwareQuantization goes by; names and defaults are POT's.
struct AccuracyOptions {
    double maximal_drop = 0.01;  ///< what each metric may lose, at least 0
    DropType drop_type = DropType::Absolute;
    /// On how many samples blocks are ranked: those on which the outputs lost most. At least 1; unset: 300, or all.
    std::optional<std::size_t> ranking_subset_size{};
    std::optional<std::size_t> max_iter_num{};  ///< how many blocks may be tried; unset: all
    /// From which share of the samples, in (0, 1], the ranking's are taken, where all metrics have a baseline_value.
    double metric_subset_ratio = 0.5;
    /// Where two blocks in a row made it worse: go back to the state before them.
    bool use_prev_if_drop_increase = true;
    std::string base_algorithm{};          ///< what quantizes; empty: Options::algorithms
    bool convert_to_mixed_preset = false;  ///< try Preset::Mixed first, where the preset is Performance
    bool tune_hyperparams = false;         ///< try other range estimators and the other bias correction first
    /// Empty: with labels all that evaluate() gives but the top-k above 1; without labels "agreement" where an output
    /// is a score per class, else "sqnr".
    std::vector<AccuracyMetric> metrics{};
    /// Without labels: the original's predictions stand for labels, that is "agreement", on the samples where the
    /// original is sure.
    bool annotation_free = false;
    double annotation_conf_threshold = 0.6;  ///< what its highest score must have as a probability, in [0, 1]

    /// A metric of one's own, the better the larger, instead of all others: of a model on some samples of the dataset.
    std::function<double(const std::shared_ptr<const ov::Model>& model, const Dataset& samples)> metric{};

    /// What `labels` belong to and metrics are measured on, where that is not what is calibrated on; not owned.
    const Dataset* judged_on = nullptr;
    EvaluateOptions evaluation{};          ///< how labels are compared; shapes and skip_bad are those of Options
    std::filesystem::path intermediate{};  ///< a folder to save each accepted state in; empty: none
};

struct MetricOutcome {
    std::string name;
    double original = 0, quantized = 0;  ///< of "sqnr" without baseline_value the original is infinite
    double drop = 0;                     ///< as maximal_drop counts it
};

/// One state that was tried.
struct AccuracyStep {
    std::string what;  ///< "quantized", "mixed preset", "conv_12 in floating point", "weights of fc in 16 bits", …
    std::vector<MetricOutcome> metrics{};
    bool is_kept = true;  ///< false: worse than the state before
};

struct AccuracyAwareResult {
    QuantizedModel quantized;  ///< of the best state; its options are those that give it again by quantize()
    bool is_reached = false;   ///< does every metric keep to maximal_drop?
    std::vector<MetricOutcome> metrics;
    std::vector<AccuracyStep> steps;
};

/// Quantizes and, for as long as a metric loses more than allowed, leaves more operations in floating point (on GNA:
/// gives them more bits):
/// AccuracyAwareQuantization of POT.
///
/// Evaluates the original and what quantize() makes; then, where asked for, Preset::Mixed and other range estimators;
/// then ranks the blocks of measure_sensitivity() by the metric on the samples that lost most, each block in floating
/// point by itself (the 16 that cost the outputs most; the others follow by that cost), and takes the best ones back
/// for good, one after the other: each time quantized anew with a larger ignored scope and evaluated on all samples.
/// The data is run for statistics once.
///
/// On GNA devices, which have no floating point, quantizers of up to 256 levels get 16 bits instead
/// (TensorOptions::int16_scope), and the baseline is the model with Preset::Accuracy: on GNA weights; on GNA3 weights,
/// of a convolution together with its input; on GNA3.5 weights and inputs, each by itself.
///
/// `labels`: of every sample of `dataset`, or of AccuracyOptions::judged_on; unset: see AccuracyOptions::metrics. The
/// result is the same whatever RunOptions say. Phases besides those of quantize(): "evaluate", "rank". Throws what
/// quantize(), evaluate() and save() throw, Error(InvalidOption) for AccuracyOptions out of range or Preset::Accuracy
/// on a GNA device. A goal that is missed is no error.
OCTET_API AccuracyAwareResult quantize_with_accuracy(const std::shared_ptr<const ov::Model>& model,
                                                     const Dataset& dataset, const std::optional<Labels>& labels,
                                                     const Options& options = {}, const AccuracyOptions& accuracy = {},
                                                     const RunOptions& run = {}, Observer* observer = nullptr);

}  // namespace octet
