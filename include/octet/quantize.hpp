#pragma once

#include <memory>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"
#include "octet/report.hpp"

namespace octet {

struct QuantizedModel {
    std::shared_ptr<ov::Model> model;  ///< with int8 weights and FakeQuantize on activations
    Options options;                   ///< the effective ones: `model_type` and `subset` resolved
    Report report;
    std::shared_ptr<const ov::Model> original;  ///< the given model, and
    std::vector<ov::Tensor> sample;             ///< inputs of one sample: save() runs the written model on it
};

/// Quantizes `model` (left unchanged) to INT8 with the samples of `dataset`.
///
/// Same model, data and options give the same result, bit for bit, whatever RunOptions say.
/// Throws Error; the observer may be null.
OCTET_API QuantizedModel quantize(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset,
                                  const Options& options = {}, const RunOptions& run = {},
                                  Observer* observer = nullptr);

}  // namespace octet
