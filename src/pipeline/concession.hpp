#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/options.hpp"

#include "algorithms/reversible.hpp"

namespace octet {

/// What AccuracyAwareQuantization may give up for accuracy: a block goes back to floating point, or, on GNA devices,
/// which have none, quantizers get 16 bits.
struct Concession {
    std::string what{};                            ///< "conv_1 in floating point", whatever state it is of
    std::vector<std::size_t> numbers{};            ///< of blocks, or of quantizers, in the state that it is of
    bool is_of_quantizers = false;                 ///< which of both
    std::vector<std::string> ignored{};            ///< names for IgnoredScope
    std::vector<std::string> weights{}, inputs{};  ///< names for TensorOptions::int16_scope

    void add_to(Options& options) const;
};

/// Is it bits instead of reversal?
bool widens_quantizers(const Options& options);

/// All that names of the model as it was given can ask for. On GNA weights of up to 256 levels; on GNA3 those of a
/// convolution together with its input where that has no more levels; on GNA3.5 weights and inputs each by themselves
/// (all inputs of an operation together).
std::vector<Concession> find_concessions(const ov::Model& given, const ReversibleModel& model, const Options& options);

/// The quantized model in f32 arithmetic with concessions made: what gets 16 bits has no quantizer, whose error is
/// smaller by 48 dB than that of one with 8.
std::shared_ptr<ov::Model> with_concessions(const ReversibleModel& model, const std::vector<Concession>& concessions,
                                            const std::vector<std::size_t>& numbers);

}  // namespace octet
