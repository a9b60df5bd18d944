// Each parameter that POT's documentation names: what it sets, and what a wrong value gets.
#include <gtest/gtest.h>

#include "support.hpp"

namespace octet {
namespace {

struct Parameter {
    const char* key;      ///< for the test's name
    const char* params;   ///< as in a configuration
    const char* pointer;  ///< where options.json shows it
    const char* value;    ///< what it shows there, as JSON
    const char* wrong;    ///< params that are refused
    const char* message;  ///< part of the message
};

const Parameter kParameters[] = {
    {"preset_performance", R"({"preset": "Performance"})", "/preset", R"("performance")", R"({"preset": "fast"})",
     R"(preset: expected one of performance, mixed, accuracy; got "fast")"},
    {"preset_mixed", R"({"preset": "mixed"})", "/preset", R"("mixed")", R"({"preset": "mixd"})",
     R"(did you mean "mixed"?)"},
    {"preset_symmetric", R"({"preset": "symmetric"})", "/preset", R"("performance")", R"({"preset": 1})", "got 1"},
    {"stat_subset_size", R"({"stat_subset_size": 300})", "/stat_subset_size", "300", R"({"stat_subset_size": 0})",
     "stat_subset_size: expected a whole number of at least 1; got 0"},
    {"stat_subset_size_text", R"({"STAT_SUBSET_SIZE": 1})", "/stat_subset_size", "1", R"({"stat_subset_size": "300"})",
     R"(got "300")"},
    {"shuffle_data", R"({"shuffle_data": true, "seed": 42})", "/sampling", R"("shuffle")", R"({"shuffle_data": "yes"})",
     "shuffle_data: expected true or false"},
    {"no_shuffle_data", R"({"shuffle_data": false})", "/sampling", R"("first")", R"({"shuffle": true})",
     "shuffle: unknown"},
    {"seed", R"({"seed": 42})", "/seed", "42", R"({"seed": -1})", "seed: expected a whole number of at least 0"},
    {"model_type", R"({"model_type": "Transformer"})", "/model_type", R"("transformer")", R"({"model_type": "bert"})",
     "model_type: expected one of auto, none, transformer"},
    {"model_type_with_a_blank", R"({"model type": "None"})", "/model_type", R"("none")",
     R"({"model type": "transformers"})", R"(did you mean "transformer"?)"},
    {"target_device", R"({"target_device": "gna3.5"})", "/target_device", R"("GNA3.5")", R"({"target_device": "VPU"})",
     "target_device: expected one of ANY, CPU, CPU_SPR, GPU, NPU, GNA, GNA3, GNA3.5"},
    {"inplace_statistics", R"({"inplace_statistics": false})", "/inplace_statistics", "false",
     R"({"inplace_statistics": 0})", "inplace_statistics: expected true or false; got 0"},
    {"inplace_statistic", R"({"inplace_statistic": false})", "/inplace_statistics", "false",
     R"({"inplace_statistic": "no"})", "inplace_statistic: expected true or false"},
    {"use_fast_bias", R"({"use_fast_bias": false})", "/use_fast_bias", "false", R"({"use_fast_bias": 1})",
     "use_fast_bias: expected true or false"},
    {"threshold", R"({"threshold": 0.5})", "/threshold", "0.5", R"({"threshold": "abc"})",
     "threshold: expected a number of at least 0"},
    {"apply_for_all_nodes", R"({"apply_for_all_nodes": true})", "/apply_for_all_nodes", "true",
     R"({"apply_for_all_nodes": []})", "apply_for_all_nodes: expected true or false"},
    {"saturation_fix", R"({"saturation_fix": "All"})", "/saturation_fix", R"("all")", R"({"saturation_fix": "second"})",
     "saturation_fix: expected one of first_layer, all, no"},
    {"ignored_scope", R"({"ignored": {"scope": [["a", "b"], "c"]}})", "/ignored/scope", R"(["a", "b", "c"])",
     R"({"ignored": {"scope": "a"}})", "ignored.scope: expected a list of names of operations; got \"a\""},
    {"ignored_scope_names", R"({"ignored": {"scope": []}})", "/ignored/scope", "[]", R"({"ignored": {"scope": [1]}})",
     "ignored.scope[0]: expected names of operations; got 1"},
    {"ignored_operations", R"({"ignored": {"operations": [{"type": "ReLU"}]}})", "/ignored/operations",
     R"([{"type": "ReLU"}])", R"({"ignored": {"operations": [{"attributes": {"group": 1}}]}})",
     "ignored.operations[0].type: is missing; expected an object such as"},
    {"ignored_attributes",
     R"({"ignored": {"operations": [{"type": "MatMul", "attributes": {"transpose_b": true, "group": 6}}]}})",
     "/ignored/operations/0/attributes", R"({"group": "6", "transpose_b": "true"})",
     R"({"ignored": {"operations": [{"type": "MatMul", "atributes": {}}]}})",
     "ignored.operations[0].atributes: unknown; expected one of attributes, type (did you mean \"attributes\"?)"},
    {"skip_model", R"({"ignored": {"skip_model": true}})", "/ignored/skip_model", "true",
     R"({"ignored": {"skip_model": "true"}})", "ignored.skip_model: expected true or false"},
    {"ignored_keys", R"({"ignored": {}})", "/ignored/skip_model", "false", R"({"ignored": {"scopes": ["a"]}})",
     "ignored.scopes: unknown; expected one of operations, regions, scope, skip_model (did you mean \"scope\"?)"},
    {"weights_bits", R"({"weights": {"bits": 4}})", "/weights/bits", "4", R"({"weights": {"bits": "8"}})",
     "weights.bits: expected a whole number of at least 2 and at most 32; got \"8\""},
    {"weights_mode", R"({"weights": {"mode": "ASYMMETRIC"}})", "/weights/mode", R"("asymmetric")",
     R"({"weights": {"mode": "sym"}})", "weights.mode: expected one of symmetric, asymmetric"},
    {"weights_granularity", R"({"weights": {"granularity": "pertensor"}})", "/weights/granularity", R"("pertensor")",
     R"({"weights": {"granularity": "perblock"}})", "weights.granularity: expected one of pertensor, perchannel"},
    {"weights_level_low", R"({"weights": {"level_low": -127}})", "/weights/level_low", "-127",
     R"({"weights": {"level_low": 1.5}})", "weights.level_low: expected a whole number; got 1.5"},
    {"weights_level_high", R"({"weights": {"level_high": 127}})", "/weights/level_high", "127",
     R"({"weights": {"level_low": 5, "level_high": 5}})", "weights: expected level_low below level_high; got 5 and 5"},
    {"weights_type", R"({"weights": {"range_estimator": {"max": {"type": "abs_quantile"}}}})",
     "/weights/range_estimator/max/type", R"("abs_quantile")",
     R"({"weights": {"range_estimator": {"max": {"type": "p99"}}}})",
     "weights.range_estimator.max.type: expected one of min, max, abs_max, quantile, abs_quantile"},
    {"weights_outlier_prob", R"({"weights": {"range_estimator": {"min": {"outlier_prob": 0.01}}}})",
     "/weights/range_estimator/min/outlier_prob", "0.01",
     R"({"weights": {"range_estimator": {"min": {"outlier_prob": 1.5}}}})",
     "weights.range_estimator.min.outlier_prob: expected a number of at least 0 and below 1; got 1.5"},
    {"weights_aggregator", R"({"weights": {"range_estimator": {"max": {}}}})", "/weights/range_estimator/max", "{}",
     R"({"weights": {"range_estimator": {"max": {"aggregator": "mean"}}}})",
     "weights.range_estimator.max.aggregator: unknown here; known is "
     "algorithms[].params.range_estimator.max.aggregator"},
    {"weights_int16_scope", R"({"weights": {"int16_scope": ["fc", "re:a.*"]}})", "/weights/int16_scope",
     R"(["fc", "re:a.*"])", R"({"weights": {"int16_scope": "fc"}})",
     "weights.int16_scope: expected a list of names of operations; got \"fc\""},
    {"activations_int16_scope", R"({"activations": {"int16_scope": ["fc"]}})", "/activations/int16_scope", R"(["fc"])",
     R"({"activations": {"int16_scop": []}})", R"(did you mean "int16_scope"?)"},
    {"weights_keys", R"({"weights": {}})", "/weights", "{}", R"({"weights": {"foo": 1}})", "weights.foo: unknown"},
    {"weights_structure", R"({"weights": null})", "/weights", "{}", R"({"weights": 8})",
     "weights: expected an object with some of bits"},
    {"activations_bits", R"({"activations": {"bits": 8}})", "/activations/bits", "8", R"({"activations": {"bits": 1}})",
     "activations.bits: expected a whole number of at least 2"},
    {"activations_mode", R"({"activations": {"mode": "symmetric"}})", "/activations/mode", R"("symmetric")",
     R"({"activations": {"mode": {"a": 1}}})",
     "activations.mode: expected one of symmetric, asymmetric; got {\"a\":1}"},
    {"activations_granularity", R"({"activations": {"granularity": "perChannel"}})", "/activations/granularity",
     R"("perchannel")", R"({"activations": {"granularity": "perchanel"}})", R"(did you mean "perchannel"?)"},
    {"activations_level_low", R"({"activations": {"level_low": -128}})", "/activations/level_low", "-128",
     R"({"activations": {"level_low": true}})", "activations.level_low: expected a whole number; got true"},
    {"activations_level_high", R"({"activations": {"level_high": 255}})", "/activations/level_high", "255",
     R"({"activations": {"level_hight": 255}})",
     R"(activations.level_hight: unknown; expected one of bits, granularity)"},
    {"activations_preset", R"({"activations": {"range_estimator": {"preset": "quantile"}}})",
     "/activations/range_estimator/preset", R"("quantile")",
     R"({"activations": {"range_estimator": {"preset": "mse"}}})",
     "activations.range_estimator.preset: expected one of default, quantile"},
    {"activations_type", R"({"activations": {"range_estimator": {"min": {"type": "quantile"}}}})",
     "/activations/range_estimator/min/type", R"("quantile")",
     R"({"activations": {"range_estimator": {"min": {"type": "quantil"}}}})", R"(did you mean "quantile"?)"},
    {"activations_outlier_prob", R"({"activations": {"range_estimator": {"max": {"outlier_prob": 0}}}})",
     "/activations/range_estimator/max/outlier_prob", "0.0",
     R"({"activations": {"range_estimator": {"max": {"outlier_prob": -0.1}}}})", "got -0.1"},
    {"activations_clipping_value", R"({"activations": {"range_estimator": {"max": {"clipping_value": 6}}}})",
     "/activations/range_estimator/max/clipping_value", "6.0",
     R"({"activations": {"range_estimator": {"max": {"clipping_value": "6"}}}})",
     "activations.range_estimator.max.clipping_value: expected a number; got \"6\""},
    {"activations_end_granularity", R"({"activations": {"range_estimator": {"max": {"granularity": "perchannel"}}}})",
     "/activations/range_estimator/max/granularity", R"("perchannel")",
     R"({"activations": {"range_estimator": {"max": {"granularity": 1}}}})",
     "expected one of pertensor, perchannel; got 1"},
    {"activations_estimator", R"({"activations": {"range_estimator": {}}})", "/activations/range_estimator/max", "{}",
     R"({"activations": {"range_estimator": {"maximum": {}}}})",
     "activations.range_estimator.maximum: unknown; expected one of max, min, preset"},
    {"range_estimator", R"({"range_estimator": {"preset": "default"}})", "/range_estimator/preset", R"("default")",
     R"({"range_estimator": "quantile"})", "range_estimator: expected an object with some of max, min, preset"},
    {"range_estimator_aggregator", R"({"range_estimator": {"max": {"aggregator": "mean"}}})",
     "/range_estimator/max/aggregator", R"("mean")", R"({"range_estimator": {"max": {"aggregator": "avg"}}})",
     "range_estimator.max.aggregator: expected one of mean, max, min, median"},
    {"outputs", R"({"outputs": {"bits": 16}})", "/outputs/bits", "16", R"({"outputs": {"bit": 16}})",
     R"(outputs.bit: unknown; expected one of bits, granularity, int16_scope, level_high, level_low, mode, range_estimator (did you mean "bits"?))"},
};

class EachParameter : public testing::TestWithParam<Parameter> {};

TEST_P(EachParameter, SetsItsOption) {
    const auto& parameter = GetParam();
    if (*parameter.pointer) {
        EXPECT_EQ(value_at(parse(with_params(parameter.params)), parameter.pointer), Json::parse(parameter.value));
    }
}

TEST_P(EachParameter, IsRefusedWithTheReasonWhereItIsWrong) {
    const auto& parameter = GetParam();
    const std::string message = parse_error(with_params(parameter.wrong));
    EXPECT_TRUE(contains(message, parameter.message)) << message;
    EXPECT_TRUE(contains(message, "c.json:")) << message;
}

INSTANTIATE_TEST_SUITE_P(Config, EachParameter, testing::ValuesIn(kParameters),
                         [](const auto& each) { return std::string(each.param.key); });

TEST(Aggregators, AreThoseOfTheDocumentation) {
    for (const char* name :
         {"mean", "max", "min", "median", "mean_no_outliers", "median_no_outliers", "hl_estimator"}) {
        const auto options = parse(with_params(R"({"activations": {"range_estimator": {"max": {"aggregator": ")" +
                                               std::string(name) + "\"}}}}"));
        EXPECT_EQ(value_at(options, "/activations/range_estimator/max/aggregator"), name);
    }
}

TEST(Statistics, AreThoseOfTheDocumentation) {
    for (const char* name :
         {"min", "max", "abs_max", "quantile", "abs_quantile", "percentile", "mse", "output_mse", "kl"}) {
        const auto options =
            parse(with_params(R"({"range_estimator": {"min": {"type": ")" + std::string(name) + "\"}}}"));
        EXPECT_EQ(value_at(options, "/range_estimator/min/type"), name);
    }
}

