// The forms that a configuration may have.
#include <gtest/gtest.h>

#include "support.hpp"

namespace octet {
namespace {

TEST(PotForm, IsTheProfilePot) {
    const auto options = parse(R"({"algorithms": [{"name": "DefaultQuantization"}]})");
    EXPECT_EQ(to_json(options), to_json(profile_options(Profile::Pot)));
    EXPECT_EQ(options.profile, Profile::Pot);
    EXPECT_FALSE(options.fold);
    EXPECT_TRUE(options.channel_alignment);
    EXPECT_EQ(options.model_type, ModelType::None);
    EXPECT_EQ(options.bias_formula, BiasFormula::OutputMean);
    EXPECT_EQ(options.sampling, Sampling::First);
    EXPECT_FALSE(options.threshold);
}

TEST(Profiles, OctetIsTheDefault) {
    EXPECT_EQ(to_json(profile_options(Profile::Octet)), to_json(Options{}));
}

TEST(PotForm, MayBeAWholeFileASectionOrAList) {
    const std::string algorithms = R"([{"name": "DefaultQuantization", "params": {"preset": "mixed"}}])";
    const std::string section = R"({"target_device": "GPU", "algorithms": )" + algorithms + "}";
    const auto whole = parse_configuration(
        R"({"model": {"model": "m.xml"}, "engine": {"type": "simplified"}, "compression": )" + section + "}", "c.json");
    EXPECT_EQ(to_json(whole.options), to_json(parse(section)));
    EXPECT_TRUE(whole.warnings.empty());
    EXPECT_EQ(whole.options.target_device, "GPU");
    EXPECT_EQ(whole.options.preset, Preset::Mixed);
    EXPECT_EQ(to_json(parse(R"({"compression": )" + section + "}")), to_json(parse(section)));
    EXPECT_EQ(parse(algorithms).preset, Preset::Mixed);
}

TEST(PotForm, TakesSectionParametersInEitherPlaceAndSpelling) {
    for (const char* name : {"inplace_statistics", "inplace_statistic", "inplase_statistics", "INPLACE_STATISTICS"}) {
        const std::string entry = "\"" + std::string(name) + "\": false";
        EXPECT_FALSE(parse("{" + entry + R"(, "algorithms": [{"name": "DefaultQuantization"}]})").inplace_statistics);
        EXPECT_FALSE(parse(with_params("{" + entry + "}")).inplace_statistics);
    }
}

TEST(PotForm, MayHaveCommentsAndTrailingCommas) {
    const auto options = parse(R"({
        /* a "block", */
        "algorithms": [ // the list
            {"name": "defaultquantization", "params": {"ignored": {"scope": ["a,]//", "b",],}, /**/ },},
        ],
    })");
    EXPECT_EQ(options.ignored.names, (std::vector<std::string>{"a,]//", "b"}));
    EXPECT_EQ(options.algorithms, std::vector<std::string>{"DefaultQuantization"});
    EXPECT_TRUE(contains(parse_error("{\"algorithms\": [,]}"), "c.json:1:17: this is no JSON: "));
    EXPECT_TRUE(contains(parse_error("{\"algorithms\": [1,,]}"), "this is no JSON"));
}

TEST(PotForm, MayBeYaml) {
    const auto options = parse(R"(
compression:
  target_device: CPU
  algorithms:
    - name: DefaultQuantization
      params:
        preset: mixed
        stat_subset_size: 300
        saturation_fix: no
        use_fast_bias: false
        ignored: {scope: [a, '1', 2b]}
        activations:
          range_estimator: {max: {aggregator: max, outlier_prob: 1e-3}}
)",
                               "c.yml");
    EXPECT_EQ(options.subset, 300U);
    EXPECT_EQ(options.saturation_fix, SaturationFix::No);
    EXPECT_FALSE(options.use_fast_bias);
    EXPECT_EQ(options.ignored.names, (std::vector<std::string>{"a", "1", "2b"}));
    EXPECT_EQ(options.activations.range_estimator->max.outlier_prob, 1e-3);
    EXPECT_TRUE(contains(parse_error("a: [1", "c.yaml"), ": this is no YAML: "));
    EXPECT_TRUE(contains(parse_error("a: 1\na: 2", "c.yaml"), "a: given twice"));
}

