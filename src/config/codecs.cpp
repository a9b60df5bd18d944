#include "config/codecs.hpp"

#include <algorithm>
#include <utility>

#include "octet/error.hpp"

namespace octet {
namespace {

/// The names of a choice's values, as the schema spells them.
template <class V>
Codec<V> choice(const std::vector<std::pair<std::string, V>>& table) {
    Codec<V> codec;
    codec.read = [table](const Json& json) {
        for (const auto& [name, value] : table) {
            if (json == Json(name)) {
                return value;
            }
        }
        throw Error(ErrorCode::Internal, "", "the schema allows " + in_short(json) + ", which no code knows");
    };
    codec.write = [table](const V& value) {
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.second == value; });
        return found == table.end() ? Json() : Json(found->first);
    };
    return codec;
}

/// An attribute's value as text, a list with commas between.
std::string attribute_text(const Json& json) {
    if (json.is_string()) {
        return json.get<std::string>();
    }
    if (!json.is_array()) {
        return json.dump();
    }
    std::string text;
    for (const auto& item : json) {
        text += (text.empty() ? "" : ",") + attribute_text(item);
    }
    return text;
}

}  // namespace

Codec<Profile> profile_name() {
    return choice<Profile>({{"octet", Profile::Octet}, {"pot", Profile::Pot}});
}

Codec<Preset> preset_name() {
    return choice<Preset>(
        {{"performance", Preset::Performance}, {"mixed", Preset::Mixed}, {"accuracy", Preset::Accuracy}});
}

Codec<ModelType> model_type_name() {
    return choice<ModelType>(
        {{"auto", ModelType::Auto}, {"none", ModelType::None}, {"transformer", ModelType::Transformer}});
}

Codec<Sampling> sampling_name() {
    return choice<Sampling>({{"spread", Sampling::Spread}, {"first", Sampling::First}, {"shuffle", Sampling::Shuffle}});
}

Codec<States> states_name() {
    return choice<States>({{"reset", States::Reset}, {"keep", States::Keep}});
}

Codec<SaturationFix> saturation_fix_name() {
    return choice<SaturationFix>(
        {{"first_layer", SaturationFix::FirstLayer}, {"all", SaturationFix::All}, {"no", SaturationFix::No}});
}

Codec<BiasFormula> bias_formula_name() {
    return choice<BiasFormula>({{"difference", BiasFormula::Difference}, {"output_mean", BiasFormula::OutputMean}});
}

Codec<TuningMethod> tuning_method_name() {
    return choice<TuningMethod>({{"least_squares", TuningMethod::LeastSquares},
                                 {"adaround", TuningMethod::AdaRound},
                                 {"gradient", TuningMethod::Gradient}});
}

Codec<Optimizer> optimizer_name() {
    return choice<Optimizer>({{"Adam", Optimizer::Adam}, {"SGD", Optimizer::Sgd}});
}

Codec<RangePreset> range_preset_name() {
    return choice<RangePreset>({{"default", RangePreset::Default}, {"quantile", RangePreset::Quantile}});
}

Codec<RangeStatistic> statistic_name() {
    return choice<RangeStatistic>({{"min", RangeStatistic::Min},
                                   {"max", RangeStatistic::Max},
                                   {"abs_max", RangeStatistic::AbsMax},
                                   {"quantile", RangeStatistic::Quantile},
                                   {"abs_quantile", RangeStatistic::AbsQuantile},
                                   {"percentile", RangeStatistic::Percentile},
                                   {"mse", RangeStatistic::Mse},
                                   {"output_mse", RangeStatistic::OutputMse},
                                   {"kl", RangeStatistic::Kl}});
}

Codec<Aggregator> aggregator_name() {
    return choice<Aggregator>({{"mean", Aggregator::Mean},
                               {"max", Aggregator::Max},
                               {"min", Aggregator::Min},
                               {"median", Aggregator::Median},
                               {"mean_no_outliers", Aggregator::MeanNoOutliers},
                               {"median_no_outliers", Aggregator::MedianNoOutliers},
                               {"hl_estimator", Aggregator::HodgesLehmann}});
}

Codec<Mode> mode_name() {
    return choice<Mode>({{"symmetric", Mode::Symmetric}, {"asymmetric", Mode::Asymmetric}});
}

Codec<Granularity> granularity_name() {
    return choice<Granularity>({{"pertensor", Granularity::PerTensor}, {"perchannel", Granularity::PerChannel}});
}

std::vector<std::string> read_names(const Json& json) {
    std::vector<std::string> names;
    for (const auto& item : json) {
        if (item.is_array()) {
            const auto inner = read_names(item);
            names.insert(names.end(), inner.begin(), inner.end());
        } else if (item.is_string()) {
            names.push_back(item.get<std::string>());
        }
    }
    return names;
}

std::vector<IgnoredType> read_ignored_types(const Json& json) {
    std::vector<IgnoredType> types;
    for (const auto& item : json) {
        if (!item.is_object()) {
            continue;
        }
        IgnoredType& type = types.emplace_back(IgnoredType{item.at("type"), {}});
        const Json attributes = item.value("attributes", Json::object());
        for (const auto& [name, value] : attributes.items()) {
            type.attributes[name] = attribute_text(value);
        }
    }
    return types;
}

Json write_ignored_types(const std::vector<IgnoredType>& types) {
    Json list = Json::array();
    for (const auto& ignored : types) {
        Json entry{{"type", ignored.type}};
        if (!ignored.attributes.empty()) {
            entry["attributes"] = ignored.attributes;
        }
        list.push_back(std::move(entry));
    }
    return list;
}

std::vector<IgnoredRegion> read_regions(const Json& json) {
    std::vector<IgnoredRegion> regions;
    for (const auto& item : json) {
        if (item.is_object()) {
            regions.push_back({read_names(item.at("inputs")), read_names(item.at("outputs"))});
        }
    }
    return regions;
}

Json write_regions(const std::vector<IgnoredRegion>& regions) {
    Json list = Json::array();
    for (const auto& region : regions) {
        list.push_back({{"inputs", region.inputs}, {"outputs", region.outputs}});
    }
    return list;
}

std::map<std::string, ov::PartialShape> read_shapes(const Json& json, const std::string& path, Problems& problems) {
    std::map<std::string, ov::PartialShape> shapes;
    for (const auto& [input, shape] : json.items()) {
        try {
            shapes[input] = ov::PartialShape(shape.get<std::string>());
        } catch (const std::exception&) {
            problems.add(below(path, input), "expected a shape such as \"[1,3,?,224]\"; got " + in_short(shape));
        }
    }
    return shapes;
}

Json write_shapes(const std::map<std::string, ov::PartialShape>& shapes) {
    Json object = Json::object();
    for (const auto& [input, shape] : shapes) {
        object[input] = shape.to_string();
    }
    return object;
}

}  // namespace octet
