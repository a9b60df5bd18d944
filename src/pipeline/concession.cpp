#include "pipeline/concession.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "pipeline/sensitivity.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostLevels = 256;  // of what can be widened
constexpr const char* kIn16Bits = " in 16 bits";

void append(std::vector<std::string>& names, const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
}

bool serves_convolution(const ReversibleQuantizer& quantizer) {
    return std::any_of(quantizer.types.begin(), quantizer.types.end(),
                       [](const std::string& type) { return type == "Convolution" || type == "GroupConvolution"; });
}

bool share_operations(const ReversibleQuantizer& a, const ReversibleQuantizer& b) {
    return std::any_of(a.operations.begin(), a.operations.end(), [&](const std::string& name) {
        return std::find(b.operations.begin(), b.operations.end(), name) != b.operations.end();
    });
}

/// Those of `numbers` that serve the same operations go together: it is operations that are named.
std::vector<BlockSet> joined(const std::vector<ReversibleQuantizer>& quantizers,
                             const std::vector<std::size_t>& numbers) {
    std::vector<BlockSet> sets;
    for (const std::size_t number : numbers) {
        BlockSet grown{number};
        std::erase_if(sets, [&](const BlockSet& set) {
            const bool is_shared = std::any_of(set.begin(), set.end(), [&](std::size_t other) {
                return share_operations(quantizers[other], quantizers[number]);
            });
            if (is_shared) {
                grown.insert(grown.end(), set.begin(), set.end());
            }
            return is_shared;
        });
        std::sort(grown.begin(), grown.end());
        sets.push_back(std::move(grown));
    }
    return sets;
}

std::vector<Concession> find_reversals(const ReversibleModel& model, const std::set<std::string>& names) {
    std::vector<Concession> found;
    const auto& blocks = model.blocks();
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (can_be_named(blocks[b].operations, names)) {
            found.push_back({.what = blocks[b].name + " in floating point",
                             .numbers = {b},
                             .is_of_quantizers = false,
                             .ignored = blocks[b].operations});
        }
    }
    return found;
}

std::vector<Concession> find_widenings(const ReversibleModel& model, const std::set<std::string>& names,
                                       const std::string& device) {
    const auto& quantizers = model.quantizers();
    std::vector<std::size_t> weights, inputs;
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        const auto& each = quantizers[q];
        if (each.levels <= kMostLevels && !each.operations.empty() && can_be_named(each.operations, names)) {
            if (each.kind == TensorKind::Weights) {
                weights.push_back(q);
            } else if (each.kind == TensorKind::Activations) {
                inputs.push_back(q);
            }
        }
    }
    std::vector<Concession> found;
    for (const std::size_t w : weights) {
        const auto& operations = quantizers[w].operations;
        Concession made{.numbers = {w}, .is_of_quantizers = true, .weights = operations};
        for (const std::size_t i : inputs) {
            if (device == "gna3" && serves_convolution(quantizers[w]) &&
                share_operations(quantizers[w], quantizers[i])) {
                made.numbers.push_back(i);
                append(made.inputs, quantizers[i].operations);
            }
        }
        made.what = (made.inputs.empty() ? "weights of " : "weights and input of ") + operations.front() + kIn16Bits;
        found.push_back(std::move(made));
    }
    for (const auto& together : device == "gna3.5" ? joined(quantizers, inputs) : std::vector<BlockSet>{}) {
        Concession made{.numbers = together, .is_of_quantizers = true};
        for (const std::size_t i : together) {
            append(made.inputs, quantizers[i].operations);
        }
        made.what = "input of " + made.inputs.front() + kIn16Bits;
        found.push_back(std::move(made));
    }
    return found;
}

}  // namespace

void Concession::add_to(Options& options) const {
    append(options.ignored.names, ignored);
    append(options.weights.int16_scope, weights);
    append(options.activations.int16_scope, inputs);
}

bool widens_quantizers(const Options& options) {
    return lower_case(options.target_device).starts_with("gna");
}

std::vector<Concession> find_concessions(const ov::Model& given, const ReversibleModel& model, const Options& options) {
    const auto names = operation_names(given);
    return widens_quantizers(options) ? find_widenings(model, names, lower_case(options.target_device))
                                      : find_reversals(model, names);
}

std::shared_ptr<ov::Model> with_concessions(const ReversibleModel& model, const std::vector<Concession>& concessions,
                                            const std::vector<std::size_t>& numbers) {
    std::vector<std::size_t> made;
    bool are_quantizers = false;
    for (const std::size_t number : numbers) {
        const auto& concession = concessions[number];
        made.insert(made.end(), concession.numbers.begin(), concession.numbers.end());
        are_quantizers = concession.is_of_quantizers;
    }
    return are_quantizers ? model.without_quantizers(made) : model.without(made);
}

}  // namespace octet
