#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/dataset.hpp"
#include "octet/export.hpp"
#include "octet/observer.hpp"
#include "octet/options.hpp"

namespace octet {

/// A figure of your own that tells how good a model is. One number over all samples.
class OCTET_API Metric {
public:
    virtual ~Metric();

    /// Forgets all samples.
    virtual void reset() = 0;

    /// Takes what the model gave for a sample: its outputs in the model's order, valid until this returns. `index` and
    /// `label` are the dataset's. Called for one sample after the other, in their order.
    virtual void update(std::size_t index, const std::string& label, const std::vector<ov::Tensor>& outputs) = 0;

    /// Of all samples since reset(). For quantize_with_accuracy() the larger must be the better: give an error negated.
    virtual double value() const = 0;
};

/// `metric` of `model` on all samples: reset(), update() for each, value(). The model runs several samples at once, in
/// f32; the result does not depend on RunOptions. Phase "evaluate".
/// Throws Error(InvalidData) for a sample that cannot be used, Error(UnsupportedModel), Error(Cancelled).
OCTET_API double measure(const std::shared_ptr<const ov::Model>& model, const Dataset& dataset, Metric& metric,
                         const RunOptions& run = {}, Observer* observer = nullptr);

}  // namespace octet
