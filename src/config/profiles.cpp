#include <algorithm>
#include <iterator>

#include "octet/options.hpp"

namespace octet {
namespace {

/// Where a profile differs from Options{}.
const Options kProfiles[] = {
    {},
    {.profile = Profile::Pot,
     .model_type = ModelType::None,
     .sampling = Sampling::First,
     .smooth_quant = false,
     .range_selection = false,
     .fuse_activation_scales = false,
     .quantize_unaccelerated = true,
     .careful_propagation = false,
     .full_range_16bit = false,
     .fold = false,
     .channel_alignment = true,
     .bias_formula = BiasFormula::OutputMean,
     .simulate_activations = false,
     .tuning = {.method = TuningMethod::Gradient, .samples = 300}},
};

}  // namespace

Options profile_options(Profile profile) {
    return *std::find_if(std::begin(kProfiles), std::end(kProfiles),
                         [&](const Options& row) { return row.profile == profile; });
}

}  // namespace octet
