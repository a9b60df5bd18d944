// options.json, its way back, and single options by name.
#include <gtest/gtest.h>

#include "config/fields.hpp"
#include "config/options.hpp"
#include "support.hpp"

namespace octet {
namespace {

Options unusual_options() {
    Options options;
    options.profile = Profile::Pot;
    options.algorithms = {"MinMaxQuantization", "BiasCorrection"};
    options.preset = Preset::Accuracy;
    options.model_type = ModelType::Transformer;
    options.target_device = "GNA3.5";
    options.hardware_rules = "{\"a\": [1, \"\xc3\xa4\"]}\n";
    options.subset = 300;
    options.sampling = Sampling::Shuffle;
    options.seed = 9223372036854775807U;
    options.ignored.names = {"re:.*head.*", "a\"b", "body|x"};
    options.ignored.types = {{"Add", {}}, {"Convolution", {{"group", "6"}, {"strides", "1,1"}}}};
    options.ignored.regions = {{{"a", "b"}, {"c"}}};
    options.ignored.skip_model = true;
    options.range_estimator.preset = RangePreset::Quantile;
    options.range_estimator.max = {RangeStatistic::AbsQuantile, 1. / 3, Granularity::PerChannel, -0.1,
                                   Aggregator::HodgesLehmann};
    options.weights = {4, Mode::Asymmetric, Granularity::PerTensor, -7, 7, RangeEstimatorOptions{}, {"fc", "re:a.*"}};
    options.activations.range_estimator.emplace().min.aggregator = Aggregator::MedianNoOutliers;
    options.outputs.bits = 16;
    options.saturation_fix = SaturationFix::No;
    options.smooth_quant = false;
    options.range_selection = false;
    options.range_search = true;
    options.fuse_activation_scales = false;
    options.careful_propagation = false;
    options.full_range_16bit = false;
    options.quantize_unaccelerated = true;
    options.fold = false;
    options.channel_alignment = true;
    options.bias_correction = false;
    options.use_fast_bias = false;
    options.bias_formula = BiasFormula::OutputMean;
    options.simulate_activations = false;
    options.threshold = 0.1;
    options.apply_for_all_nodes = true;
    options.inplace_statistics = false;
    options.keep_uncompressed_weights = true;
    options.fp16 = true;
    options.shapes[""] = ov::PartialShape{1, 3, ov::Dimension::dynamic(), ov::Dimension(1, 8)};
    options.shapes["x"] = ov::PartialShape::dynamic();
    options.reshape = true;
    options.skip_bad = true;
    options.converge = 0.05;
    options.smooth_convolutions = true;
    options.use_layerwise_tuning = true;
    options.tuning = {TuningMethod::Gradient,
                      {"a", "re:b.*"},
                      true,
                      64,
                      Optimizer::Sgd,
                      10,
                      2000,
                      false,
                      true,
                      1e-3,
                      1e-2,
                      1e-4,
                      1e-5,
                      {2e-3},
                      {3e-3}};
    options.states = States::Keep;
    options.split_batches = false;
    return options;
}

/// All keys of `a` and below it that have another value in `b`, or none.
std::size_t count_differences(const Json& a, const Json& b) {
    return Json::diff(a, b).size();
}

TEST(OptionsJson, ReadBackGivesTheSameOptions) {
    for (const auto& options : {Options{}, profile_options(Profile::Pot), unusual_options()}) {
        const std::string text = to_json(options);
        const auto again = parse_configuration(text, "options.json");
        EXPECT_EQ(to_json(again.options), text);
        for (const auto& warning : again.warnings) {
            EXPECT_NE(warning.find("the end of a range is per channel where its quantizer is"), std::string::npos)
                << warning;
        }
        EXPECT_EQ(again.options.weights, options.weights);
        EXPECT_EQ(again.options.activations, options.activations);
        EXPECT_EQ(again.options.range_estimator, options.range_estimator);
        EXPECT_EQ(again.options.ignored.types, options.ignored.types);
        EXPECT_EQ(again.options.ignored.regions, options.ignored.regions);
        EXPECT_EQ(again.options.shapes, options.shapes);
        EXPECT_EQ(again.options.hardware_rules, options.hardware_rules);
        EXPECT_EQ(again.options.seed, options.seed);
    }
}

/// The test above proves little for an option that stays at its default.
TEST(OptionsJson, TheUnusualOptionsDifferInEveryOptionOnTop) {
    const Json usual = Json::parse(to_json(Options{})), unusual = Json::parse(to_json(unusual_options()));
    for (const auto& [name, value] : usual.items()) {
        EXPECT_NE(count_differences(value, unusual.at(name)), 0U) << name;
    }
}

TEST(OptionsJson, MayNameAFewOptionsOnly) {
    const auto options = parse(R"({"preset": "mixed", "ignored": {"regions": [{"inputs": ["a"], "outputs": ["b"]}]}})");
    EXPECT_EQ(options.profile, Profile::Octet);
    EXPECT_EQ(options.preset, Preset::Mixed);
    EXPECT_EQ(options.ignored.regions, (std::vector<IgnoredRegion>{{{"a"}, {"b"}}}));
    EXPECT_FALSE(parse(R"({"profile": "POT"})").fold);
    EXPECT_EQ(parse(R"({"algorithms": ["minmaxquantization"]})").algorithms,
              std::vector<std::string>{"MinMaxQuantization"});
}

TEST(OptionsJson, RefusesWhatItDoesNotKnow) {
    for (const auto& [text, message] : std::vector<std::pair<const char*, const char*>>{
             {R"({"prest": "mixed"})", "prest: unknown (did you mean \"preset\"?)"},
             {R"({"profile": "nncf"})", "profile: expected one of octet, pot"},
             {R"({"algorithms": ["MinMax"]})", "algorithms[0]: expected one of"},
             {R"({"shapes": {"x": "1,z"}})", "shapes.x: expected a shape such as"},
             {R"({"ignored": {"regions": [{"inputs": ["a"]}]}})",
              "ignored.regions[0].outputs: is missing; expected at least one name"},
             {R"(5)", "expected an object"},
             {R"({"sampling": "spread", "shuffle_data": true})", "shuffle_data: is true, but sampling is \"spread\""},
         }) {
        EXPECT_TRUE(contains(parse_error(text), message)) << parse_error(text);
    }
}

TEST(OptionsJson, AProfileBesideAFileThatNamesAnotherIsRefused) {
    const ConfigurationGiven given{.profile = Profile::Octet};
    EXPECT_THROW(parse_configuration(to_json(profile_options(Profile::Pot)), "o.json", given), Error);
    EXPECT_NO_THROW(parse_configuration(to_json(Options{}), "o.json", given));
}

TEST(OptionsJson, WhatIsUnsetIsNullOnTopAndAbsentWithin) {
    const Json json = Json::parse(to_json(Options{}));
    EXPECT_TRUE(json.at("stat_subset_size").is_null());
    EXPECT_TRUE(json.at("threshold").is_null());
    EXPECT_EQ(json.at("weights"), Json::object());
    EXPECT_EQ(json.at("range_estimator"), (Json{{"min", Json::object()}, {"max", Json::object()}}));
}

TEST(OptionTexts, AreShortSortedAndWithoutWhatIsUnset) {
    Options options;
    options.ignored.names = {"a\"b"};
    const auto texts = option_texts(options);
    EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));
    for (const auto& [name, text] : texts) {
        EXPECT_NE(name, "stat_subset_size");
        EXPECT_EQ(text.find('\n'), std::string::npos) << name;
    }
    const auto ignored =
        std::find_if(texts.begin(), texts.end(), [](const auto& each) { return each.first == "ignored"; });
    ASSERT_NE(ignored, texts.end());
    EXPECT_EQ(ignored->second, R"({"operations":[],"regions":[],"scope":["a\"b"],"skip_model":false})");
}

