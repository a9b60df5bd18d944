#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "octet/dataset.hpp"

#include "data/model_inputs.hpp"

namespace octet {

/// `sample` as `inputs` take it, in their order; see Feed. Throws Error(InvalidData) at `label`.
std::vector<ov::Tensor> fit_sample(const std::vector<ModelInput>& inputs, const Sample& sample,
                                   const std::string& label);

/// Turns a dataset's samples into the tensors a model takes, in the order of model.inputs(). Safe to call from several
/// threads at once.
///
/// Checks each tensor against the input (a missing leading batch of 1 is added, any numeric type is converted where
/// the input's type holds every value) and refuses NaN; infinity passes. A tensor that already has the input's type
/// is passed on without a copy. Throws Error(InvalidData) with the sample's label as its place.
class Feed {
public:
    /// Reads the first sample to learn the names; where that one is unreadable, names are checked sample by sample.
    /// `dataset` must outlive the feed.
    /// Throws Error(InvalidOption) where the dataset's input names do not match the model's (with the nearest).
    Feed(const ov::Model& model, const Dataset& dataset);

    std::size_t size() const;
    std::vector<ov::Tensor> operator()(std::size_t index) const;
    std::string label(std::size_t index) const;

private:
    std::vector<ModelInput> inputs_;
    const Dataset& dataset_;
};

}  // namespace octet
