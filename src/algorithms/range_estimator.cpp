#include "algorithms/range_estimator.hpp"

#include <string>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr double kOutlierProbability = 1e-4;
constexpr int kFewBits = 8;  // with more than these a range may be wide

struct EndDefault {
    RangeStatistic type;
    Aggregator aggregator;
    bool per_tensor_only = false;  // measured on the whole tensor even where the scheme is per channel
};

struct Row {
    bool is_weights;
    Mode mode;
    Granularity granularity;  // of the scheme; weights: any
    EndDefault min, max;
};

// POT's default range estimators.
constexpr Row kDefaults[] = {
    {false,
     Mode::Symmetric,
     Granularity::PerTensor,
     {RangeStatistic::Min, Aggregator::Min},
     {RangeStatistic::AbsMax, Aggregator::Mean}},
    {false,
     Mode::Asymmetric,
     Granularity::PerTensor,
     {RangeStatistic::Min, Aggregator::Mean},
     {RangeStatistic::Max, Aggregator::Mean}},
    {false,
     Mode::Symmetric,
     Granularity::PerChannel,
     {RangeStatistic::Min, Aggregator::Min, true},
     {RangeStatistic::AbsMax, Aggregator::Max}},
    {false,
     Mode::Asymmetric,
     Granularity::PerChannel,
     {RangeStatistic::Min, Aggregator::Min},
     {RangeStatistic::Max, Aggregator::Max}},
    {true,
     Mode::Symmetric,
     Granularity::PerTensor,
     {RangeStatistic::Min, Aggregator::Min},
     {RangeStatistic::AbsMax, Aggregator::Max}},
    {true,
     Mode::Asymmetric,
     Granularity::PerTensor,
     {RangeStatistic::Min, Aggregator::Min},
     {RangeStatistic::Max, Aggregator::Max}},
};

const Row& default_row(TensorKind kind, const Scheme& scheme) {
    const bool is_weights = kind == TensorKind::Weights;
    const auto granularity = is_weights ? Granularity::PerTensor : scheme.granularity;
    for (const auto& row : kDefaults) {
        if (row.is_weights == is_weights && row.mode == scheme.mode && row.granularity == granularity) {
            return row;
        }
    }
    return kDefaults[0];
}

/// The quantile that stands for an extreme in the preset `quantile`.
RangeStatistic quantile_for(RangeStatistic type) {
    return type == RangeStatistic::AbsMax ? RangeStatistic::AbsQuantile : RangeStatistic::Quantile;
}

Measure measure_of(RangeStatistic type, double probability) {
    switch (type) {
        case RangeStatistic::Min:
            return {Reducer::Min, 0};
        case RangeStatistic::Max:
            return {Reducer::Max, 0};
        case RangeStatistic::AbsMax:
            return {Reducer::AbsMax, 0};
        case RangeStatistic::Quantile:
            return {Reducer::Quantile, probability};
        case RangeStatistic::AbsQuantile:
            return {Reducer::AbsQuantile, probability};
        default:
            return {Reducer::Histogram, 0};
    }
}

RangeEnd resolve(const EndDefault& usual, const RangeEndOptions& given, const Scheme& scheme, TensorKind kind,
                 bool with_quantile, bool is_max) {
    const char* const where = is_max ? "range_estimator.max" : "range_estimator.min";
    if (kind == TensorKind::Weights && given.aggregator) {
        throw Error(ErrorCode::InvalidOption, where, "weights are one tensor: they have no aggregator");
    }
    const double probability = given.outlier_prob.value_or(kOutlierProbability);
    if (!(probability >= 0 && probability < 1)) {
        throw Error(ErrorCode::InvalidOption, where,
                    "expected outlier_prob in [0, 1), got " + std::to_string(probability));
    }
    const auto type = given.type.value_or(with_quantile ? quantile_for(usual.type) : usual.type);
    RangeEnd end;
    end.measure = measure_of(type, is_max ? 1 - probability : probability);
    end.aggregator = given.aggregator.value_or(usual.aggregator);
    end.granularity = scheme.granularity == Granularity::PerTensor || usual.per_tensor_only ? Granularity::PerTensor
                                                                                            : Granularity::PerChannel;
    end.clipping_value = given.clipping_value;
    return end;
}

