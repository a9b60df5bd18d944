#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "octet/options.hpp"

#include "config/problems.hpp"

namespace octet {

/// How a value of type V stands in JSON.
template <class V>
struct Codec {
    std::string expected;  ///< "true or false"
    std::function<std::optional<V>(const Json&)> read;
    std::function<Json(const V&)> write;
    std::vector<std::string> names{};  ///< of a choice: all that are understood
};

/// The names of a choice's values in lower case; the first name of a value is the one that is written.
template <class V>
using Names = std::vector<std::pair<std::string, V>>;

Codec<bool> boolean();
Codec<double> number(double least, double below, const std::string& expected);
Codec<std::string> text();
Codec<Profile> profile_name();
Codec<Preset> preset_name();
Codec<ModelType> model_type_name();
Codec<std::string> device_name();
Codec<Sampling> sampling_name();
Codec<SaturationFix> saturation_fix_name();
Codec<BiasFormula> bias_formula_name();
Codec<RangePreset> range_preset_name();
Codec<RangeStatistic> statistic_name();
Codec<Aggregator> aggregator_name();
Codec<Mode> mode_name();
Codec<Granularity> granularity_name();
/// The algorithms that a configuration may name, as the registry spells them.
Codec<std::string> algorithm_name();

/// A whole number of at least `least` and at most `most`.
template <class V>
Codec<V> whole(V least, V most = std::numeric_limits<V>::max()) {
    std::string expected = "a whole number";
    if (least > std::numeric_limits<V>::min() || std::is_unsigned_v<V>) {
        expected += " of at least " + std::to_string(least);
    }
    if (most < std::numeric_limits<V>::max()) {
        expected += " and at most " + std::to_string(most);
    }
    const auto read = [least, most](const Json& json) -> std::optional<V> {
        const bool fits = json.is_number_unsigned()
                              ? std::in_range<V>(json.get<std::uint64_t>())
                              : json.is_number_integer() && std::in_range<V>(json.get<std::int64_t>());
        if (!fits) {
            return std::nullopt;
        }
        const V value = json.get<V>();
        return value < least || value > most ? std::nullopt : std::optional<V>(value);
    };
    return {expected, read, [](const V& value) { return Json(value); }};
}

/// The value of `json`, or nothing and a problem at `path`.
template <class V>
std::optional<V> read_value(const Codec<V>& codec, const Json& json, const std::string& path, Problems& problems);

void add_wrong_value(const std::string& expected, const std::vector<std::string>& names, const Json& json,
                     const std::string& path, Problems& problems);

template <class V>
std::optional<V> read_value(const Codec<V>& codec, const Json& json, const std::string& path, Problems& problems) {
    auto value = codec.read(json);
    if (!value) {
        add_wrong_value(codec.expected, codec.names, json, path, problems);
    }
    return value;
}

/// Values with an inner structure: each reader adds to what is there and tells what is wrong in it.
void read_algorithm_names(std::vector<std::string>& names, const Json& json, const std::string& path,
                          Problems& problems);
void read_scope(std::vector<std::string>& names, const Json& json, const std::string& path, Problems& problems);
void read_ignored_types(std::vector<IgnoredType>& types, const Json& json, const std::string& path, Problems& problems);
void read_regions(std::vector<IgnoredRegion>& regions, const Json& json, const std::string& path, Problems& problems);
void read_shapes(std::map<std::string, ov::PartialShape>& shapes, const Json& json, const std::string& path,
                 Problems& problems);
Json write_ignored_types(const std::vector<IgnoredType>& types);
Json write_regions(const std::vector<IgnoredRegion>& regions);
Json write_shapes(const std::map<std::string, ov::PartialShape>& shapes);

}  // namespace octet
