#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "octet/options.hpp"

#include "graph/index.hpp"
#include "placement/rules.hpp"

namespace octet {

/// Is a transformer's structure there? The name of what was found ("attention at X", "layer normalization at X"), or
/// empty. Attention: Softmax -> ... -> MatMul of two activations, or ScaledDotProductAttention. Layer normalization:
/// MVN over the last axis of a tensor of rank 2 or 3.
std::string find_transformer(const GraphIndex& graph);

/// Throws Error(InvalidOption) at `option` for a name or expression that fits nothing in the model as the user knows
/// it, bodies included (with the nearest), or an expression that RE2 does not take.
void check_names(const ov::Model& model, const std::vector<std::string>& names, const std::string& option);

/// The same for all of a scope; throws also for a type that OpenVINO does not have, and for a region without a way
/// through it. Returns remarks: types of which the model has no operation.
std::vector<std::string> check_scope(const ov::Model& model, const IgnoredScope& scope);

/// Does a name fit an entry of a scope's names? The entries must outlive the result.
std::function<bool(const std::string& name)> fits_any(const std::vector<std::string>& names);

/// Operations that are not quantized, by number, with the reason: the user's scope, the model type's types, fused
/// patterns, what computes shapes, and what only prepares NonMaxSuppression or TopK; as in POT also what reads an
/// ignored operation that keeps values, as no quantizer could stand above that. A scope that names what folding has
/// taken away is no error.
struct IgnoredOperations {
    std::map<std::size_t, std::string> reasons;
    std::set<std::size_t> fused;  ///< of these, what runs inside another operation at no cost

    bool contains(std::size_t number) const {
        return reasons.count(number) != 0;
    }
};
/// `prefix`: what stands before the names of a body's operations.
IgnoredOperations find_ignored(const GraphIndex& graph, const HardwareRules& rules, const Options& options,
                               bool is_transformer, const std::string& prefix = "");

}  // namespace octet