/// The type that decides both ends; nothing where each has its own.
std::optional<RangeStatistic> joint_type(const RangeEstimatorOptions& given) {
    const auto& [preset, min, max] = given;
    const auto known = [](const RangeEndOptions& end) { return end.type && is_joint(*end.type); };
    if (!known(min) && !known(max)) {
        return std::nullopt;
    }
    if (min.type && max.type && min.type != max.type) {
        throw Error(ErrorCode::InvalidOption, known(max) ? "range_estimator.min.type" : "range_estimator.max.type",
                    "the type of the other end decides both ends together: leave this one out, or give the same");
    }
    for (const auto* end : {&min, &max}) {
        if (end->aggregator) {
            throw Error(ErrorCode::InvalidOption, end == &min ? "range_estimator.min" : "range_estimator.max",
                        "this type looks at all samples together: it has no aggregator");
        }
    }
    return known(max) ? max.type : min.type;
}

JointEstimator joint_estimator(RangeStatistic type, const RangeEstimatorOptions& given) {
    if (type != RangeStatistic::Percentile && (given.min.outlier_prob || given.max.outlier_prob)) {
        throw Error(ErrorCode::InvalidOption,
                    given.max.outlier_prob ? "range_estimator.max.outlier_prob" : "range_estimator.min.outlier_prob",
                    "this type finds by itself what to leave out; the type percentile takes a share of the values");
    }
    return {type, given.min.outlier_prob.value_or(kOutlierProbability),
            given.max.outlier_prob.value_or(kOutlierProbability)};
}

/// Can quantizers of this kind and scheme have it?
bool is_possible(RangeStatistic type, TensorKind kind, const Scheme& scheme) {
    return kind == TensorKind::Weights ? type == RangeStatistic::Mse || type == RangeStatistic::OutputMse
                                       : scheme.granularity == Granularity::PerTensor;
}

void refuse_impossible(TensorKind kind, const TensorOptions& section) {
    if (kind == TensorKind::Weights && section.range_estimator) {
        throw Error(
            ErrorCode::InvalidOption, "weights.range_estimator",
            "expected one of min, max, abs_max, quantile, abs_quantile, mse, output_mse: percentile and kl look "
            "at samples");
    }
    if (kind != TensorKind::Weights && section.granularity == Granularity::PerChannel) {
        throw Error(
            ErrorCode::InvalidOption, "range_estimator",
            "percentile, mse, output_mse and kl give one range for the tensor: leave out granularity perchannel");
    }
}

}  // namespace

RangeEstimator range_estimator(TensorKind kind, const Scheme& scheme, const Options& options) {
    const TensorOptions& section = kind == TensorKind::Weights   ? options.weights
                                   : kind == TensorKind::Outputs ? options.outputs
                                                                 : options.activations;
    RangeEstimatorOptions given = section.range_estimator.value_or(options.range_estimator);
    if (kind == TensorKind::Weights && !section.range_estimator) {
        given.min.aggregator.reset();  // the global section speaks of activations there
        given.max.aggregator.reset();
    }
    auto joint = joint_type(given);
    if (joint && !is_possible(*joint, kind, scheme)) {
        refuse_impossible(kind, section);
        for (auto* end : {&given.min, &given.max}) {
            end->type.reset();
            end->outlier_prob.reset();
        }
        joint.reset();
    }
    const bool with_quantile = given.preset == RangePreset::Quantile;
    Row row = default_row(kind, scheme);
    if (options.full_range_16bit && kind != TensorKind::Weights && scheme.bits > kFewBits) {
        row.min.aggregator = Aggregator::Min;
        row.max.aggregator = Aggregator::Max;
    }
    const bool has_plain_min = scheme.mode == Mode::Symmetric;  // it only tells whether there are negative values
    RangeEstimator made{resolve(row.min, given.min, scheme, kind, with_quantile && !has_plain_min, false),
                        resolve(row.max, given.max, scheme, kind, with_quantile, true)};
    if (joint) {
        made.joint = joint_estimator(*joint, given);
    }
    return made;
}

}  // namespace octet
