#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <openvino/core/model.hpp>

#include "algorithms/algorithm.hpp"
#include "numeric/products.hpp"

namespace octet {

/// A weighted operation whose weights are to be fitted, and how many of its output positions a sample shows.
struct FittedLayer {
    std::shared_ptr<ov::Node> node;
    std::size_t stage = 0;             ///< how many such layers lie on the longest way down to it
    std::size_t points = 1;            ///< of a sample
    bool is_before_quantizer = false;  ///< rows show the layer's input in front of its FakeQuantize
};

/// What a layer reads in the quantized model and what it should make, a row for each position of each sample.
struct LayerRows {
    std::size_t width = 0, outputs = 0;  ///< as in row_tap.hpp
    std::vector<float> read, wanted;

    Rows inputs() const {
        return {read.data(), width > 0 ? read.size() / width : 0, width, width};
    }
    Rows targets() const {
        return {wanted.data(), outputs > 0 ? wanted.size() / outputs : 0, outputs, outputs};
    }
};

/// Which samples are for fitting, and which for judging what was fitted.
struct SampleSplit {
    std::vector<std::size_t> fitted, held_out;
};

/// Of the two kinds of samples.
struct SplitRows {
    LayerRows fitted, held_out;
};

/// Runs the samples of `split` through `model` as it is now, its quantizers in f32 arithmetic, and through `reference`,
/// up to `layers`, which must not lie on one another's way. Wanted is what the operation of the same name makes in the
/// reference, with its bias. The positions are drawn by `seed`: the same for any number of threads.
std::vector<SplitRows> collect_rows(const ov::Model& model, const ov::Model& reference,
                                    const std::vector<FittedLayer>& layers, const SampleSplit& split,
                                    std::uint64_t seed, const Context& context);

}  // namespace octet
