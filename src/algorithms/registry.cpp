#include <functional>

#include "octet/error.hpp"

#include "algorithms/activation_bias_correction.hpp"
#include "algorithms/algorithm.hpp"
#include "algorithms/bias_correction.hpp"
#include "algorithms/channel_alignment.hpp"
#include "algorithms/fast_bias_correction.hpp"
#include "algorithms/layerwise_tuning.hpp"
#include "algorithms/min_max.hpp"
#include "algorithms/overflow_correction.hpp"
#include "algorithms/range_search.hpp"
#include "algorithms/range_selection.hpp"
#include "algorithms/smooth_quant.hpp"
#include "base/text.hpp"
#include "placement/rules.hpp"

namespace octet {
namespace {

using Maker = std::function<std::unique_ptr<Algorithm>()>;

template <class Kind>
Maker maker() {
    return [] { return std::make_unique<Kind>(); };
}

const std::vector<std::pair<std::string, Maker>>& registry() {
    static const std::vector<std::pair<std::string, Maker>> kAlgorithms{
        {"ActivationChannelAlignment", maker<ChannelAlignment>()},
        {"MinMaxQuantization", maker<MinMaxQuantization>()},
        {"FastBiasCorrection", maker<FastBiasCorrection>()},
        {"BiasCorrection", maker<BiasCorrection>()},
        {"RangeSelection", maker<RangeSelection>()},
        {"RangeSearch", maker<RangeSearch>()},
        {"SmoothQuant", maker<SmoothQuant>()},
        {"ActivationBiasCorrection", maker<ActivationBiasCorrection>()},
        {"LayerwiseTuning", maker<LayerwiseTuning>()},
        {"OverflowCorrection", maker<OverflowCorrection>()},
    };
    return kAlgorithms;
}

/// What DefaultQuantization stands for.
std::vector<std::string> default_quantization(const Options& options) {
    std::vector<std::string> names;
    if (options.channel_alignment) {
        names.push_back("ActivationChannelAlignment");
    }
    if (options.smooth_quant || options.smooth_convolutions) {
        names.push_back("SmoothQuant");
    }
    names.push_back("MinMaxQuantization");
    if (options.bias_correction && (options.use_fast_bias || options.simulate_activations)) {
        names.push_back("FastBiasCorrection");
    }
    if (options.range_selection) {
        names.push_back("RangeSelection");
    }
    if (options.range_search) {
        names.push_back("RangeSearch");  // starts where RangeSelection ended
    }
    if (options.bias_correction && !options.use_fast_bias) {
        names.push_back("BiasCorrection");  // sees the ranges
    } else if (options.bias_correction && options.simulate_activations) {
        names.push_back("ActivationBiasCorrection");
    }
    if (options.use_layerwise_tuning) {
        names.push_back("LayerwiseTuning");
    }
    if (rules_for(options).overflow_correction) {
        names.push_back("OverflowCorrection");
    }
    return names;
}

std::unique_ptr<Algorithm> make_algorithm(const std::string& wanted) {
    std::vector<std::string> known{"DefaultQuantization"};
    for (const auto& [name, make] : registry()) {
        if (lower_case(name) == lower_case(wanted)) {
            return make();
        }
        known.push_back(name);
    }
    throw Error(ErrorCode::InvalidOption, "algorithm",
                "there is no algorithm \"" + wanted + "\"" + did_you_mean(wanted, known));
}

}  // namespace

std::vector<std::unique_ptr<Algorithm>> make_algorithms(const Options& options) {
    std::vector<std::unique_ptr<Algorithm>> algorithms;
    for (const auto& given : options.algorithms) {
        const bool is_default = lower_case(given) == "defaultquantization";
        for (const auto& name : is_default ? default_quantization(options) : std::vector<std::string>{given}) {
            algorithms.push_back(make_algorithm(name));
        }
    }
    return algorithms;
}

}  // namespace octet
