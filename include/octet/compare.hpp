#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

namespace octet {

/// How near one float output of a quantized model is to the original's, over all samples. Elements where both are the
/// same infinity, or both NaN, are left out; the figures are NaN where the two shapes differ on any sample.
struct OutputComparison {
    std::string output;    ///< tensor name, else the producer's friendly name
    double sqnr_db = 0;    ///< 10*log10(sum y^2 / sum (y - y')^2); +inf where equal, -inf where y is 0 or y' not finite
    double cosine = 0;     ///< mean over samples of the cosine between y and y'
    double max_error = 0;  ///< max |y - y'|
    std::optional<double> top1_agreement;  ///< share of samples with the same arg max; only for a score per class
};

struct Comparison {
    std::size_t samples = 0;
    std::vector<OutputComparison> outputs;
    std::optional<double> reference_fps;  ///< inferences a second, throughput mode; unset where not measured
    std::optional<double> quantized_fps;
};

struct CompareOptions {
    bool throughput = true;         ///< also measure speed, both models in turn over the same samples
    double throughput_seconds = 2;  ///< for each model, in interleaved rounds
    bool skip_bad = false;          ///< go on without samples that cannot be read
    std::map<std::string, ov::PartialShape> shapes;
};

/// Runs both models on every sample. Inputs and outputs are paired by position. All figures but the speeds are the same
/// whatever RunOptions say. Throws Error(UnsupportedModel) where inputs or outputs differ in number, type, shape or
/// name, Error(InvalidData) where a sample cannot be used or there is none, Error(Cancelled).
OCTET_API Comparison compare(const std::shared_ptr<const ov::Model>& reference,
                             const std::shared_ptr<const ov::Model>& quantized, const Dataset& dataset,
                             const CompareOptions& options = {}, const RunOptions& run = {},
                             Observer* observer = nullptr);

}  // namespace octet
