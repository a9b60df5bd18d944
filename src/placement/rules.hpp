#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <openvino/core/node.hpp>

#include "placement/plan.hpp"

namespace octet {

/// How a type of operation is quantized: scheme lists go from the fastest to the most exact.
struct OperationRule {
    std::vector<Scheme> activations, weights;
    std::optional<std::vector<std::size_t>> ports;  ///< inputs that get a quantizer; unset: all
    std::map<std::string, std::string> unless;      ///< attribute values with which the operation is not quantized
};

/// Where a quantizer below an operation that keeps values moves to.
enum class Hoist { FirstInput, AllInputs, VariableInputs };

/// A target's table, from src/placement/rules/*.json.
struct HardwareRules {
    std::set<std::string> targets;
    std::map<std::string, OperationRule> operations;
    std::map<std::string, Hoist> agnostic;
    std::set<std::string> transparent;
    std::set<std::string> unified;
    bool saturation_fix = false;

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

/// Throws Error(InvalidOption) for a device without a table (with the nearest).
HardwareRules rules_for(const std::string& target_device);

}  // namespace octet