TEST(PotForm, MergesWhatYamlReferences) {
    const auto options = parse(R"(
- name: MinMaxQuantization
  params: &shared {preset: mixed, stat_subset_size: 3, "seed": !!int 4}
- name: FastBiasCorrection
  params: {<<: *shared, threshold: 5}
)",
                               "c.yml");
    EXPECT_EQ(options.subset, 3U);
    EXPECT_EQ(options.threshold, 5);
    EXPECT_TRUE(
        contains(parse_error("preset: mixed\n---\npreset: fast\n", "c.yml"), "c.yml:2:1: a second YAML document"));
    EXPECT_EQ(parse("# c\n---\npreset: mixed\n", "c.yml").preset, Preset::Mixed);
    EXPECT_TRUE(contains(parse_error(std::string("a: \0", 4), "c.yml"), "zero byte"));
    EXPECT_TRUE(contains(parse_error("a: \xff", "c.yml"), "UTF-8"));
    EXPECT_TRUE(contains(parse_error("preset: !x mixed", "c.yml"), "c.yml:1:1: preset: has the tag !x"));
    EXPECT_TRUE(contains(parse_error("stat_subset_size: !!str 3", "c.yml"), "got \"3\""));
}

TEST(PotForm, EachProblemIsALine) {
    EXPECT_EQ(parse_error("{\"a\\n\\u0000b\": 1}"), "c.json:1:2: a??b: unknown");
    EXPECT_TRUE(contains(parse_error("{} /* no end"), "this is no JSON"));
}

TEST(PotForm, SurvivesYamlThatGrowsWithoutEnd) {
    std::string text = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 40; ++i) {
        const std::string last = std::to_string(i - 1), name = std::to_string(i);
        text += "a" + name + ": &a" + name + " [*a" + last + ", *a" + last + "]\n";
    }
    EXPECT_TRUE(contains(parse_error(text, "c.yaml"), "too large or too deep"));
    EXPECT_TRUE(contains(parse_error("&a [*a]", "c.yaml"), "too large or too deep"));
}

TEST(PotForm, SurvivesDeepLists) {
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    EXPECT_TRUE(contains(parse_error(with_params(R"({"ignored": {"scope": )" + deep + "}}")), "nested deeper than"));
}

TEST(PotForm, TellsAllThatIsWrongAtOnceAndWhere) {
    EXPECT_EQ(
        parse_error(R"({"compression": {"target": "CPU", /* ä */ "algorithms": [
    {"name": "DefaultQuantisation", "params": {"Presets": "mixed", "weights": {"bits": 99}}},
    3, // an item
]}, "x": 1})"),
        "c.json: 6 problems\n"
        "  c.json:1:18: compression.target: unknown (did you mean \"target_device\"?)\n"
        "  c.json:2:6: compression.algorithms[0].name: expected one of DefaultQuantization, "
        "ActivationChannelAlignment, SmoothQuant, MinMaxQuantization, FastBiasCorrection, RangeSelection, RangeSearch, "
        "ActivationBiasCorrection, BiasCorrection, LayerwiseTuning, OverflowCorrection, AccuracyAwareQuantization; got "
        "\"DefaultQuantisation\" "
        "(did you mean \"DefaultQuantization\"?)\n"
        "  c.json:2:48: compression.algorithms[0].params.Presets: unknown (did you mean \"preset\"?)\n"
        "  c.json:2:80: compression.algorithms[0].params.weights.bits: expected a whole number of at least 2 and "
        "at most 32; got 99\n"
        "  c.json:3:5: compression.algorithms[1]: expected an object such as {\"name\": \"DefaultQuantization\", "
        "\"params\": {}}; got 3\n"
        "  c.json:4:5: x: unknown; expected one of $schema, compression, engine, model");
}

TEST(PotForm, TellsPlacesInYaml) {
    EXPECT_EQ(
        parse_error("algorithms:\n- name: DefaultQuantization\n  params:\n    Preset: fast\n    bits: 3\n", "c.yml"),
        "c.yml: 2 problems\n"
        "  c.yml:4:5: algorithms[0].params.Preset: expected one of performance, mixed, accuracy; got \"fast\"\n"
        "  c.yml:5:5: algorithms[0].params.bits: unknown here; known is algorithms[].params.activations.bits, "
        "algorithms[].params.outputs.bits and 1 more");
}

TEST(PotForm, TellsWhereAMisplacedNameBelongs) {
    EXPECT_TRUE(contains(parse_error(R"({"compression": {"preset": "mixed", "algorithms": [
                            {"name": "DefaultQuantization", "params": {"fold": false}}]}})"),
                         "compression.preset: unknown here; known is compression.algorithms[].params.preset"));
    EXPECT_TRUE(contains(parse_error(with_params(R"({"fold": false})")), "params.fold: unknown here; known is fold"));
}