TEST(Tuning, TakesItsParametersAndWarnsOfThoseWithoutEffect) {
    const auto configuration = parse_configuration(
        with_params(R"({"use_layerwise_tuning": true, "batch_size": 50, "optimizer": "SGD", "asymmetric": true,
                        "weight_fq": {"scale_lr": 1e-3, "min_lr": 1e-3}, "tuning_ignored_scope": ["a"]})"),
        "c.json");
    ASSERT_EQ(configuration.warnings.size(), 2U);
    EXPECT_TRUE(contains(configuration.warnings[0] + configuration.warnings[1], "asymmetric: no effect"));
    EXPECT_TRUE(contains(configuration.warnings[0] + configuration.warnings[1], "min_lr: no effect"));
    const auto& options = configuration.options;
    EXPECT_TRUE(options.use_layerwise_tuning);
    EXPECT_EQ(options.tuning.method, TuningMethod::Gradient) << "as POT";
    EXPECT_EQ(options.tuning.batch_size, 50U);
    EXPECT_EQ(options.tuning.optimizer, Optimizer::Sgd);
    EXPECT_EQ(options.tuning.weight_fq.scale_lr, 1e-3);
    EXPECT_EQ(options.tuning.ignored, std::vector<std::string>{"a"});
    EXPECT_EQ(parse_configuration(with_params(R"({"tuning_method": "AdaRound"})"), "c.json").options.tuning.method,
              TuningMethod::AdaRound);
    EXPECT_TRUE(contains(parse_error(with_params(R"({"weight_fq": {"scale_lr": "x"}})")), "weight_fq.scale_lr"));
    EXPECT_TRUE(contains(parse_error(with_params(R"({"optimizer": "RMSprop"})")), "optimizer: expected one of Adam"));
}

TEST(StatBatchSize, HasNoEffectAndNeedsNoWarning) {
    EXPECT_EQ(to_json(parse(with_params(R"({"stat_batch_size": 2})"))), to_json(parse(with_params("{}"))));
    EXPECT_TRUE(parse_configuration(with_params(R"({"stat_batch_size": 2})"), "c.json").warnings.empty());
    EXPECT_TRUE(contains(parse_error(with_params(R"({"stat_batch_size": 0})")), "at least 1"));
}

}  // namespace
}  // namespace octet
