// The published schema and the code that reads by it know the same options.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "config/fields.hpp"
#include "config/schema.hpp"
#include "support.hpp"

namespace octet {
namespace {

std::set<std::string> field_paths() {
    std::set<std::string> paths;
    for (const auto& field : fields()) {
        paths.insert(field.path);
    }
    return paths;
}

bool is_section(const std::string& path) {
    const auto& all = sections();
    return std::any_of(all.begin(), all.end(), [&](const Section& section) { return section.path == path; });
}

TEST(Schema, HasEachField) {
    const auto known = known_paths("options");
    for (const auto& path : field_paths()) {
        EXPECT_NE(std::find(known.begin(), known.end(), path), known.end()) << path;
    }
}

TEST(Schema, HasNoOptionThatNoFieldReads) {
    const auto fields = field_paths();
    for (const auto& path : known_paths("options")) {
        EXPECT_TRUE(fields.contains(path) || is_section(path) || path == "$schema") << path;
    }
}

TEST(Schema, NamesNoChoiceThatTheCodeDoesNotKnow) {
    std::size_t count = 0;
    for (const auto& path : known_paths("options")) {
        for (const auto& name : schema_keyword("options", path, "enum")) {
            Options options;
            if (path == "profile") {
                continue;  // chosen before all other options
            }
            EXPECT_NO_THROW(set_option(options, path, name.get<std::string>())) << path << " " << name;
            ++count;
        }
    }
    EXPECT_GT(count, 100U);
}

TEST(Schema, NamesEachChoiceAsItIsWritten) {
    for (const auto& path : known_paths("options")) {
        for (const auto& name : schema_keyword("options", path, "enum")) {
            Options options;
            if (path == "profile") {
                continue;
            }
            set_option(options, path, name.get<std::string>());
            EXPECT_EQ(find_field(path)->give(options), name) << path;
        }
    }
}

TEST(Schema, TellsTheDefaultsOfTheCode) {
    for (const auto& field : fields()) {
        const Json told = schema_keyword("options", field.path, "default");
        if (field.give && !told.is_null()) {
            const Json value = field.give(Options{});
            EXPECT_TRUE(value.is_null() || value == told) << field.path << ": " << value << ", schema: " << told;
        }
    }
}

TEST(Schema, IsKnownToItselfInAnyLetterCase) {
    EXPECT_EQ(known_path("Weights.Range_Estimator.MAX.type", "options"), "weights.range_estimator.max.type");
    EXPECT_EQ(known_path("model type", "options"), "model_type");
    EXPECT_EQ(known_path("subset", "options"), "stat_subset_size");
    EXPECT_EQ(known_path("weights.", "options"), "");
    EXPECT_EQ(known_path("", "options"), "");
}

TEST(Examples, AreTaken) {
    const auto brief = read_configuration(OCTET_EXAMPLES_DIR "/default_quantization.json");
    EXPECT_TRUE(brief.warnings.empty());
    EXPECT_EQ(brief.model.name, "text_detection");
    EXPECT_EQ(brief.model.weights, "examples/text_detection/model.bin");
    ASSERT_EQ(brief.engine.data.size(), 1U);
    EXPECT_EQ(brief.engine.data[0].path, "examples/text_detection/pictures");
    const auto yaml = read_configuration(OCTET_EXAMPLES_DIR "/default_quantization.yaml");
    EXPECT_EQ(to_json(yaml.options), to_json(brief.options));
    EXPECT_EQ(yaml.model.model, brief.model.model);
    EXPECT_EQ(read_configuration(OCTET_EXAMPLES_DIR "/every_parameter.json").options.subset, 300U);
    EXPECT_TRUE(read_configuration(OCTET_EXAMPLES_DIR "/accuracy_aware.json").accuracy.has_value());
}

TEST(Examples, HoldEveryParameter) {
    std::string text;
    for (const char* name : {"/every_parameter.json", "/accuracy_aware.json", "/cascade.json", "/data_free.json"}) {
        std::ifstream file(std::string(OCTET_EXAMPLES_DIR) + name);
        text += std::string{std::istreambuf_iterator<char>(file), {}};
    }
    std::set<std::string> known, missing;
    for (const char* definition : {"model", "engine", "compression", "params"}) {
        for (const auto& path : known_paths(definition)) {
            known.insert(path.substr(path.find_last_of('.') + 1));
        }
    }
    for (const auto& key : known) {
        if (!contains(text, "\"" + key + "\"")) {
            missing.insert(key);
        }
    }
    EXPECT_EQ(missing, (std::set<std::string>{"$schema", "config", "datasets", "launchers"}));
}

/// Does the published schema take a text?
bool is_published(const std::string& text) {
    std::ifstream file(OCTET_DOCS_DIR "/octet.schema.json");
    const Json published = Json::parse(file);
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(published), schema);
    const Json json = Json::parse(text);
    return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(json), nullptr);
}

TEST(PublishedSchema, TakesWhatTheCommandTakes) {
    for (const char* text : {
             R"({"model": {"model": "a.xml"}, "engine": {"data_source": "d"}, "compression": {"model type": "None",
                 "algorithms": [{"name": "defaultquantization", "params": {"Preset": "Symmetric", "seed": null}}]}})",
             R"({"inplace_statistic": true, "algorithms": [{"name": "DefaultQuantization", "params": null}]})",
             R"([{"name": "MinMaxQuantization"}])",
             R"({"preset": "MIXED", "subset": 3, "$schema": "x"})",
         }) {
        EXPECT_NO_THROW(parse(text)) << text;
        EXPECT_TRUE(is_published(text)) << text;
    }
    EXPECT_TRUE(is_published(to_json(Options{})));
    EXPECT_TRUE(is_published(to_json(profile_options(Profile::Pot))));
}

TEST(PublishedSchema, RefusesWhatTheCommandRefuses) {
    for (const char* text : {
             R"({"compression": {"algorithms": [{"name": "DefaultQuantisation"}]}})",
             R"({"compression": {}})",
             R"([{"name": "MinMaxQuantization", "params": {"bits": 8}}])",
             R"({"preset": "fast"})",
             R"({"weights": {"bits": 99}})",
             R"({"x": 1})",
         }) {
        EXPECT_NE(parse_error(text), "no error") << text;
        EXPECT_FALSE(is_published(text)) << text;
    }
}

}  // namespace
}  // namespace octet
