#include "config/codecs.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <openvino/core/except.hpp>

#include "base/text.hpp"

namespace octet {
namespace {

/// Names after the first of a value are understood, but not offered.
template <class V>
Codec<V> choice(const Names<V>& table) {
    Codec<V> codec;
    std::vector<std::string> offered;
    std::vector<V> seen;
    for (const auto& [name, value] : table) {
        codec.names.push_back(name);
        if (std::find(seen.begin(), seen.end(), value) == seen.end()) {
            offered.push_back(name);
            seen.push_back(value);
        }
    }
    codec.expected = "one of " + listed(offered);
    codec.read = [table](const Json& json) -> std::optional<V> {
        const std::string wanted = json.is_string() ? lower_case(json.get<std::string>()) : "";
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const auto& row) { return lower_case(row.first) == wanted; });
        return found == table.end() ? std::nullopt : std::optional<V>(found->second);
    };
    codec.write = [table](const V& value) {
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.second == value; });
        return found == table.end() ? Json() : Json(found->first);
    };
    return codec;
}

/// Names that stand for themselves; one that is not in the table is written as it is.
Codec<std::string> spelling(const std::vector<std::string>& names) {
    Names<std::string> table;
    for (const auto& name : names) {
        table.emplace_back(name, name);
    }
    auto codec = choice(table);
    codec.write = [](const std::string& name) { return Json(name); };
    return codec;
}

/// Does `json` hold a list? Else a problem.
bool is_list(const Json& json, const char* of, const std::string& path, Problems& problems) {
    if (!json.is_array()) {
        add_wrong_value(std::string("a list of ") + of, {}, json, path, problems);
    }
    return json.is_array();
}

std::string at(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
}

/// A name, or lists of names in lists.
void read_names(std::vector<std::string>& names, const Json& json, const std::string& path, Problems& problems) {
    constexpr std::size_t kDeepest = 100;
    std::vector<std::pair<const Json*, std::size_t>> open{{&json, 0}};
    while (!open.empty()) {
        const auto [item, depth] = open.back();
        open.pop_back();
        if (item->is_array() && depth < kDeepest) {
            for (auto inner = item->rbegin(); inner != item->rend(); ++inner) {
                open.emplace_back(&*inner, depth + 1);
            }
        } else if (item->is_string()) {
            names.push_back(item->get<std::string>());
        } else {
            add_wrong_value("names of operations", {}, *item, path, problems);
        }
    }
}

void add_unknown_key(const std::string& path, const std::string& key, const std::vector<std::string>& known,
                     Problems& problems) {
    problems.add(below(path, key), "unknown; expected one of " + listed(known) + did_you_mean(key, known));
}

/// The entries of an object under their names in lower case; another key than `known` is a problem, as is no object.
std::map<std::string, Json> entries(const Json& json, const std::vector<std::string>& known, const char* expected,
                                    const std::string& path, Problems& problems) {
    std::map<std::string, Json> found;
    if (!json.is_object()) {
        add_wrong_value(expected, {}, json, path, problems);
        return found;
    }
    for (const auto& [key, value] : json.items()) {
        const std::string name = lower_case(key);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            add_unknown_key(path, key, known, problems);
        } else if (!found.emplace(name, value).second) {
            problems.add(below(path, key), "given twice");
        }
    }
    return found;
}

/// An attribute's value as text, a list with commas between.
std::optional<std::string> attribute_text(const Json& json) {
    if (json.is_string()) {
        return json.get<std::string>();
    }
    if (json.is_boolean() || json.is_number()) {
        return json.dump();
    }
    if (!json.is_array()) {
        return std::nullopt;
    }
    std::string text;
    for (const auto& item : json) {
        const auto part = item.is_array() ? std::nullopt : attribute_text(item);
        if (!part) {
            return std::nullopt;
        }
        text += (text.empty() ? "" : ",") + *part;
    }
    return text;
}

