#include "data/model_inputs.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace octet {

std::vector<ModelInput> model_inputs(const ov::Model& model) {
    std::vector<ModelInput> inputs;
    for (const auto& port : model.inputs()) {
        ModelInput input;
        const auto& names = port.get_names();
        input.names.assign(names.begin(), names.end());
        std::sort(input.names.begin(), input.names.end());
        const std::string& friendly = port.get_node()->get_friendly_name();
        if (std::find(input.names.begin(), input.names.end(), friendly) == input.names.end()) {
            input.names.push_back(friendly);
        }
        input.type = port.get_element_type();
        input.shape = port.get_partial_shape();
        input.layout = ov::layout::get_layout(port);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

std::size_t find_input(const std::vector<ModelInput>& inputs, const std::string& name, const std::string& where) {
    if (name.empty()) {
        if (inputs.size() == 1) {
            return 0;
        }
        throw Error(ErrorCode::InvalidOption, where,
                    "the model has " + std::to_string(inputs.size()) +
                        " inputs; say which one this feeds, as NAME=PATH: " + list_names(inputs));
    }
    std::vector<std::string> known;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        for (const auto& candidate : inputs[i].names) {
            if (candidate == name) {
                return i;
            }
            known.push_back(candidate);
        }
    }
    throw Error(
        ErrorCode::InvalidOption, where,
        "the model has no input \"" + name + "\"" + did_you_mean(name, known) + "; its inputs: " + list_names(inputs));
}

std::string list_names(const std::vector<ModelInput>& inputs) {
    std::vector<std::string> names;
    for (const auto& input : inputs) {
        names.push_back(input.name());
    }
    return quoted(names);
}

Error at_sample(const Error& error, ErrorCode code, const std::string& label) {
    const std::string& where = error.where();
    std::string text = error.what();
    if (!where.empty()) {
        text.erase(0, where.size() + 2);  // "where: "
    }
    const std::string part = where.starts_with(label) ? where.substr(label.size()) : "";
    return {code, label, part.empty() ? text : part + " " + text};
}

}  // namespace octet
