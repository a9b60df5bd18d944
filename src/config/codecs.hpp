#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "octet/options.hpp"

#include "config/problems.hpp"

namespace octet {

/// How a value of type V stands in JSON that is as the schema wants it.
template <class V>
struct Codec {
    std::function<V(const Json&)> read;
    std::function<Json(const V&)> write;
};

/// A number, a text, true or false.
template <class V>
Codec<V> plain() {
    return {[](const Json& json) { return json.get<V>(); }, [](const V& value) { return Json(value); }};
}

Codec<Profile> profile_name();
Codec<Preset> preset_name();
Codec<ModelType> model_type_name();
Codec<Sampling> sampling_name();
Codec<States> states_name();
Codec<SaturationFix> saturation_fix_name();
Codec<BiasFormula> bias_formula_name();
Codec<TuningMethod> tuning_method_name();
Codec<Optimizer> optimizer_name();
Codec<RangePreset> range_preset_name();
Codec<RangeStatistic> statistic_name();
Codec<Aggregator> aggregator_name();
Codec<Mode> mode_name();
Codec<Granularity> granularity_name();

/// Names, also in lists within the list.
std::vector<std::string> read_names(const Json& json);

std::vector<IgnoredType> read_ignored_types(const Json& json);
Json write_ignored_types(const std::vector<IgnoredType>& types);

std::vector<IgnoredRegion> read_regions(const Json& json);
Json write_regions(const std::vector<IgnoredRegion>& regions);

/// What is no shape is a problem.
std::map<std::string, ov::PartialShape> read_shapes(const Json& json, const std::string& path, Problems& problems);
Json write_shapes(const std::map<std::string, ov::PartialShape>& shapes);

}  // namespace octet