TEST(PotForm, ReadsAccuracyAwareQuantization) {
    const auto read = [](const std::string& params) {
        return parse_configuration(R"([{"name": "AccuracyAwareQuantization", "params": )" + params + "}]", "c.json");
    };
    const auto all = read(R"({"maximal_drop": 0.02, "drop_type": "Relative", "ranking_subset_size": 100,
        "max_iter_num": 5, "metric_subset_ratio": 0.25, "use_prev_if_drop_increase": false,
        "base_algorithm": "MinMaxQuantization", "convert_to_mixed_preset": true, "tune_hyperparams": true,
        "annotation_free": true, "annotation_conf_threshold": 0.7, "preset": "mixed", "stat_subset_size": 30,
        "metrics": [{"name": "accuracy", "type": "accuracy", "baseline_value": 0.7}, {"name": "sqnr"}]})");
    ASSERT_TRUE(all.accuracy);
    const auto& accuracy = *all.accuracy;
    EXPECT_EQ(accuracy.maximal_drop, 0.02);
    EXPECT_EQ(accuracy.drop_type, DropType::Relative);
    EXPECT_EQ(accuracy.ranking_subset_size, 100U);
    EXPECT_EQ(accuracy.max_iter_num, 5U);
    EXPECT_EQ(accuracy.metric_subset_ratio, 0.25);
    EXPECT_FALSE(accuracy.use_prev_if_drop_increase);
    EXPECT_EQ(accuracy.base_algorithm, "MinMaxQuantization");
    EXPECT_TRUE(accuracy.convert_to_mixed_preset && accuracy.tune_hyperparams && accuracy.annotation_free);
    EXPECT_EQ(accuracy.annotation_conf_threshold, 0.7);
    ASSERT_EQ(accuracy.metrics.size(), 2U);
    EXPECT_EQ(accuracy.metrics[0].baseline_value, 0.7);
    EXPECT_EQ(all.options.algorithms, std::vector<std::string>{"MinMaxQuantization"});
    EXPECT_EQ(all.options.preset, Preset::Mixed);
    EXPECT_EQ(all.options.subset, 30U);

    const auto usual = read("{}");
    EXPECT_EQ(usual.accuracy->maximal_drop, 0.01);
    EXPECT_EQ(usual.accuracy->drop_type, DropType::Absolute);
    EXPECT_EQ(usual.options.algorithms, std::vector<std::string>{"DefaultQuantization"});
}

TEST(PotForm, RefusesWrongParametersOfAccuracyAwareQuantization) {
    const std::pair<const char*, const char*> kWrong[] = {
        {R"({"maximal_drop": -1})", "maximal_drop: expected a number of at least 0"},
        {R"({"drop_type": "relativ"})", "did you mean \"relative\""},
        {R"({"ranking_subset_size": 0})", "ranking_subset_size: expected"},
        {R"({"max_iter_num": 1.5})", "max_iter_num: expected"},
        {R"({"metric_subset_ratio": 0})", "metric_subset_ratio: expected"},
        {R"({"base_algorithm": "AccuracyAwareQuantization"})", "base_algorithm: expected one of"},
        {R"({"metrics": [{"type": "a"}]})", "metrics[0].name: is missing"},
        {R"({"annotation_conf_threshold": 2})", "annotation_conf_threshold: expected"},
        {R"({"maximal_drob": 1})", "did you mean \"maximal_drop\""},
    };
    for (const auto& [params, part] : kWrong) {
        const auto text =
            parse_error(std::string(R"([{"name": "AccuracyAwareQuantization", "params": )") + params + "}]");
        EXPECT_TRUE(contains(text, part)) << text;
    }
    EXPECT_TRUE(contains(parse_error(with_params(R"({"maximal_drop": 0.1})")),
                         "params.maximal_drop: belongs to AccuracyAwareQuantization"));
    EXPECT_TRUE(contains(parse_error(R"([{"name": "AccuracyAwareQuantization"}, {"name": "DefaultQuantization"}])"),
                         "stands alone"));
    Options options;
    EXPECT_THROW(set_option(options, "maximal_drop", "0.1"), Error);
    AccuracyOptions goal{.maximal_drop = 0.02, .metrics = {{"sqnr"}}};
    set_accuracy_option(goal, "Drop_Type", "relative");
    set_accuracy_option(goal, "metrics", R"([{"name": "agreement", "baseline_value": 0.5}])");
    EXPECT_EQ(goal.maximal_drop, 0.02);
    EXPECT_EQ(goal.drop_type, DropType::Relative);
    ASSERT_EQ(goal.metrics.size(), 1U);
    EXPECT_EQ(goal.metrics[0].baseline_value, 0.5);
    EXPECT_THROW(set_accuracy_option(goal, "maximal_drob", "1"), Error);
    EXPECT_THROW(set_accuracy_option(goal, "max_iter_num", "null"), Error);
    EXPECT_THROW(set_accuracy_option(goal, "max_iter_num", "-1"), Error);
    EXPECT_FALSE(goal.max_iter_num);
}

