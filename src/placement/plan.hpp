#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/options.hpp"
#include "octet/report.hpp"

namespace octet {

/// Outputs: what an operation makes, quantized for the sake of that operation (GNA).
enum class TensorKind { Weights, Activations, Outputs };

/// How a tensor is put on an integer grid.
struct Scheme {
    int bits = 8;
    Mode mode = Mode::Symmetric;
    Granularity granularity = Granularity::PerTensor;
    std::int64_t level_low = -128;  ///< lowest integer, e.g. -127 for narrow weights
    std::int64_t level_high = 127;
    bool is_signed = false;           ///< keep the negative half even where no value is negative
    bool unified_zero_point = false;  ///< all channels share one zero point (NPU weights)

    std::size_t levels() const {
        return static_cast<std::size_t>(level_high - level_low) + 1;
    }
    bool operator==(const Scheme&) const = default;
};

/// One input that reads a quantized tensor, and the operations further down (through those that keep values) for whose
/// sake it is quantized.
struct QuantizedInput {
    ov::Node* node = nullptr;
    std::size_t port = 0;
    std::vector<ov::Node*> operations;
};

/// A FakeQuantize to be: on `tensor`, read by `inputs`.
struct Quantizer {
    std::string name;
    std::string prefix{};  ///< of a body: what stands before the name where the whole model is spoken of
    ov::Output<ov::Node> tensor;
    std::vector<QuantizedInput> inputs;
    TensorKind kind = TensorKind::Activations;
    Scheme scheme;
    std::optional<std::size_t> group;  ///< quantizers of one group share one range
};

/// What is intended: a value, in topological order of the tensors.
struct QuantizerPlan {
    std::vector<Quantizer> quantizers;
    std::vector<Remark> left;  ///< quantizable operations that stay in floating point
    bool is_transformer = false;
    bool saturation_fix = false;                       ///< does the device need 7-bit weights
    std::vector<const ov::Node*> aligned_consumers{};  ///< convolutions whose input channels were aligned
};

/// Decides which tensors of `model` get a FakeQuantize, with which scheme.
/// Throws Error(InvalidOption) for an unknown target device (with the nearest).
QuantizerPlan place_quantizers(const ov::Model& model, const Options& options);

/// Takes back what depends on `quantizer` being there: the operations it serves stay in floating point for `reason`,
/// and with them every quantizer that served no others.
void remove_quantizer(QuantizerPlan& plan, std::size_t quantizer, const std::string& reason);

}  // namespace octet
