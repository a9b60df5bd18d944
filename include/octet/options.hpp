#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/partial_shape.hpp>

#include "octet/export.hpp"

namespace octet {

/// A row of the table of option values in src/config/profiles.cpp; see profile_options().
enum class Profile {
    Octet,  ///< what measures best
    Pot,    ///< what POT 2023.3 does, less its errors
};

enum class Preset {
    Performance,  ///< symmetric weights and activations
    Mixed,        ///< symmetric weights, asymmetric activations
    Accuracy,     ///< asymmetric weights and activations, where the target has them
};

enum class ModelType {
    Auto,         ///< look for attention and layer normalization, and say what was found
    None,         ///< a convolutional or otherwise plain model
    Transformer,  ///< keep residual additions and normalizations in floating point
};

enum class Mode { Symmetric, Asymmetric };
enum class Granularity { PerTensor, PerChannel };

/// What gives one end of a range, or, from Percentile on, both together: those look at the histogram of all samples'
/// values, have no aggregator, and are for tensors with one range; of weights Mse and OutputMse, for each output
/// channel. POT: `type`.
enum class RangeStatistic {
    Min,
    Max,
    AbsMax,
    Quantile,     ///< linearly interpolated at `outlier_prob` (min) or 1 - `outlier_prob` (max)
    AbsQuantile,  ///< the same of |x|
    Percentile,   ///< leaves out `outlier_prob` of all samples' values together, not of each sample's as Quantile does
    Mse,          ///< the least squared error of the quantized values
    OutputMse,    ///< the same, where an error of an input channel counts by the squares of the weights that it meets;
                  ///< of weights by the mean square of the input channel that they meet
    Kl,           ///< the least Kullback-Leibler divergence of the quantized values' distribution, as TensorRT has it
};

/// What makes one number of the samples' numbers. `NoOutliers`: of those within the quantiles 0.01 and 0.99.
enum class Aggregator { Mean, Max, Min, Median, MeanNoOutliers, MedianNoOutliers, HodgesLehmann };

/// Which row of the default range estimators is taken before `min` and `max` override it.
enum class RangePreset {
    Default,
    Quantile,  ///< quantiles at 1e-4 instead of extremes
};

/// One end of a range; what is unset comes from the RangePreset's row.
struct RangeEndOptions {
    std::optional<RangeStatistic> type{};
    std::optional<double> outlier_prob{};  ///< in [0, 1); a quantile or percentile without one takes 1e-4
    std::optional<Granularity> granularity{};
    std::optional<double> clipping_value{};  ///< the end goes no further out than this
    std::optional<Aggregator> aggregator{};  ///< activations only
    bool operator==(const RangeEndOptions&) const = default;
};

struct RangeEstimatorOptions {
    std::optional<RangePreset> preset{};
    RangeEndOptions min{}, max{};
    bool operator==(const RangeEstimatorOptions&) const = default;
};

/// What the user asks of the quantizers of one kind. What is unset comes from the target's table.
struct TensorOptions {
    std::optional<int> bits{};  ///< 2 ... 32
    std::optional<Mode> mode{};
    std::optional<Granularity> granularity{};
    std::optional<std::int64_t> level_low{}, level_high{};
    std::optional<RangeEstimatorOptions> range_estimator{};  ///< set: instead of the global one
    /// Operations for whose sake 16 bits are taken, whatever `bits` and the levels say; also where others share the
    /// tensor. Names as in IgnoredScope.
    std::vector<std::string> int16_scope{};
    bool operator==(const TensorOptions&) const = default;
};

/// Where weights are put on half of the grid, because 8-bit products may saturate without VNNI. CPU and ANY only.
enum class SaturationFix { FirstLayer, All, No };

/// How FastBiasCorrection finds the new bias b' (W: weights, W': quantized, x and y: means of input and output).
enum class BiasFormula {
    Difference,  ///< b' = b + (W - W')*x
    OutputMean,  ///< b' = y - W'*x, as POT
};

/// Which samples of the data a subset takes.
enum class Sampling {
    Spread,   ///< evenly spread over the data
    First,    ///< the first ones, as POT
    Shuffle,  ///< random ones by `seed`, as POT with shuffle_data (Python's random.sample)
};

/// From which state a model with variables runs each sample of the calibration subset.
enum class States {
    Reset,  ///< the initial one
    Keep,   ///< the one that the sample before it in its sequence left. Samples whose labels name the same folder are a
            ///< sequence, in their order
};

/// Operations of a type, in any letter case, whose attributes all have the given values (as OpenVINO prints them).
struct IgnoredType {
    std::string type;
    std::map<std::string, std::string> attributes{};
    bool operator==(const IgnoredType&) const = default;
};

/// All operations on a path from one of `inputs` to one of `outputs` (friendly names), these included.
struct IgnoredRegion {
    std::vector<std::string> inputs{}, outputs{};
    bool operator==(const IgnoredRegion&) const = default;
};

/// What stays in floating point.
struct IgnoredScope {
    std::vector<std::string> names{};  ///< friendly names of operations; `re:REGEX` (RE2, whole name) for several.
                                       ///< Inside a body: the names of the operations around it joined with `|`
    std::vector<IgnoredType> types{};
    std::vector<IgnoredRegion> regions{};
    bool skip_model = false;  ///< no FakeQuantize at all
};

/// How LayerwiseTuning finds a layer's weights.
enum class TuningMethod {
    LeastSquares,  ///< the nearest weights, in closed form, then the best way to round them
    AdaRound,      ///< the same, and rounding up or down is learned, too, which takes longer
    Gradient,      ///< steps down the gradient of the squared error, as POT
};

enum class Optimizer { Adam, Sgd };

/// Learning rates of a quantizer's range: of its logarithm.
struct RangeRates {
    std::optional<double> scale_lr{};  ///< unset: TuningOptions::scale_lr
    bool operator==(const RangeRates&) const = default;
};

/// Of LayerwiseTuning; all but the first three of TuningMethod::Gradient, the number of steps of AdaRound, too. Names
/// and defaults are POT's.
struct TuningOptions {
    TuningMethod method = TuningMethod::LeastSquares;
    std::vector<std::string> ignored{};  ///< friendly names of operations that are not tuned; `re:REGEX` for several
    /// Of LeastSquares and AdaRound: also the range of a layer's input, from half to 1.2 times as wide, where the input
    /// has one range that no other operation reads. Gradient tunes it in any case.
    bool input_ranges = false;
    std::optional<std::size_t> samples{};  ///< at most so many of the subset; unset: by the model's work, up to 128
    Optimizer optimizer = Optimizer::Adam;
    std::size_t batch_size = 25;                ///< samples of a step
    std::size_t num_samples_for_tuning = 5000;  ///< over batch_size: steps
    bool update_every_batch = true;             ///< other samples at every step; false: the same all the time
    bool only_on_loss_increase = false;         ///< step only where the loss is above that of the step before
    double weights_lr = 1e-5, bias_lr = 1e-4, scale_lr = 1e-6, weight_decay = 0;
    RangeRates weight_fq{}, input_fq{};
};

/// All that changes the result of quantize(). Options{} is the profile Octet.
struct Options {
    Profile profile = Profile::Octet;
    /// By the names of the registry, in order. DefaultQuantization stands for ActivationChannelAlignment, SmoothQuant,
    /// MinMaxQuantization, FastBiasCorrection, RangeSelection, RangeSearch, ActivationBiasCorrection or BiasCorrection,
    /// and OverflowCorrection on GNA, as far as the options below ask for them.
    std::vector<std::string> algorithms{"DefaultQuantization"};
    Preset preset = Preset::Performance;
    ModelType model_type = ModelType::Auto;
    std::string target_device = "ANY";    ///< ANY, CPU, CPU_SPR, GPU, NPU, GNA, GNA3, GNA3.5, in any letter case
    std::string hardware_rules{};         ///< a user's own table (JSON text) instead of the target's
    std::optional<std::size_t> subset{};  ///< samples used; unset: all; 0 is refused
    Sampling sampling = Sampling::Spread;
    std::uint64_t seed = 0;  ///< of Sampling::Shuffle
    /// Take no more samples than needed: stop once the means over the samples of what is measured move by no more than
    /// this part of a tensor's range, in (0, 1). Unset: measure all.
    std::optional<double> converge{};
    States states = States::Reset;
    bool split_batches = true;  ///< measure the items of a batch one by one, as at batch 1
    IgnoredScope ignored{};
    RangeEstimatorOptions range_estimator{};
    TensorOptions weights{}, activations{}, outputs{};
    bool smooth_quant = true;          ///< move the spread of MatMuls' input channels into their weights (SmoothQuant)
    bool smooth_convolutions = false;  ///< the same for convolutions
    /// Try what histograms say of activations' ranges, and take it where the outputs come nearer by it (RangeSearch).
    bool range_search = false;
    bool range_selection = true;  ///< choose the width of activations' ranges by the outputs' error (RangeSelection)
    SaturationFix saturation_fix = SaturationFix::FirstLayer;
    /// Leave a constant scale and shift behind an activation in floating point, where they run in the loop of the
    /// convolution before it.
    bool fuse_activation_scales = true;
    /// Quantize also what gains nothing by it: what the device computes in floating point all the same (Divide, Power,
    /// comparisons, …), additions and the like without a neighbour in INT8, means that nothing in INT8 reads.
    bool quantize_unaccelerated = false;
    /// Quantizers do not move above a Maximum or Minimum with a constant (an activation) or above what picks a part of
    /// a tensor that something else reads in floating point, and ranges per channel end where an operation in between
    /// may give the channels another place. Recurrent operations whose state is an input of the model, or kept by it,
    /// stay in floating point, as errors add up in it. False: all as in POT.
    bool careful_propagation = true;
    /// Activations of more than 8 bits have ranges that hold all that was measured, as their steps are small enough.
    /// False: what samples show on average, as POT. An aggregator that is given stands above both.
    bool full_range_16bit = true;
    bool fold = true;  ///< fold BatchNorm, scales, constants, decomposed operations first
    bool channel_alignment = false;
    bool bias_correction = true;
    bool use_fast_bias = true;
    BiasFormula bias_formula = BiasFormula::Difference;
    /// Biases make up for quantized activations, too: ActivationBiasCorrection follows FastBiasCorrection;
    /// BiasCorrection follows it instead, and sees them.
    bool simulate_activations = true;
    bool use_layerwise_tuning = false;  ///< fit the weights layer by layer (LayerwiseTuning)
    TuningOptions tuning{};
    /// Of bias corrections. Unset: BiasFormula::OutputMean 2, with BiasCorrection 1000; BiasFormula::Difference none.
    std::optional<double> threshold{};
    bool apply_for_all_nodes = false;                  ///< correct biases without quantized weights, too
    bool inplace_statistics = true;                    ///< no effect on the result: statistics are exact either way
    bool keep_uncompressed_weights = false;            ///< leave weights f32 under FakeQuantize
    bool fp16 = false;                                 ///< store the constants that stay floating point as f16
    std::map<std::string, ov::PartialShape> shapes{};  ///< calibrate at these shapes; empty key: the only input
    bool reshape = false;                              ///< write the model with `shapes` instead of its own axes
    bool skip_bad = false;                             ///< go on without samples that cannot be read, and report them
};

/// The options of a profile: Options{} with that row of the table.
OCTET_API Options profile_options(Profile profile);

/// What changes the cost of a run and never its result.
struct RunOptions {
    std::size_t threads = 0;  ///< 0: all that this process may use
    /// Bytes of memory that this process should stay within while it measures, by fewer threads. 0: no limit. Where one
    /// thread takes more, it goes on and warns.
    std::size_t max_memory = 0;
    /// A file of statistics: what it holds is not measured again, and what was missing is added. Empty: none.
    std::filesystem::path statistics{};
    /// Measure all that other options may ask for, too, and make the file; one of another model or of other data is
    /// replaced. False: the file must be there, and of this model and data.
    bool save_statistics = false;
    bool for_other_options = true;  ///< of save_statistics; false: measure only what these options ask for
    /// Measure nothing: all must be in the file, else Error(InvalidOption). The dataset may then be empty.
    bool offline = false;
    double checkpoint_seconds = 5;  ///< after which what was measured is written to the file, to go on from
};

}  // namespace octet