TEST(PotForm, RefusesByNameWhatIsNotThere) {
    EXPECT_TRUE(contains(parse_error(R"({"algorithms": [{"name": "MagnitudeSparsity"}]})"), "there is no MagnitudeSp"));
    const std::string rest = R"(, "compression": {"algorithms": [{"name": "DefaultQuantization"}]}})";
    EXPECT_TRUE(contains(parse_error(R"({"optimizer": {"name": "Tpe"})" + rest), "c.json:1:2: optimizer: there is no"));
    EXPECT_TRUE(contains(parse_error(R"({"engine": {"type": "accuracy_checker"})" + rest),
                         "engine.launchers: expected a list with a launcher"));
    EXPECT_TRUE(contains(parse_error(R"({"engine": {"module": "m.py"})" + rest),
                         "engine.module: modules in Python are not available"));
    EXPECT_TRUE(
        contains(parse_error(R"({"model": {"cascade": [{"name": "p", "model": "p.xml"}, {"model": "r.xml"}]})" + rest),
                 "model.cascade[1].name: is missing"));
}

TEST(PotForm, NeedsAlgorithmsWithNames) {
    for (const char* text :
         {R"({"compression": {}})", R"({"algorithms": []})", R"({"algorithms": {}})", R"([])", R"([1])",
          R"({"algorithms": [{"params": {}}]})", R"({"compression": []})", R"({"algorithms": [{"name": 1}]})",
          R"({"algorithms": [{"name": "DefaultQuantization", "params": []}]})",
          R"({"algorithms": [{"name": "DefaultQuantization", "param": {}}]})", "[", "", "1", "null"}) {
        EXPECT_TRUE(contains(parse_error(text), "c.json:")) << text << ": " << parse_error(text);
    }
}

TEST(PotForm, RefusesAKeyThatStandsTwice) {
    EXPECT_TRUE(
        contains(parse_error(with_params(R"({"preset": "mixed", "preset": "performance"})")), "preset: given twice"));
    EXPECT_TRUE(contains(parse_error(with_params(R"({"preset": "mixed", "Preset": "mixed"})")), "given twice"));
}

TEST(PotForm, RefusesWhatOnlyOctetHas) {
    EXPECT_TRUE(contains(parse_error(with_params(R"({"fold": true})")), "fold: unknown here"));
}

struct Alias {
    const char* device;
    const char* preset;
    Preset used;
};

TEST(Presets, AreTranslatedForTheDeviceAsByThePotCommand) {
    for (const auto& [device, preset, used] : {
             Alias{"CPU", "accuracy", Preset::Mixed},
             Alias{"any", "Asymmetric", Preset::Mixed},
             Alias{"CPU_SPR", "accuracy", Preset::Mixed},
             Alias{"GPU", "accuracy", Preset::Mixed},
             Alias{"GPU", "mixed", Preset::Mixed},
             Alias{"GNA", "mixed", Preset::Accuracy},
             Alias{"gna3.5", "mixed", Preset::Accuracy},
             Alias{"GNA3", "accuracy", Preset::Accuracy},
             Alias{"GNA3", "symmetric", Preset::Performance},
             Alias{"NPU", "accuracy", Preset::Accuracy},
             Alias{"NPU", "mixed", Preset::Mixed},
         }) {
        const std::string params = R"({"preset": ")" + std::string(preset) + "\"";
        const std::string algorithms = R"("algorithms": [{"name": "DefaultQuantization", "params": )" + params + "}}]}";
        EXPECT_EQ(parse(R"({"target_device": ")" + std::string(device) + "\", " + algorithms).preset, used)
            << device << " " << preset;
        const ConfigurationGiven given{.target_device = device};
        EXPECT_EQ(parse_configuration("{" + algorithms, "c.json", given).options.preset, used)
            << device << " " << preset;
    }
}

TEST(Presets, AreTakenAsGivenWhereAnAlgorithmNamesItsDevice) {
    EXPECT_EQ(parse(with_params(R"({"target_device": "CPU", "preset": "accuracy"})")).preset, Preset::Accuracy);
    EXPECT_EQ(parse(with_params(R"({"preset": "mixed", "target_device": "GNA"})")).preset, Preset::Mixed);
}

