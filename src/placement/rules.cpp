#include "placement/rules.hpp"

#include <stdexcept>
#include <tuple>

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/attributes.hpp"
#include "graph/operations.hpp"
#include "placement/schemes.hpp"
#include "rules_text.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

/// Types that the tables name and POT does not know.
const std::set<std::string> kBeyondPot{"Slice"};

const std::map<std::string, std::string_view>& tables() {
    static const std::map<std::string, std::string_view> kTables{{"cpu", embedded::cpu}, {"cpu_spr", embedded::cpu_spr},
                                                                 {"gpu", embedded::gpu}, {"npu", embedded::npu},
                                                                 {"gna", embedded::gna}, {"gna3", embedded::gna3}};
    return kTables;
}

Json parse(std::string_view text) {
    return Json::parse(text, nullptr, true, /*ignore_comments=*/true);
}

/// `json` with what it leaves unsaid from the table it is based on: operations by type, all else by key.
Json complete(Json json) {
    if (!json.contains("based_on")) {
        return json;
    }
    Json base = complete(parse(tables().at(json.at("based_on"))));
    std::set<std::string> replaced = json.value("without", std::set<std::string>{});
    Json operations = json.value("operations", Json::array());
    for (const auto& row : operations) {
        for (const std::string type : row.at("types")) {
            replaced.insert(type);
        }
    }
    for (auto row : base.at("operations")) {
        auto types = row.at("types").get<std::vector<std::string>>();
        std::erase_if(types, [&](const std::string& type) { return replaced.count(type) != 0; });
        if (!types.empty()) {
            row["types"] = types;
            operations.push_back(row);
        }
    }
    const Json own_schemes = json.value("schemes", Json::object());
    for (const auto& [name, schemes] : own_schemes.items()) {
        base["schemes"][name] = schemes;
    }
    json.erase("schemes");
    base.update(json);
    base["operations"] = operations;
    return base;
}

template <class Value>
Value choose(const Json& json, const char* key, const std::map<std::string, Value>& values) {
    return values.at(json.at(key).get<std::string>());
}

Scheme read_scheme(const Json& json, bool is_weights) {
    Scheme scheme;
    scheme.bits = json.at("bits");
    if (scheme.bits < 2 || scheme.bits > 32) {
        throw std::out_of_range("bits: expected 2 to 32, got " + std::to_string(scheme.bits));
    }
    scheme.mode = choose<Mode>(json, "mode", {{"symmetric", Mode::Symmetric}, {"asymmetric", Mode::Asymmetric}});
    scheme.granularity = choose<Granularity>(
        json, "granularity", {{"pertensor", Granularity::PerTensor}, {"perchannel", Granularity::PerChannel}});
    std::tie(scheme.level_low, scheme.level_high) = default_levels(scheme, is_weights);
    scheme.level_low = json.value("level_low", scheme.level_low);
    scheme.level_high = json.value("level_high", scheme.level_high);
    check_levels(scheme);
    scheme.is_signed = json.value("signed", false);
    scheme.unified_zero_point = json.value("unified_zero_point", false);
    return scheme;
}

std::vector<Scheme> read_schemes(const Json& table, const Json& row, const char* key) {
    std::vector<Scheme> schemes;
    const Json names = row.value(key, Json::array());
    for (const auto& name : names.is_array() ? names : Json::array({names})) {
        for (const auto& scheme : table.at("schemes").at(name.get<std::string>())) {
            schemes.push_back(read_scheme(scheme, std::string(key) == "weights"));
        }
    }
    return schemes;
}

Acceleration read_acceleration(const Json& json) {
    if (json.is_boolean()) {
        return json.get<bool>() ? Acceleration::Always : Acceleration::Never;
    }
    if (json != "beside" && json != "before") {
        throw std::out_of_range("accelerated: expected true, false, \"beside\" or \"before\", got " + json.dump());
    }
    return json == "beside" ? Acceleration::Beside : Acceleration::Before;
}

HardwareRules read_rules(std::string_view text) {
    const Json json = complete(parse(text));
    HardwareRules rules;
    rules.targets = json.at("targets").get<std::set<std::string>>();
    for (const auto& row : json.at("operations")) {
        OperationRule rule;
        rule.activations = read_schemes(json, row, "activations");
        rule.weights = read_schemes(json, row, "weights");
        rule.outputs = read_schemes(json, row, "outputs");
        if (row.contains("ports")) {
            rule.ports = row.at("ports").get<std::vector<std::size_t>>();
        }
        rule.acceleration = read_acceleration(row.value("accelerated", Json(true)));
        rule.unless = row.value("unless", std::map<std::string, std::string>{});
        rule.input_priority = row.value("input_priority", 1);
        rule.output_priority = row.value("output_priority", 0);
        for (const std::string type : row.at("types")) {
            rules.operations.emplace(type, rule);
        }
    }
    static const std::map<std::string, Hoist> kHoists{
        {"first", Hoist::FirstInput}, {"all", Hoist::AllInputs}, {"variable", Hoist::VariableInputs}};
    for (const auto& row : json.at("agnostic")) {
        for (const std::string type : row.at("types")) {
            rules.agnostic.emplace(type, choose(row, "inputs", kHoists));
        }
    }
    json.at("transparent").get_to(rules.transparent);
    rules.fused_types = json.value("fused_types", rules.fused_types);
    json.at("unified").get_to(rules.unified);
    json.at("unified_ports").get_to(rules.unified_ports);
    json.at("pattern_sets").get_to(rules.pattern_sets);
    json.at("transformer_types").get_to(rules.transformer_types);
    rules.primary_bits = json.value("primary_bits", rules.primary_bits);
    rules.attention_is_symmetric = json.value("attention_is_symmetric", true);
    rules.fused_additions = json.value("fused_additions", false);
    rules.saturation_fix = json.value("saturation_fix", false);
    rules.overflow_correction = json.value("overflow_correction", false);
    return rules;
}

HardwareRules read_user_rules(const std::string& text) {
    try {
        return read_rules(text);
    } catch (const std::exception& error) {
        throw Error(ErrorCode::InvalidOption, "hardware rules",
                    std::string("the table cannot be read: ") + error.what());
    }
}

HardwareRules rules_of_target(const Options& options) {
    std::vector<std::string> known;
    for (const auto& [name, text] : tables()) {
        auto rules = read_rules(text);
        for (const auto& target : rules.targets) {
            known.push_back(target);
            if (lower_case(target) == lower_case(options.target_device)) {
                return rules;
            }
        }
    }
    std::string list;
    for (const auto& name : known) {
        list += (list.empty() ? "" : ", ") + name;
    }
    throw Error(ErrorCode::InvalidOption, "target device",
                "expected one of " + list + ", got \"" + options.target_device + "\"" +
                    did_you_mean(options.target_device, known));
}

}  // namespace

const OperationRule* HardwareRules::find(const ov::Node& node) const {
    auto found = operations.find(rule_type(node));
    if (found == operations.end()) {
        found = operations.find(node.get_type_name());
    }
    if (found == operations.end()) {
        return nullptr;
    }
    for (const auto& [name, value] : found->second.unless) {
        if (attribute(node, name) == value) {
            return nullptr;
        }
    }
    return &found->second;
}

HardwareRules rules_for(const Options& options) {
    auto rules = options.hardware_rules.empty() ? rules_of_target(options) : read_user_rules(options.hardware_rules);
    rules.careful_propagation = options.careful_propagation;
    if (!rules.careful_propagation) {
        std::erase_if(rules.agnostic, [](const auto& entry) { return kBeyondPot.count(entry.first) != 0; });
    }
    return rules;
}

}  // namespace octet
