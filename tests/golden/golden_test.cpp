// Runs the golden cases that need MinMaxQuantization only and compares every FakeQuantize with POT's.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openvino/op/ops.hpp>

#include "octet/octet.hpp"

namespace octet {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Json read_json(const fs::path& path) {
    std::ifstream file(path);
    return Json::parse(file);
}

/// A FakeQuantize by what it stands on: levels and the four limits.
struct Facts {
    std::size_t levels = 0;
    std::vector<float> limits[4];
};
using FactMap = std::map<std::string, Facts>;

constexpr const char* kLimits[] = {"input_low", "input_high", "output_low", "output_high"};

FactMap expected_facts(const Json& golden) {
    FactMap facts;
    for (const auto& entry : golden.at("fake_quantize")) {
        const auto& producer = entry.at("producer");
        Facts fact;
        fact.levels = entry.at("levels");
        for (std::size_t i = 0; i < 4; ++i) {
            fact.limits[i] = entry.at(kLimits[i]).at("values").get<std::vector<float>>();
        }
        facts[producer.at("name").get<std::string>() + ":" + std::to_string(producer.at("port").get<int>())] = fact;
    }
    return facts;
}

FactMap actual_facts(const ov::Model& model) {
    FactMap facts;
    for (const auto& node : model.get_ordered_ops()) {
        const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node);
        if (!quantizer) {
            continue;
        }
        auto source = quantizer->input_value(0);
        if (ov::is_type<ov::op::v0::Convert>(source.get_node()) &&
            ov::is_type<ov::op::v0::Constant>(source.get_node()->get_input_node_ptr(0))) {
            source = source.get_node()->input_value(0);
        }
        Facts fact;
        fact.levels = quantizer->get_levels();
        for (std::size_t i = 0; i < 4; ++i) {
            fact.limits[i] =
                ov::as_type<ov::op::v0::Constant>(quantizer->get_input_node_ptr(i + 1))->cast_vector<float>();
        }
        facts[source.get_node()->get_friendly_name() + ":" + std::to_string(source.get_index())] = fact;
    }
    return facts;
}

/// Relative to the largest limit of the kind: statistics come from f32 inference.
bool are_near(const std::vector<float>& expected, const std::vector<float>& actual) {
    if (expected.size() != actual.size()) {
        return false;
    }
    float largest = 0;
    for (const float value : expected) {
        largest = std::max(largest, std::fabs(value));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!(std::fabs(expected[i] - actual[i]) <= 1e-5F * largest)) {
            return false;
        }
    }
    return true;
}

std::string difference(const FactMap& expected, const FactMap& actual) {
    for (const auto& [name, fact] : expected) {
        const auto found = actual.find(name);
        if (found == actual.end()) {
            return "no FakeQuantize on " + name;
        }
        if (found->second.levels != fact.levels) {
            return "levels on " + name;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            if (!are_near(fact.limits[i], found->second.limits[i])) {
                std::ostringstream text;
                text << kLimits[i] << " on " << name << ": expected " << fact.limits[i].size() << " values, first "
                     << fact.limits[i][0] << "; got " << found->second.limits[i].size() << ", first "
                     << found->second.limits[i][0];
                return text.str();
            }
        }
    }
    for (const auto& [name, fact] : actual) {
        if (!expected.count(name)) {
            return "a FakeQuantize too many on " + name;
        }
    }
    return "";
}

bool has_only_known_parameters(const Json& params) {
    static const std::set<std::string> kKnown{"target_device",      "preset",       "stat_subset_size", "model_type",
                                              "inplace_statistics", "use_fast_bias"};
    for (const auto& [key, value] : params.items()) {
        if (!kKnown.count(key)) {
            return false;
        }
    }
    static const std::set<std::string> kDevices{"ANY", "CPU"};
    static const std::set<std::string> kPresets{"performance", "mixed"};
    return kDevices.count(params.value("target_device", "")) && kPresets.count(params.value("preset", "performance")) &&
           params.value("stat_subset_size", 300) >= 8;
}

/// Channel alignment changes constants and ranges; it is not there yet.
bool is_aligned(const Json& golden) {
    for (const auto& entry : golden.at("weights")) {
        if (entry.contains("aligned_consumer") || !entry.contains("scaling_factor")) {
            return true;
        }
    }
    for (const auto& entry : golden.at("bias")) {
        if (entry.value("changed", false) && !entry.value("corrected_flag", false)) {
            return true;
        }
    }
    return false;
}

bool needs_min_max_only(const Json& config, const Json& golden) {
    const auto& algorithms = config.at("algorithms");
    if (algorithms.size() != 1 || golden.contains("error")) {
        return false;
    }
    const std::string name = algorithms[0].at("name");
    return (name == "DefaultQuantization" || name == "MinMaxQuantization") &&
           has_only_known_parameters(algorithms[0].at("params")) && !is_aligned(golden);
}

FactMap quantize_case(const fs::path& folder, const Json& params) {
    const auto model = read_model(folder / "model.xml");
    std::vector<DataSource> sources;
    for (const auto& parameter : model->get_parameters()) {
        const std::string name = parameter->get_friendly_name();
        sources.push_back({name, folder / ("input_" + name + ".npy")});
    }
    Options options;
    options.target_device = params.at("target_device");
    options.preset = params.value("preset", "performance") == "mixed" ? Preset::Mixed : Preset::Performance;
    options.model_type = params.contains("model_type") ? ModelType::Transformer : ModelType::None;
    options.fold = false;
    options.bias_correction = false;
    options.keep_uncompressed_weights = true;
    const auto dataset = open_dataset(*model, sources);
    return actual_facts(*quantize(model, *dataset, options).model);
}

TEST(Golden, MinMaxMatchesPot) {
    const fs::path root(OCTET_GOLDEN_DIR);
    const Json deliberate = read_json(fs::path(OCTET_TEST_SOURCE_DIR) / "golden/deliberate_differences.json");
    std::size_t compared = 0, equal = 0;
    std::set<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root)) {
        if (fs::exists(entry.path() / "golden.json")) {
            folders.insert(entry.path());
        }
    }
    ASSERT_GT(folders.size(), 400U);
    for (const auto& folder : folders) {
        const std::string name = folder.filename();
        const Json config = read_json(folder / "config.json");
        const Json golden = read_json(folder / "golden.json");
        if (!needs_min_max_only(config, golden)) {
            continue;
        }
        ++compared;
        std::string found;
        try {
            found = difference(expected_facts(golden), quantize_case(folder, config.at("algorithms")[0].at("params")));
        } catch (const std::exception& error) {
            found = std::string("threw: ") + error.what();
        }
        equal += found.empty();
        if (deliberate.contains(name)) {
            EXPECT_NE(found, "") << name << " is listed as a deliberate difference but equals POT's result";
        } else {
            EXPECT_EQ(found, "") << name;
        }
    }
    std::cout << equal << " of " << compared << " cases equal POT's quantizers; " << deliberate.size()
              << " differ on purpose\n";
}

}  // namespace
}  // namespace octet