TEST(Algorithms, AListSharesOneSetOfOptions) {
    const auto options = parse(R"({"algorithms": [
        {"name": "ActivationChannelAlignment", "params": {"stat_subset_size": 8}},
        {"name": "MinMaxQuantization", "params": {"stat_subset_size": 8, "preset": "mixed"}},
        {"name": "FastBiasCorrection", "params": {"stat_subset_size": 8, "threshold": 3}}]})");
    EXPECT_EQ(options.algorithms,
              (std::vector<std::string>{"ActivationChannelAlignment", "MinMaxQuantization", "FastBiasCorrection"}));
    EXPECT_EQ(options.subset, 8U);
    EXPECT_EQ(options.preset, Preset::Mixed);
    EXPECT_EQ(options.threshold, 3);
}

TEST(Algorithms, MayNotContradictEachOther) {
    EXPECT_TRUE(
        contains(parse_error(R"({"algorithms": [
        {"name": "MinMaxQuantization", "params": {"stat_subset_size": 8}},
        {"name": "FastBiasCorrection", "params": {"stat_subset_size": 9}}]})"),
                 "algorithms[1].params.stat_subset_size: is 9, but algorithms[0].params.stat_subset_size is 8"));
    EXPECT_TRUE(contains(parse_error(R"({"target_device": "GPU", "algorithms": [
        {"name": "MinMaxQuantization", "params": {"target_device": "CPU"}}]})"),
                         "algorithms[0].params.target_device: is \"CPU\", but target_device is \"GPU\""));
}

TEST(Algorithms, WhatOneDoesNotReadHasNoEffectThere) {
    const auto configuration = parse_configuration(R"({"algorithms": [
        {"name": "MinMaxQuantization", "params": {"preset": "performance"}},
        {"name": "FastBiasCorrection", "params": {"preset": "mixed"}}]})",
                                                   "c.json");
    EXPECT_EQ(configuration.options.preset, Preset::Performance);
    ASSERT_EQ(configuration.warnings.size(), 1U);
    EXPECT_EQ(configuration.warnings[0],
              "c.json:3:51: algorithms[1].params.preset: no effect: FastBiasCorrection does not read it");
}

TEST(Given, SamplesLeaveTheRestOfTheEngine) {
    const std::string text = R"({"engine": {"type": "accuracy_checker", "config": "ac.yml", "data_source": "a",
        "mean": [1, 2, 3], "letterbox": false}, "compression": {"algorithms": [{"name": "DefaultQuantization"}]}})";
    const auto of_checker = parse_configuration(text, "c.json");
    EXPECT_EQ(of_checker.engine.checker_file, "ac.yml");
    EXPECT_TRUE(of_checker.engine.data.empty());
    ASSERT_EQ(of_checker.warnings.size(), 1U);
    EXPECT_TRUE(contains(of_checker.warnings[0], "engine.data_source: no effect"));
    const ConfigurationGiven given{.simplified = true, .data = true};
    const auto configuration = parse_configuration(text, "c.json", given);
    EXPECT_TRUE(configuration.engine.data.empty());
    EXPECT_EQ(configuration.engine.preprocessing.mean, (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(configuration.engine.preprocessing.fit, Fit::Stretch);
    EXPECT_EQ(configuration.warnings.size(), 2U);
}

TEST(Given, StandsAboveTheFile) {
    const ConfigurationGiven given{.profile = Profile::Octet, .target_device = "gna"};
    const auto options =
        parse_configuration(with_params(R"({"preset": "mixed", "use_fast_bias": false})"), "c.json", given).options;
    EXPECT_EQ(options.profile, Profile::Octet);
    EXPECT_TRUE(options.fold);
    EXPECT_FALSE(options.use_fast_bias);
    EXPECT_EQ(options.target_device, "GNA");
    EXPECT_EQ(options.preset, Preset::Accuracy);
}

TEST(ReadConfiguration, RefusesAnUnknownKindOfFile) {
    try {
        read_configuration("/nowhere/c.txt");
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidOption);
        EXPECT_TRUE(contains(error.what(), ".json, .yaml or .yml")) << error.what();
    }
}

TEST(ReadConfiguration, TellsWhichFileCannotBeRead) {
    for (const char* path : {"/nowhere/c.json", "/proc.yaml"}) {
        try {
            read_configuration(path);
            ADD_FAILURE() << path;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Io);
            EXPECT_EQ(error.where(), path);
        }
    }
}

}  // namespace
}  // namespace octet
