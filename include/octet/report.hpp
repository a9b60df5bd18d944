#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "octet/export.hpp"

namespace octet {

/// One FakeQuantize of the result, or one constant stored as integers.
struct QuantizerInfo {
    std::string name;    ///< friendly name of the FakeQuantize (also where the weights are stored as int8)
    std::string kind;    ///< "weights" or "activations"
    std::string tensor;  ///< producer's friendly name, with `.port` where it has several outputs
    std::vector<std::string> consumers;  ///< friendly names with `:port`
    int bits = 8;
    std::string mode;              ///< "symmetric" or "asymmetric"
    std::string granularity;       ///< "pertensor" or "perchannel"
    std::size_t levels = 0;        ///< 255 or 256
    std::vector<float> low, high;  ///< range in real units; one value, or one per channel
    std::size_t samples = 0;       ///< samples its statistic was measured on; 0 for weights
};

/// An operation that could run in int8 but stays in floating point, or a correction that was not made, and why.
struct Remark {
    std::string operation;  ///< friendly name
    std::string type;       ///< operation type
    std::string reason;
};

/// One thing that an algorithm did, e.g. "MatMul_3: bias corrected by at most 0.02".
struct Change {
    std::string algorithm;
    std::string operation;
    std::string what;
};

/// One attempt of a recipe (octet/recipe.hpp).
struct Tried {
    std::string what;
    double sqnr_db = 0;     ///< of the outputs on the samples that it is judged by, mean over the outputs
    bool is_kept = false;   ///< the attempts after it have it, too
    std::string failure{};  ///< why there is no figure; empty: there is one
};

struct PhaseTime {
    std::string name;
    double seconds = 0;
};

/// What quantize() did.
struct Report {
    std::string model_type;  ///< "transformer" or "none": what was given, or found
    std::vector<QuantizerInfo> quantizers;
    std::vector<std::string> quantized;  ///< friendly names of operations that now run in int8
    std::vector<Remark> left;
    std::vector<Change> changes;
    std::vector<PhaseTime> phases;
    std::vector<Tried> tried;       ///< by a recipe, in order
    std::size_t samples = 0;        ///< samples measured
    std::size_t samples_given = 0;  ///< of the subset: more than measured and bad ones only with `has_converged`
    bool has_converged = false;     ///< Options::converge left the rest out
    /// Skipped, with the reason (only with Options::skip_bad); where a cascade recorded its calls, samples of the
    /// cascade.
    std::vector<std::string> bad_samples;
};

}  // namespace octet
