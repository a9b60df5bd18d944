#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <openvino/core/partial_shape.hpp>

namespace octet {

enum class Preset {
    Performance,  ///< symmetric weights and activations
    Mixed,        ///< symmetric weights, asymmetric activations
};

enum class ModelType {
    Auto,         ///< look for attention and layer normalization, and say what was found
    None,         ///< a convolutional or otherwise plain model
    Transformer,  ///< keep residual additions and normalizations in floating point
};

/// What stays in floating point.
struct IgnoredScope {
    std::vector<std::string> names{};  ///< friendly names of operations; `re:REGEX` (RE2, whole name) for several
    std::vector<std::string> types{};  ///< operation types, e.g. "Add", as OpenVINO names them, in any letter case
};

/// All that changes the result of quantize().
struct Options {
    Preset preset = Preset::Performance;
    ModelType model_type = ModelType::Auto;
    std::string target_device = "ANY";    ///< "ANY" or "CPU", in any letter case
    std::optional<std::size_t> subset{};  ///< samples used, evenly spread; unset: all; 0 is refused
    IgnoredScope ignored{};
    bool fold = true;  ///< fold BatchNorm, scales, constants, decomposed operations first
    bool bias_correction = true;
    bool keep_uncompressed_weights = false;            ///< leave weights f32 under FakeQuantize
    bool fp16 = false;                                 ///< store the constants that stay floating point as f16
    std::map<std::string, ov::PartialShape> shapes{};  ///< calibrate at these shapes; empty key: the only input
    bool reshape = false;                              ///< write the model with `shapes` instead of its own axes
    bool skip_bad = false;                             ///< go on without samples that cannot be read, and report them
};

/// What changes the cost of a run and never its result.
struct RunOptions {
    std::size_t threads = 0;  ///< 0: all that this process may use
};

}  // namespace octet