void read_attributes(std::map<std::string, std::string>& attributes, const Json& json, const std::string& path,
                     Problems& problems) {
    if (!json.is_object()) {
        add_wrong_value("an object of attributes and their values", {}, json, path, problems);
        return;
    }
    for (const auto& [name, value] : json.items()) {
        if (const auto text = attribute_text(value)) {
            attributes[name] = *text;
        } else {
            add_wrong_value("text, a number, true, false or a list of these", {}, value, below(path, name), problems);
        }
    }
}

void read_ignored_type(std::vector<IgnoredType>& types, const Json& json, const std::string& path, Problems& problems) {
    auto found = entries(json, {"type", "attributes"}, "an object such as {\"type\": \"Add\"}", path, problems);
    if (!json.is_object()) {
        return;
    }
    if (!found.count("type")) {
        problems.add(path, "has no type; expected an object such as {\"type\": \"Add\"}; got " + in_short(json));
        return;
    }
    const auto type = read_value(text(), found.at("type"), below(path, "type"), problems);
    IgnoredType ignored{type.value_or(""), {}};
    if (found.count("attributes") && !found.at("attributes").is_null()) {
        read_attributes(ignored.attributes, found.at("attributes"), below(path, "attributes"), problems);
    }
    types.push_back(ignored);
}

void read_region(std::vector<IgnoredRegion>& regions, const Json& json, const std::string& path, Problems& problems) {
    static const std::vector<std::string> kEnds{"inputs", "outputs"};
    auto found = entries(json, kEnds, "an object with inputs and outputs", path, problems);
    IgnoredRegion region;
    for (const auto& end : json.is_object() ? kEnds : std::vector<std::string>{}) {
        auto& names = end == "inputs" ? region.inputs : region.outputs;
        if (found.count(end) && is_list(found.at(end), "names", below(path, end), problems)) {
            read_names(names, found.at(end), below(path, end), problems);
        }
        if (names.empty()) {
            problems.add(below(path, end), "at least one name is missing");
        }
    }
    regions.push_back(region);
}

}  // namespace

void add_wrong_value(const std::string& expected, const std::vector<std::string>& names, const Json& json,
                     const std::string& path, Problems& problems) {
    problems.add(path, "expected " + expected + "; got " + in_short(json) +
                           (json.is_string() ? did_you_mean(json.get<std::string>(), names) : ""));
}

Codec<bool> boolean() {
    return {"true or false",
            [](const Json& json) { return json.is_boolean() ? std::optional<bool>(json.get<bool>()) : std::nullopt; },
            [](const bool& value) { return Json(value); }};
}

Codec<double> number(double least, double below, const std::string& expected) {
    const auto read = [least, below](const Json& json) -> std::optional<double> {
        const double value = json.is_number() ? json.get<double>() : NAN;
        return value >= least && value < below ? std::optional<double>(value) : std::nullopt;
    };
    return {expected, read, [](const double& value) { return Json(value); }};
}

Codec<std::string> text() {
    const auto read = [](const Json& json) {
        return json.is_string() ? std::optional<std::string>(json.get<std::string>()) : std::nullopt;
    };
    return {"text", read, [](const std::string& value) { return Json(value); }};
}

Codec<Profile> profile_name() {
    return choice<Profile>({{"octet", Profile::Octet}, {"pot", Profile::Pot}});
}

Codec<Preset> preset_name() {
    return choice<Preset>({{"performance", Preset::Performance},
                           {"mixed", Preset::Mixed},
                           {"accuracy", Preset::Accuracy},
                           {"symmetric", Preset::Performance},
                           {"asymmetric", Preset::Accuracy}});
}

Codec<ModelType> model_type_name() {
    return choice<ModelType>(
        {{"auto", ModelType::Auto}, {"none", ModelType::None}, {"transformer", ModelType::Transformer}});
}

Codec<std::string> device_name() {
    return spelling({"ANY", "CPU", "CPU_SPR", "GPU", "NPU", "GNA", "GNA3", "GNA3.5"});
}

