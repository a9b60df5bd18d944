#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/runtime/tensor.hpp>

#include "numeric/quantize_values.hpp"

namespace octet {

/// A FakeQuantize of an activation with one range, in a model to try ranges on.
struct Adjustable {
    const ov::Node* quantizer = nullptr;  ///< in the main graph

    /// Of the tensor's axes the one whose channels' means are measured and may be shifted.
    struct Channels {
        std::size_t axis = 0, count = 0;
        std::vector<const ov::Node*> readers{};  ///< operations that see the shift
    };
    std::optional<Channels> channels{};
};

/// What the quantizers of an AdjustableModel do: read whenever it runs, not to be changed meanwhile.
struct Adjustment {
    std::vector<Grid> grids;                 ///< of each Adjustable
    std::vector<std::vector<float>> shifts;  ///< of each, added per channel to what its readers see; empty: nothing
    bool measures_means = false;
};

/// Of each channel for one sample; NaN where the sample has another number of channels.
struct MeansAround {
    std::vector<double> before, behind;  ///< the quantizer
};

/// A model for running in which the ranges of FakeQuantize change without another compilation.
struct AdjustableModel {
    std::shared_ptr<ov::Model> model;  ///< with a Result more for each Adjustable that has channels, see read_means()
    std::shared_ptr<Adjustment> adjustment;
};

/// A copy of `model` in which `quantizers` are an operation of our own,
///
///     x -> FakeQuantize  ==>  x -> GridQuantize
///
/// which reads when it runs what it is to do; at first it does what the FakeQuantize does. On convolutions' tensors it
/// sees channels last, as the CPU plugin keeps them, so that nothing is copied for it. Other FakeQuantize of one range
/// become a GridQuantize, too; those of constants are folded, on `threads` threads; the rest stays, but for what
/// runnable_copy() expands. Expects Adjustables of one range, see is_adjustable().
AdjustableModel adjustable_copy(const ov::Model& model, const std::vector<Adjustable>& quantizers, std::size_t threads);

/// Has this FakeQuantize one range for all values, constant, and no more levels than f32 can count?
bool is_adjustable(const ov::Node& quantizer);

/// Unpacks the Results behind the model's own.
MeansAround read_means(const ov::Tensor& reading);

}  // namespace octet
