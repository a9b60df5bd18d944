#include <string>

#include <gtest/gtest.h>

#include "octet/accuracy_checker.hpp"
#include "octet/configuration.hpp"
#include "octet/error.hpp"

namespace octet {
namespace {

constexpr const char* kGood = R"(models:
  - name: net
    launchers:
      - framework: caffe
        adapter: whatever
      - framework: dlsdk
        device: GPU
        adapter: classification
    datasets:
      - name: val
        data_source: pictures
        annotation_conversion:
          converter: imagenet
          annotation_file: val.txt
        preprocessing:
          - type: resize
            size: 256
        metrics:
          - type: accuracy
            top_k: 5
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

std::string error_of(const std::string& text) {
    try {
        parse_checker(text, "ac.yml");
    } catch (const Error& error) {
        return error.code() == ErrorCode::InvalidOption ? error.what() : "another error";
    }
    return "no error";
}

testing::AssertionResult holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "\"" << part << "\" is not in: " << text;
}

TEST(CheckerConfiguration, TakesTheFirstLauncherThatOpenVinoRuns) {
    const auto read = parse_checker(kGood, "ac.yml");
    EXPECT_TRUE(std::holds_alternative<checker::ClassificationAdapter>(read.rules.adapter));
    ASSERT_EQ(read.warnings.size(), 1U);
    EXPECT_TRUE(holds(read.warnings[0], "ac.yml:7:9: models[0].launchers[1].device: no effect"));
}

TEST(CheckerConfiguration, OneDatasetIsForBothParts) {
    const auto rules = parse_checker(kGood, "ac.yml").rules;
    EXPECT_EQ(rules.optimization.name, "val");
    EXPECT_EQ(rules.evaluation.name, "val");
    ASSERT_EQ(rules.evaluation.metrics.size(), 1U);
    EXPECT_EQ(rules.evaluation.metrics[0].name, "accuracy");
}

TEST(CheckerConfiguration, PartsShareAPreprocessingUnlessTheyHaveTheirOwn) {
    const std::string part =
        R"({name: d, data_source: p, annotation_conversion: {converter: imagenet, annotation_file: f})";
    const auto rules = parse_checker(
                           "models: [{name: n, launchers: [{adapter: classification}], datasets: {preprocessing: "
                           "[{type: bgr_to_rgb}], optimization: " +
                               part + "}, evaluation: " + part + ", preprocessing: []}}}]",
                           "ac.yml")
                           .rules;
    EXPECT_EQ(rules.optimization.preprocessing.size(), 1U);
    EXPECT_TRUE(rules.evaluation.preprocessing.empty());
}

TEST(CheckerConfiguration, WhatIsNotThereIsRefusedByNameWithWhatThereIs) {
    const struct {
        const char *from, *to, *message;
    } kCases[] = {
        {"adapter: classification", "adapter: ssd_onnx",
         "ac.yml:8:9: models[0].launchers[1].adapter.type: \"ssd_onnx\" is not available; there are classification, "
         "bert_classification, ssd, "},
        {"converter: imagenet", "converter: imagnet",
         "is not available (did you mean \"imagenet\"?); there are imagenet, "},
        {"type: resize", "type: rezise",
         "preprocessing[0].type: \"rezise\" is not available (did you mean \"resize\"?)"},
        {"size: 256", "sise: 256",
         "ac.yml:17:13: models[0].datasets[0].preprocessing[0].sise: unknown (did you mean \"size\"?)"},
        {"size: 256", "size: big", "size: expected a whole number from 1 to 32767; got \"big\""},
        {"size: 256", "size: 256\n            use_tensorflow: true", "TensorFlow's filters are not available"},
        {"size: 256", "size: 256\n            interpolation: BOX",
         "interpolation: \"BOX\" is not available; there are LINEAR"},
        {"type: accuracy", "type: wer", "metrics[0].type: \"wer\" is not available; there are accuracy, "},
        {"type: accuracy\n            top_k: 5", "type: map", "map is of another task than the launcher's adapter"},
        {"data_source: pictures", "reader: wav_reader",
         "reader.type: \"wav_reader\" is not available; there are opencv_imread, pillow_imread, "},
        {"data_source: pictures", "annotation: a.pickle", "data_source: is missing"},
        {"framework: dlsdk", "framework: onnx_runtime", "launchers: none of them runs the model by OpenVINO"},
        {"models:", "evaluations:", "evaluations: modules in Python are not available"},
    };
    for (const auto& [from, to, message] : kCases) {
        EXPECT_TRUE(holds(error_of(with(kGood, from, to)), message));
    }
}

TEST(CheckerConfiguration, PillowTakesWholePixelsOnly) {
    const std::string text = with(kGood, "          - type: resize\n",
                                  "          - type: normalization\n            std: 2\n          - type: resize\n     "
                                  "       use_pillow: true\n");
    EXPECT_TRUE(
        holds(error_of(text),
              "preprocessing[1]: Pillow resizes pixels of 8 bits only, which they are not after normalization"));
}

constexpr const char* kTexts = R"(models:
  - name: net
    launchers:
      - adapter: {type: bert_classification, num_classes: 2}
        inputs:
          - {name: ids, type: INPUT, value: "input_ids*"}
          - {name: mask, type: INPUT, value: input_mask, layout: NC}
    datasets:
      - name: val
        reader: {type: annotation_features_extractor, features: [input_ids, input_mask]}
        annotation_conversion: {converter: xnli, annotation_file: dev.tsv, vocab_file: v.txt, language_filter: "en, de"}
        metrics:
          - type: accuracy
)";

