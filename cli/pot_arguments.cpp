#include "pot_arguments.hpp"

#include <algorithm>

#include "usage_error.hpp"

namespace octet::cli {
namespace {

void check_beside_config(const Arguments& given) {
    const bool has_preset = std::any_of(given.settings.begin(), given.settings.end(),
                                        [](const Setting& setting) { return setting.key == "preset"; });
    const std::pair<bool, const char*> kOther[] = {{!given.model.empty(), "--model"},
                                                   {!given.weights.empty(), "--weights"},
                                                   {has_preset, "--preset"},
                                                   {!given.ac_config.empty(), "--ac-config"}};
    for (const auto& [is_given, name] : kOther) {
        if (is_given) {
            throw UsageError(std::string("expected either --config or ") + name +
                             "; got both (what the configuration says is changed there)");
        }
    }
}

void check_quantize(const Arguments& given) {
    if (given.model.empty() || given.weights.empty()) {
        throw UsageError(
            std::string("--quantize needs the model; missing ") +
            (given.model.empty() ? given.weights.empty() ? "--model and --weights" : "--model" : "--weights"));
    }
    if (given.pot.method == "accuracy_aware" && !given.accuracy_given.max_drop) {
        throw UsageError("--quantize accuracy_aware needs --max-drop");
    }
    if (given.pot.engine != "simplified") {
        if (given.ac_config.empty()) {
            throw UsageError("--quantize needs --ac-config, or --engine simplified with --data-source");
        }
        return;
    }
    if (!given.ac_config.empty()) {
        throw UsageError("--ac-config: expected no --engine simplified beside it");
    }
    if (given.pot.data_source.empty()) {
        throw UsageError("--engine simplified needs --data-source");
    }
    if (given.evaluate) {
        throw UsageError(
            "--evaluate needs labels, which are in --ac-config, or in a configuration (engine.labels); "
            "without labels use octet evaluate");
    }
}

}  // namespace

void check_pot_arguments(const Arguments& given) {
    const bool has_config = !given.config.empty(), has_method = !given.pot.method.empty();
    if (has_config == has_method) {
        throw UsageError(std::string("expected either --config or --quantize; got ") +
                         (has_config ? "both" : "neither"));
    }
    if (has_config) {
        check_beside_config(given);
    } else {
        check_quantize(given);
    }
}

}  // namespace octet::cli
