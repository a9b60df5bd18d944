#include "placement/rules.hpp"

#include <nlohmann/json.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "graph/attributes.hpp"
#include "graph/operations.hpp"
#include "rules_text.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;

Scheme read_scheme(const Json& json, bool is_weights) {
    Scheme scheme;
    scheme.bits = json.at("bits");
    scheme.mode = json.at("mode") == "symmetric" ? Mode::Symmetric : Mode::Asymmetric;
    scheme.granularity = json.at("granularity") == "perchannel" ? Granularity::PerChannel : Granularity::PerTensor;
    const int half = 1 << (scheme.bits - 1);
    const bool is_narrow = is_weights && scheme.mode == Mode::Symmetric;
    scheme.level_low = json.value("level_low", is_narrow ? 1 - half : -half);
    scheme.level_high = json.value("level_high", half - 1);
    return scheme;
}

std::vector<Scheme> read_schemes(const Json& table, const Json& row, const char* key) {
    std::vector<Scheme> schemes;
    if (row.contains(key)) {
        for (const auto& scheme : table.at("schemes").at(row.at(key).get<std::string>())) {
            schemes.push_back(read_scheme(scheme, std::string(key) == "weights"));
        }
    }
    return schemes;
}

HardwareRules read_rules(std::string_view text) {
    const Json json = Json::parse(text, nullptr, true, /*ignore_comments=*/true);
    HardwareRules rules;
    rules.targets = json.at("targets").get<std::set<std::string>>();
    for (const auto& row : json.at("operations")) {
        OperationRule rule;
        rule.activations = read_schemes(json, row, "activations");
        rule.weights = read_schemes(json, row, "weights");
        if (row.contains("ports")) {
            rule.ports = row.at("ports").get<std::vector<std::size_t>>();
        }
        rule.unless = row.value("unless", std::map<std::string, std::string>{});
        for (const std::string type : row.at("types")) {
            rules.operations.emplace(type, rule);
        }
    }
    static const std::map<std::string, Hoist> kHoists{
        {"first", Hoist::FirstInput}, {"all", Hoist::AllInputs}, {"variable", Hoist::VariableInputs}};
    for (const auto& row : json.at("agnostic")) {
        for (const std::string type : row.at("types")) {
            rules.agnostic.emplace(type, kHoists.at(row.at("inputs")));
        }
    }
    rules.transparent = json.at("transparent").get<std::set<std::string>>();
    rules.unified = json.at("unified").get<std::set<std::string>>();
    rules.saturation_fix = json.at("saturation_fix");
    return rules;
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

HardwareRules rules_for(const std::string& target_device) {
    std::vector<std::string> known;
    for (const auto text : {embedded::cpu}) {
        auto rules = read_rules(text);
        for (const auto& target : rules.targets) {
            known.push_back(target);
            if (lower_case(target) == lower_case(target_device)) {
                return rules;
            }
        }
    }
    std::string list;
    for (const auto& name : known) {
        list += (list.empty() ? "" : ", ") + name;
    }
    throw Error(ErrorCode::InvalidOption, "target device",
                "expected one of " + list + ", got \"" + target_device + "\"" + did_you_mean(target_device, known));
}

}  // namespace octet