Codec<Sampling> sampling_name() {
    return choice<Sampling>({{"spread", Sampling::Spread}, {"first", Sampling::First}, {"shuffle", Sampling::Shuffle}});
}

Codec<SaturationFix> saturation_fix_name() {
    return choice<SaturationFix>(
        {{"first_layer", SaturationFix::FirstLayer}, {"all", SaturationFix::All}, {"no", SaturationFix::No}});
}

Codec<BiasFormula> bias_formula_name() {
    return choice<BiasFormula>({{"difference", BiasFormula::Difference}, {"output_mean", BiasFormula::OutputMean}});
}

Codec<RangePreset> range_preset_name() {
    return choice<RangePreset>({{"default", RangePreset::Default}, {"quantile", RangePreset::Quantile}});
}

Codec<RangeStatistic> statistic_name() {
    return choice<RangeStatistic>({{"min", RangeStatistic::Min},
                                   {"max", RangeStatistic::Max},
                                   {"abs_max", RangeStatistic::AbsMax},
                                   {"quantile", RangeStatistic::Quantile},
                                   {"abs_quantile", RangeStatistic::AbsQuantile}});
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

Codec<std::string> algorithm_name() {
    return spelling({"DefaultQuantization", "ActivationChannelAlignment", "SmoothQuant", "MinMaxQuantization",
                     "FastBiasCorrection", "RangeSelection", "ActivationBiasCorrection", "BiasCorrection",
                     "OverflowCorrection"});
}

void read_algorithm_names(std::vector<std::string>& names, const Json& json, const std::string& path,
                          Problems& problems) {
    if (!is_list(json, "names of algorithms", path, problems)) {
        return;
    }
    if (json.empty()) {
        problems.add(path, "expected at least one algorithm; got none");
    }
    std::vector<std::string> read;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (const auto name = read_value(algorithm_name(), json[i], at(path, i), problems)) {
            read.push_back(*name);
        }
    }
    names = read;
}

void read_scope(std::vector<std::string>& names, const Json& json, const std::string& path, Problems& problems) {
    if (is_list(json, "names of operations", path, problems)) {
        names.clear();
        read_names(names, json, path, problems);
    }
}

void read_ignored_types(std::vector<IgnoredType>& types, const Json& json, const std::string& path,
                        Problems& problems) {
    if (!is_list(json, "objects such as {\"type\": \"Add\"}", path, problems)) {
        return;
    }
    types.clear();
    for (std::size_t i = 0; i < json.size(); ++i) {
        read_ignored_type(types, json[i], at(path, i), problems);
    }
}

void read_regions(std::vector<IgnoredRegion>& regions, const Json& json, const std::string& path, Problems& problems) {
    if (!is_list(json, "objects with inputs and outputs", path, problems)) {
        return;
    }
    regions.clear();
    for (std::size_t i = 0; i < json.size(); ++i) {
        read_region(regions, json[i], at(path, i), problems);
    }
}

void read_shapes(std::map<std::string, ov::PartialShape>& shapes, const Json& json, const std::string& path,
                 Problems& problems) {
    if (!json.is_object()) {
        add_wrong_value("an object of inputs and their shapes", {}, json, path, problems);
        return;
    }
    shapes.clear();
    for (const auto& [input, shape] : json.items()) {
        try {
            shapes[input] = ov::PartialShape(shape.is_string() ? shape.get<std::string>() : "no shape");
        } catch (const std::exception&) {
            add_wrong_value("a shape such as \"[1,3,?,224]\"", {}, shape, below(path, input), problems);
        }
    }
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

Json write_regions(const std::vector<IgnoredRegion>& regions) {
    Json list = Json::array();
    for (const auto& region : regions) {
        list.push_back({{"inputs", region.inputs}, {"outputs", region.outputs}});
    }
    return list;
}

Json write_shapes(const std::map<std::string, ov::PartialShape>& shapes) {
    Json object = Json::object();
    for (const auto& [input, shape] : shapes) {
        object[input] = shape.to_string();
    }
    return object;
}

}  // namespace octet
