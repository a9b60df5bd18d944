#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "command_line.hpp"
#include "usage_error.hpp"

namespace octet::cli {
namespace {

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string word; in >> word;) {
        out.push_back(word);
    }
    return out;
}

Arguments quantize(const std::string& more) {
    const auto line = parse_command_line(words("quantize -m m.onnx --data d -o out " + more));
    EXPECT_EQ(line.command, "quantize");
    return line.arguments;
}

std::string usage_error(const std::string& text) {
    try {
        parse_command_line(words(text));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "no error";
}

TEST(CommandLine, LeavesDefaultsWhereNothingIsGiven) {
    const auto given = quantize("");
    EXPECT_EQ(given.model, "m.onnx");
    EXPECT_EQ(given.output, "out");
    ASSERT_EQ(given.data.size(), 1u);
    EXPECT_EQ(given.data[0].input, "");
    EXPECT_EQ(given.data[0].path, "d");
    EXPECT_EQ(given.preprocessing, Preprocessing{});
    EXPECT_FALSE(given.options.subset);
    EXPECT_TRUE(given.options.fold);
    EXPECT_TRUE(given.options.bias_correction);
    EXPECT_FALSE(given.check);
    EXPECT_EQ(given.progress, ProgressStyle::Auto);
}

TEST(CommandLine, ReadsEveryOption) {
    const auto given = quantize(
        "--mean 123.675,116.28,-1 --scale 58.395 --rgb --resize Cubic --crop-fraction 0.875 --letterbox=0,TopLeft "
        "--layout "
        "nhwc --subset 300 --preset MIXED --model-type Transformer --target-device cpu --ignored-scope a "
        "--ignored-scope "
        "re:b,[cd] --ignored-region a,b->c --profile POT -c pot.json --hardware-rules own.json --range-preset quantile "
        "--saturation-fix all --channel-alignment --no-fast-bias --set activations.bits=4 --set "
        "weights.range_estimator.max.type=abs_quantile --ignored-type add --no-bias-correction --no-fold --threads 2 "
        "--shape x[1,3,640,640] --shape y[1,?] "
        "--reshape --fp16 --keep-uncompressed-weights --skip-bad --check=20 --progress JSON --quiet --log-level "
        "Warning "
        "--data ids=i.npy");
    EXPECT_EQ(given.preprocessing.mean, (std::vector<double>{123.675, 116.28, -1}));
    EXPECT_EQ(given.preprocessing.scale, (std::vector<double>{58.395}));
    EXPECT_EQ(given.preprocessing.rgb, true);
    EXPECT_EQ(given.preprocessing.resize, Resize::Cubic);
    EXPECT_EQ(given.preprocessing.crop_fraction, 0.875);
    EXPECT_EQ(given.preprocessing.letterbox, (Letterbox{0, false}));
    EXPECT_EQ(given.preprocessing.layout, "NHWC");
    EXPECT_EQ(given.options.subset, 300u);
    EXPECT_EQ(given.options.preset, Preset::Mixed);
    EXPECT_EQ(given.options.model_type, ModelType::Transformer);
    EXPECT_EQ(given.options.target_device, "CPU");
    EXPECT_EQ(given.ignored.names, (std::vector<std::string>{"a", "re:b,[cd]"}));
    EXPECT_EQ(given.ignored.types, (std::vector<IgnoredType>{{"add"}}));
    EXPECT_EQ(given.ignored.regions, (std::vector<IgnoredRegion>{{{"a", "b"}, {"c"}}}));
    EXPECT_EQ(given.profile, Profile::Pot);
    EXPECT_EQ(given.config, "pot.json");
    EXPECT_EQ(given.hardware_rules, "own.json");
    EXPECT_EQ(given.options.range_estimator.preset, RangePreset::Quantile);
    EXPECT_EQ(given.options.saturation_fix, SaturationFix::All);
    EXPECT_TRUE(given.options.channel_alignment);
    EXPECT_FALSE(given.options.use_fast_bias);
    EXPECT_EQ(given.options.activations.bits, 4);
    ASSERT_TRUE(given.options.weights.range_estimator);
    EXPECT_EQ(given.options.weights.range_estimator->max.type, RangeStatistic::AbsQuantile);
    EXPECT_EQ(given.settings.back().option, "--keep-uncompressed-weights");
    EXPECT_FALSE(given.options.bias_correction);
    EXPECT_FALSE(given.options.fold);
    EXPECT_EQ(given.run.threads, 2u);
    EXPECT_EQ(given.options.shapes.at("x"), (ov::PartialShape{1, 3, 640, 640}));
    EXPECT_EQ(given.options.shapes.at("y"), (ov::PartialShape{1, -1}));
    EXPECT_TRUE(given.options.reshape);
    EXPECT_TRUE(given.options.fp16);
    EXPECT_TRUE(given.options.keep_uncompressed_weights);
    EXPECT_TRUE(given.options.skip_bad);
    EXPECT_EQ(given.check, 20u);
    EXPECT_EQ(given.progress, ProgressStyle::Json);
    EXPECT_TRUE(given.quiet);
    EXPECT_EQ(given.log_level, LogLevel::Warning);
    ASSERT_EQ(given.data.size(), 2u);
    EXPECT_EQ(given.data[1].input, "ids");
    EXPECT_EQ(given.data[1].path, "i.npy");
}

TEST(CommandLine, MemoryHasUnits) {
    struct Size {
        const char* text;
        std::size_t bytes;
    };
    for (const auto& [text, bytes] :
         {Size{"1000", 1000}, Size{"2GB", 2'000'000'000}, Size{"1.5gib", 1610612736}, Size{"800Mb", 800'000'000},
          Size{"64KiB", 65536}, Size{"1TB", 1'000'000'000'000}, Size{"7b", 7}}) {
        EXPECT_EQ(quantize(std::string("--max-memory ") + text).run.max_memory, bytes) << text;
    }
    EXPECT_EQ(quantize("").run.max_memory, 0u);
}

TEST(CommandLine, SamplesMayBeFewerOrInSequences) {
    const auto given = quantize("--converge 0.02 --states Keep --set split_batches=false");
    EXPECT_EQ(given.options.converge, 0.02);
    EXPECT_EQ(given.options.states, States::Keep);
    EXPECT_FALSE(given.options.split_batches);
}

TEST(CommandLine, AnOptionalValueComesAfterAnEqualsSignOnly) {
    EXPECT_EQ(quantize("--check --rgb").check, 50u);
    EXPECT_EQ(quantize("--check").check, 50u);
    EXPECT_EQ(quantize("--letterbox --rgb").preprocessing.letterbox, Letterbox{});
    EXPECT_EQ(quantize("--letterbox=topleft").preprocessing.letterbox, (Letterbox{114, false}));
    EXPECT_EQ(quantize("--letterbox=-1.5").preprocessing.letterbox, (Letterbox{-1.5, true}));
    EXPECT_EQ(usage_error("quantize -m m --data d -o out --check 20"), "unexpected argument \"20\"");
}

TEST(CommandLine, AShapeWithoutANameIsForTheOnlyInput) {
    EXPECT_EQ(quantize("--shape 1,3,-1,640").options.shapes.at(""), (ov::PartialShape{1, 3, -1, 640}));
    EXPECT_EQ(quantize("--shape [1,3]").options.shapes.at(""), (ov::PartialShape{1, 3}));
    EXPECT_EQ(quantize("--shape in[0][2,3]").options.shapes.at("in[0]"), (ov::PartialShape{2, 3}));
}

TEST(CommandLine, AFileWithAnEqualsSignInItsNameIsAFile) {
    const auto path = std::filesystem::path(testing::TempDir()) / "a=b.npy";
    std::ofstream(path) << "x";
    const auto given = parse_command_line({"quantize", "-m", "m", "-o", "o", "--data", path.string()}).arguments;
    EXPECT_EQ(given.data[0].input, "");
    EXPECT_EQ(given.data[0].path, path);
}

TEST(CommandLine, RefusesWhatMakesNoSense) {
    struct Case {
        const char* line;
        const char* text;  ///< part of the message
    };
    const std::string complete = "quantize -m m --data d -o out ";
    for (const auto& c : {
             Case{"", "no command given"},
             Case{"quantise", "did you mean \"quantize\"?"},
             Case{"--verison", "did you mean \"--version\"?"},
             Case{"quantize --modle m", "unknown option \"--modle\" (did you mean \"--model\"?)"},
             Case{"quantize --prset=mixed", "did you mean \"--preset\"?"},
             Case{"quantize", "missing --model, --data, --output"},
             Case{"inspect", "missing --model"},
             Case{"compare -m m", "missing --quantized, --data"},
             Case{"inspect -m m --data d", "unknown option \"--data\""},
             Case{"quantize -m --data d", "--model: a value is missing before --data"},
         }) {
        EXPECT_NE(usage_error(c.line).find(c.text), std::string::npos) << c.line << ": " << usage_error(c.line);
    }
    for (const auto& c : {
             Case{"extra", "unexpected argument \"extra\""},
             Case{"--preset", "--preset"},
             Case{"--preset fast", "performance, mixed, accuracy; got \"fast\""},
             Case{"--preset mixd", "did you mean \"mixed\"?"},
             Case{"--preset mixed --preset mixed", "--preset"},
             Case{"--subset 0", "at least 1; got 0"},
             Case{"--subset -3", "got -3"},
             Case{"--subset 1.5", "got 1.5"},
             Case{"--subset 99999999999999999999999", "whole number"},
             Case{"--check=0", "--check"},
             Case{"--threads two", "--threads"},
             Case{"--max-memory 0", "2GB"},
             Case{"--max-memory GB", "2GB"},
             Case{"--max-memory 2XB", "got \"2XB\""},
             Case{"--max-memory -2GB", "2GB"},
             Case{"--max-memory 1e30", "2GB"},
             Case{"--max-memory 99999999TB", "2GB"},
             Case{"--converge 0", "0.02"},
             Case{"--converge 1", "0.02"},
             Case{"--converge x", "0.02"},
             Case{"--states kep", "did you mean \"keep\"?"},
             Case{"--profile pots", "did you mean \"pot\"?"},
             Case{"--target-device VPU", "NPU"},
             Case{"--ignored-region a-b", "first->last"},
             Case{"--ignored-region a->", "first->last"},
             Case{"--saturation-fix some", "first_layer"},
             Case{"--range-preset quantil", "did you mean \"quantile\"?"},
             Case{"--set weights.bits", "KEY=VALUE"},
             Case{"--set weights.bit=8", "weights.bits"},
             Case{"--set weights.bits=1", "2"},
             Case{"--set weights.range_estimator.max.aggregator=max", "aggregator"},
             Case{"--mean 1,,2", "commas"},
             Case{"--mean nan", "commas"},
             Case{"--scale x", "commas"},
             Case{"--crop-fraction 0", "above 0"},
             Case{"--crop-fraction 1.5", "up to 1"},
             Case{"--letterbox=1,2", "--letterbox"},
             Case{"--letterbox=left", "topleft"},
             Case{"--layout NCHWX", "did you mean \"NCHW\"?"},
             Case{"--shape 1,0,3", "\"0\""},
             Case{"--shape 1,3,", "dimensions"},
             Case{"--shape 1,3]", "1,3,640,640"},
             Case{"--shape x[1] --shape x[2]", "given twice"},
             Case{"--data =x", "NAME=PATH"},
             Case{"--data x=", "NAME=PATH"},
         }) {
        const std::string text = usage_error(complete + c.line);
        EXPECT_NE(text.find(c.text), std::string::npos) << c.line << ": " << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << c.line;
    }
}

TEST(CommandLine, HelpNamesEveryOptionOfACommand) {
    for (const char* line : {"quantize --help", "quantize -h --bogus", "help quantize"}) {
        const auto parsed = parse_command_line(words(line));
        EXPECT_EQ(parsed.command, "");
        for (const char* part : {"Usage: octet quantize", "Examples:", "-m, --model PATH", "--check[=N]",
                                 "--letterbox[=", "--ignored-scope NAME|re:REGEX", "--set KEY=VALUE"}) {
            EXPECT_NE(parsed.text.find(part), std::string::npos) << line << " lacks " << part;
        }
    }
    EXPECT_NE(parse_command_line({"--help"}).text.find("compare"), std::string::npos);
}

}  // namespace
}  // namespace octet::cli
