#include "pipeline/every_statistic.hpp"

#include "octet/observer.hpp"

#include "algorithms/algorithm.hpp"
#include "placement/plan.hpp"

namespace octet {
namespace {

void request(ov::Model& model, const Options& options, QuantizerPlan& plan, StatisticPlan& all) {
    Statistics none;
    Observer silent;
    const Context context{.options = options, .plan = plan, .statistics = none, .observer = silent};
    for (const auto& algorithm : make_algorithms(options)) {
        algorithm->request(model, context, all);
    }
}

}  // namespace

StatisticPlan every_statistic(ov::Model& model, const Options& options) {
    StatisticPlan all;
    for (const Profile profile : {Profile::Octet, Profile::Pot}) {
        for (const ModelType type : {ModelType::None, ModelType::Transformer}) {
            for (const std::string device : {"ANY", "GPU", "NPU"}) {
                Options variant = profile_options(profile);
                variant.model_type = type;
                variant.target_device = device;
                variant.shapes = options.shapes;
                for (const Preset preset : {Preset::Performance, Preset::Mixed, Preset::Accuracy}) {
                    variant.preset = preset;
                    auto plan = place_quantizers(model, variant);
                    for (const RangePreset range : {RangePreset::Default, RangePreset::Quantile}) {
                        variant.range_estimator.preset = range;
                        request(model, variant, plan, all);
                    }
                }
            }
        }
    }
    return all;
}

}  // namespace octet
