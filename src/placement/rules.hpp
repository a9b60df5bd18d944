#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <openvino/core/node.hpp>

#include "octet/options.hpp"

#include "placement/plan.hpp"

namespace octet {

/// Does the device gain by an operation in INT8?
enum class Acceleration {
    Always,
    Beside,  ///< only where what it reads or what reads it runs in INT8, too
    Before,  ///< only where what reads it runs in INT8, too
    Never,   ///< it runs in floating point even between quantizers
};

/// How a type of operation is quantized: scheme lists go from the fastest to the most exact.
struct OperationRule {
    std::vector<Scheme> activations, weights, outputs;
    std::optional<std::vector<std::size_t>> ports;  ///< inputs that get a quantizer; unset: all
    std::map<std::string, std::string> unless;      ///< attribute values with which the operation is not quantized
    Acceleration acceleration = Acceleration::Always;
    /// Where a quantizer of an output and one of an input meet on a tensor, the higher decides; of equal ones the
    /// output's.
    int input_priority = 1, output_priority = 0;

    const std::vector<Scheme>& schemes(TensorKind kind) const {
        return kind == TensorKind::Weights ? weights : kind == TensorKind::Outputs ? outputs : activations;
    }
};

/// Where a quantizer below an operation that keeps values moves to.
enum class Hoist { FirstInput, AllInputs, VariableInputs };

/// A target's table, from src/placement/rules/*.json.
struct HardwareRules {
    std::set<std::string> targets;
    std::map<std::string, OperationRule> operations;
    std::map<std::string, Hoist> agnostic;
    std::set<std::string> transparent;
    std::set<std::string> fused_types;  ///< run inside the operation before them
    std::set<std::string> unified;
    std::map<std::string, std::vector<std::vector<std::size_t>>> unified_ports;
    std::set<std::string> pattern_sets;
    std::set<std::string> transformer_types;  ///< left in floating point in transformers
    int primary_bits = 8;                     ///< taken where operations that share a tensor want different ones
    bool attention_is_symmetric = true;       ///< products of two activations in transformers
    bool fused_additions = false;             ///< Adds of two tensors run inside the operation before them
    bool saturation_fix = false;
    bool careful_propagation = true;  ///< Options::careful_propagation
    bool overflow_correction = false;

    /// The rule for `node`, by its rule_type(); null where it is not quantized.
    const OperationRule* find(const ov::Node& node) const;
    bool is_agnostic(const ov::Node& node) const {
        return agnostic.count(node.get_type_name()) != 0;
    }
    /// Can a search for quantizers pass the operation?
    bool is_transparent(const ov::Node& node) const {
        return is_agnostic(node) || transparent.count(node.get_type_name()) != 0;
    }
};

/// The user's own table, or that of the target device. Throws Error(InvalidOption) for a device without a table (with
/// the nearest), or for a table that is not of the form of src/placement/rules/*.json.
HardwareRules rules_for(const Options& options);

}  // namespace octet