TEST(CheckerConfiguration, TextsAreRead) {
    const auto rules = parse_checker(kTexts, "ac.yml").rules;
    EXPECT_EQ(std::get<checker::BertClassificationAdapter>(rules.adapter).classes, 2U);
    ASSERT_EQ(rules.inputs.size(), 2U);
    EXPECT_EQ(rules.inputs[0].pattern, "input_ids*");
    const auto& table = std::get<checker::TextTable>(rules.evaluation.annotation);
    EXPECT_EQ(table.languages, (std::vector<std::string>{"en", "de"}));
    EXPECT_FALSE(table.is_quoted);
    EXPECT_EQ(table.tokens.length, 128);
    EXPECT_EQ(rules.evaluation.features.size(), 2U);
}

TEST(CheckerConfiguration, WhatTextsCannotBeIsRefused) {
    const struct {
        const char *from, *to, *message;
    } kCases[] = {
        {"vocab_file: v.txt", "sentence_piece_model_file: s.model",
         "sentence_piece_model_file: is not available; expected vocab_file, of WordPiece"},
        {"vocab_file: v.txt", "vocab_file: v.txt, max_seq_length: 2", "max_seq_length: expected a whole number from 3"},
        {"converter: xnli", "converter: bert_tf_record", "\"bert_tf_record\" is not available; there are imagenet, "},
        {"dev.tsv", "dev.txt", "column_separator: is missing; expected tab or comma"},
        {"converter: xnli", "converter: custom_text_classification", "labels_list: is missing"},
        {"{type: annotation_features_extractor, features: [input_ids, input_mask]}", "opencv_imread",
         "reader: expected annotation_features_extractor with features"},
        {"[input_ids, input_mask]", "[input_ids, tokens]",
         "\"tokens\" is not available; there are input_ids, input_mask, segment_ids"},
        {"[input_ids, input_mask]", "[]", "features: expected a list of features such as input_ids"},
        {"value: input_mask", "value: \"(\"", "inputs[1].value: is no regular expression that can be read"},
        {"name: mask, type: INPUT", "name: mask, type: CONST_INPUT",
         "\"CONST_INPUT\" is not available; there is INPUT"},
        {"num_classes: 2", "single_score: true", "num_classes: is missing"},
        {"- type: accuracy", "- type: map", "map is of another task"},
        {"metrics:", "preprocessing: [{type: bgr_to_rgb}]\n        metrics:",
         "preprocessing: is not available for texts"},
    };
    for (const auto& [from, to, message] : kCases) {
        EXPECT_TRUE(holds(error_of(with(kTexts, from, to)), message));
    }
}

TEST(CheckerConfiguration, ASingleScoreHasNoMatthewsCorrelation) {
    const std::string text = with(with(kTexts, "num_classes: 2", "num_classes: 2, single_score: true"),
                                  "- type: accuracy", "- type: metthews_correlation_coef");
    EXPECT_TRUE(holds(error_of(text), "metrics[0]: metthews_correlation_coef needs scores, not a single_score"));
}

TEST(CheckerConfiguration, PicturesFeedOneInput) {
    const std::string text = with(kGood, "adapter: classification",
                                  "adapter: classification\n        inputs:\n          - {name: a, type: INPUT}\n"
                                  "          - {name: b, type: INPUT, value: b}");
    EXPECT_TRUE(holds(error_of(text), "launchers[1].inputs[1]: expected one input for pictures"));
    EXPECT_TRUE(holds(error_of(text), "launchers[1].inputs[1].value: is for texts"));
}

TEST(CheckerConfiguration, AllThatIsWrongIsToldAtOnce) {
    const std::string text = error_of(with(with(kGood, "size: 256", "size: 0"), "top_k: 5", "top_k: five"));
    EXPECT_TRUE(holds(text, "size"));
    EXPECT_TRUE(holds(text, "top_k"));
}

TEST(CheckerConfiguration, StandsInPotsEngineToo) {
    const std::string text =
        R"({"model": {"model": "m.xml", "weights": "m.bin"}, "engine": {)"
        R"("launchers": [{"framework": "dlsdk", "adapter": "classification"}], "datasets": [{"name": "d",)"
        R"("data_source": "p", "annotation_conversion": {"converter": "imagenet", "annotation_file": "f"}}]},)"
        R"("compression": {"algorithms": [{"name": "DefaultQuantization"}]}})";
    const auto engine = parse_configuration(text, "pot.json").engine;
    ASSERT_TRUE(engine.checker);
    EXPECT_EQ(engine.checker->optimization.name, "d");
    try {
        parse_configuration(with(text, "classification", "lpr"), "pot.json");
        FAIL();
    } catch (const Error& error) {
        EXPECT_TRUE(holds(error.what(), "pot.json:1:"));
        EXPECT_TRUE(holds(error.what(), "engine.launchers[0].adapter.type: \"lpr\" is not available"));
    }
}

}  // namespace
}  // namespace octet
