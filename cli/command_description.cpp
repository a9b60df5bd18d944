#include "command_description.hpp"

#include <CLI/CLI.hpp>

namespace octet::cli {
namespace {

OptionDescription describe(const CLI::Option& option) {
    OptionDescription description;
    for (const auto& letter : option.get_snames()) {
        description.names.push_back("-" + letter);
    }
    for (const auto& name : option.get_lnames()) {
        description.names.push_back("--" + name);
    }
    const std::string value = option.get_type_name();
    description.value = value == "BOOLEAN" ? "" : value;  // CLI11's word for what takes none
    description.what = option.get_description();
    description.is_repeatable = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    return description;
}

}  // namespace

std::string OptionDescription::spelling() const {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text + (value.empty() || has_optional_value() ? "" : " ") + value;
}

std::vector<OptionGroup> describe_options(const CLI::App& app) {
    std::vector<OptionGroup> groups;
    for (const auto& name : app.get_groups()) {
        OptionGroup group{name, {}};
        for (const auto* option : app.get_options([&](const CLI::Option* o) { return o->get_group() == name; })) {
            group.options.push_back(describe(*option));
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

}  // namespace octet::cli