TEST(SetOption, SetsEachFieldByItsPath) {
    const Json all = Json::parse(to_json(unusual_options()));
    Options options;
    for (const auto& field : fields()) {
        if (field.give && field.path != "profile" && !field.give(unusual_options()).is_null()) {
            set_option(options, field.path, field.give(unusual_options()).dump());
        }
    }
    EXPECT_EQ(Json::parse(to_json(options)).at("range_estimator"), all.at("range_estimator"));
    EXPECT_EQ(Json::parse(to_json(options)).at("shapes"), all.at("shapes"));
    EXPECT_EQ(Json::parse(to_json(options)).at("weights").at("bits"), 4);
}

TEST(SetOption, TakesWhatIsNoJsonAsText) {
    Options options;
    set_option(options, "Preset", "mixed");
    set_option(options, "activations.range_estimator.max.aggregator", "HL_estimator");
    set_option(options, "ignored", R"({"scope": ["a"]})");
    EXPECT_EQ(options.preset, Preset::Mixed);
    EXPECT_EQ(options.activations.range_estimator->max.aggregator, Aggregator::HodgesLehmann);
    EXPECT_EQ(options.ignored.names, std::vector<std::string>{"a"});
    set_option(options, "stat_subset_size", "3");
    set_option(options, "stat_subset_size", "null");
    EXPECT_FALSE(options.subset);
    EXPECT_EQ(set_option(options, "asymmetric", "true").size(), 1U);
}

TEST(SetOption, NullBringsTheProfilesValueBack) {
    Options options = profile_options(Profile::Pot);
    options.fold = true;
    options.ignored.names = {"a"};
    options.ignored.skip_model = true;
    options.activations.range_estimator.emplace().max.aggregator = Aggregator::Max;
    for (const char* key : {"fold", "ignored", "activations", "threshold"}) {
        set_option(options, key, "null");
    }
    EXPECT_EQ(to_json(options), to_json(profile_options(Profile::Pot)));
}

TEST(SetOption, LeavesContradictionsToTheEnd) {
    Options options;
    options.weights.level_high = 3;
    set_option(options, "weights.level_low", "5");
    EXPECT_THROW(refuse_contradictions(options), Error);
    set_option(options, "compression.weights.level_high", "60.0");
    EXPECT_NO_THROW(refuse_contradictions(options));
    EXPECT_EQ(options.weights.level_high, 60);
}

TEST(SetOption, LeavesTheOptionsWhereItRefuses) {
    Options options;
    for (const auto& [key, value, message] : std::vector<std::tuple<const char*, const char*, const char*>>{
             {"preset", "fast", "preset: expected one of"},
             {"activation.bits", "8", "activation.bits: unknown (did you mean \"activations.bits\"?)"},
             {"weights", "{\"bits\": 4, \"mod\": 1}", "mod: unknown"},
             {"", "", "unknown"},
             {"profile", "pot", "use --profile"},
             {"engine.mean", "3", "is no option but of the engine"},
             {"rgb", "true", "is no option but of the engine"},
         }) {
        try {
            set_option(options, key, value);
            ADD_FAILURE() << key;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::InvalidOption);
            EXPECT_TRUE(contains(error.what(), message)) << error.what();
        }
    }
    EXPECT_EQ(to_json(options), to_json(Options{}));
}

}  // namespace
}  // namespace octet
