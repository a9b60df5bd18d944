#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "placement/ignored.hpp"
#include "placement/pattern_cases.hpp"
#include "placement/patterns.hpp"

namespace octet {
namespace {

using namespace testing;

const Names kDevices{"ANY", "CPU", "CPU_SPR", "GPU", "NPU", "GNA", "GNA3", "GNA3.5"};

/// The devices of each pattern that is not for all.
const std::map<std::string, Names> kDevicesOf{
    {"fused_scale_shift", {"ANY", "CPU", "CPU_SPR", "GPU"}},
    {"fused_op_const", {"ANY", "CPU", "CPU_SPR", "GPU"}},
    {"fused_activation_scale_shift", {"ANY", "CPU", "CPU_SPR", "GPU"}},
    {"hswish_activation_clamp_multiply", {"ANY", "CPU", "CPU_SPR", "GPU", "NPU"}},
    {"softmax_reshape_transpose_gather_matmul", {"ANY", "CPU", "GPU", "NPU", "GNA", "GNA3", "GNA3.5"}},
    {"assign_result", {"GNA", "GNA3", "GNA3.5"}},
};

const Names& devices_of(const std::string& pattern) {
    const auto found = kDevicesOf.find(pattern);
    return found == kDevicesOf.end() ? kDevices : found->second;
}

std::vector<PatternCase> all_cases() {
    std::vector<PatternCase> cases;
    for (const auto& theme : {scale_patterns(), activation_patterns(), structure_patterns(), input_patterns()}) {
        cases.insert(cases.end(), theme.begin(), theme.end());
    }
    return cases;
}

/// The patterns of every set that a device has, or an option adds.
std::vector<Pattern> all_patterns() {
    std::set<std::string> sets{"fused_activations"};
    for (const auto& device : kDevices) {
        sets.merge(rules_for({.target_device = device}).pattern_sets);
    }
    return ignored_patterns(sets);
}

/// What the pattern of the given name covers by itself.
Names covered(const ov::Model& model, const std::string& name) {
    auto patterns = all_patterns();
    std::erase_if(patterns, [&](const Pattern& pattern) { return pattern.name != name; });
    const GraphIndex graph(model);
    Names names;
    for (const auto& [number, pattern] : match_patterns(graph, patterns)) {
        names.insert(graph[number].get_friendly_name());
    }
    return names;
}

/// Why operations are ignored, by name.
std::map<std::string, std::string> reasons(const ov::Model& model, const std::string& device) {
    const GraphIndex graph(model);
    const Options options{.target_device = device};
    std::map<std::string, std::string> found;
    for (const auto& [number, why] : find_ignored(graph, rules_for(options), options, false).reasons) {
        found.emplace(graph[number].get_friendly_name(), why);
    }
    return found;
}

bool is_ignored_as(const std::map<std::string, std::string>& reasons, const std::string& pattern) {
    return std::any_of(reasons.begin(), reasons.end(),
                       [&](const auto& found) { return found.second == "part of " + pattern; });
}

class IgnoredPattern : public ::testing::TestWithParam<PatternCase> {};

TEST_P(IgnoredPattern, CoversItsOperationsOnItsDevices) {
    const auto& example = GetParam();
    EXPECT_EQ(covered(*example.model, example.pattern), example.marked);
    for (const auto& device : kDevices) {
        SCOPED_TRACE(device);
        const auto found = reasons(*example.model, device);
        const bool holds = !example.marked.empty() && devices_of(example.pattern).count(device);
        EXPECT_EQ(is_ignored_as(found, example.pattern), holds);
        for (const auto& name : example.marked) {
            // Another pattern may have been there first.
            EXPECT_TRUE(!holds || (found.count(name) && found.at(name).starts_with("part of "))) << name;
        }
        for (const auto& name : example.unmarked) {
            EXPECT_FALSE(found.count(name)) << name << ": " << found.at(name);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, IgnoredPattern, ::testing::ValuesIn(all_cases()),
                         [](const auto& example) { return example.param.name(); });

TEST(IgnoredPatterns, EachHasAnExampleAndANearMiss) {
    Names taken, left, known;
    for (const auto& example : all_cases()) {
        (example.marked.empty() ? left : taken).insert(example.pattern);
    }
    for (const auto& pattern : all_patterns()) {
        known.insert(pattern.name);
    }
    EXPECT_EQ(taken, known);
    EXPECT_EQ(left, known);
}

TEST(IgnoredPatterns, OnlyABiasCostsNothing) {
    for (const auto& pattern : all_patterns()) {
        EXPECT_EQ(pattern.is_fused, pattern.name == "operation_with_bias") << pattern.name;
    }
}

TEST(IgnoredPatterns, EveryNodeIsReachedFromTheLast) {
    for (const auto& pattern : all_patterns()) {
        std::vector<bool> is_reached(pattern.nodes.size(), false);
        is_reached.back() = true;
        for (std::size_t i = pattern.nodes.size(); i-- > 0;) {
            EXPECT_TRUE(is_reached[i]) << pattern.name << ", node " << i;
            for (const std::size_t input : pattern.nodes[i].inputs) {
                ASSERT_LT(input, i) << pattern.name;
                is_reached[input] = true;
            }
        }
    }
}

}  // namespace
}  // namespace octet
