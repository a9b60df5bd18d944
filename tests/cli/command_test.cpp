#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openvino/core/graph_util.hpp>
#include <openvino/op/ops.hpp>
#include <signal.h>

#include "command_fixture.hpp"

namespace octet {
namespace {
namespace fs = std::filesystem;

TEST_F(Command, PrintsVersionAndHelp) {
    const auto version = run_octet({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_EQ(version.out.rfind("octet ", 0), 0u) << version.out;
    EXPECT_TRUE(has(version.out, "OpenVINO 20"));
    EXPECT_EQ(run_octet({"--help"}).code, 0);
    EXPECT_EQ(run_octet({"compare", "--help"}).code, 0);
}

TEST_F(Command, WrongUsageIsOneLineAndAHintAndExitCodeTwo) {
    for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                   {"quantise"},
                                                                   {"quantize", "--modle", "x"},
                                                                   {"quantize", "-m", "x"},
                                                                   {"inspect", "-m", "x", "--subset", "2"}}) {
        const auto run = run_octet(words);
        EXPECT_EQ(run.code, 2);
        EXPECT_EQ(run.out, "");
        EXPECT_EQ(lines(run.err), 2u) << run.err;
        EXPECT_TRUE(has(run.err, "--help")) << run.err;
    }
}

/// options.json of a run into `folder`.
nlohmann::json options_in(const fs::path& folder) {
    std::ifstream file(folder / "options.json");
    return nlohmann::json::parse(file);
}

TEST_F(Command, AConfigurationFileIsTheBaseAndTheCommandLineIsStronger) {
    std::ofstream(path("pot.json")) << R"({"compression": {"target_device": "CPU", "algorithms": [ // POT's form
        {"name": "DefaultQuantization", "params": {"preset": "mixed", "stat_subset_size": 5,
         "ignored": {"scope": ["conv"]}}},]}})";
    const auto run = quantize({"-c", path("pot.json"), "--subset", "7", "--set",
                               "activations.range_estimator.max.aggregator=max", "--ignored-type", "Convolution"});
    ASSERT_EQ(run.code, 2) << "no operation is named conv";
    EXPECT_TRUE(has(run.err, "conv")) << run.err;

    std::ofstream(path("pot.json")) << R"({"algorithms": [{"name": "DefaultQuantization",
        "params": {"preset": "mixed", "stat_subset_size": 5}}]})";
    const auto again = quantize({"-c", path("pot.json"), "--subset", "7", "--set",
                                 "activations.range_estimator.max.aggregator=max", "--ignored-type", "Convolution"});
    ASSERT_EQ(again.code, 0) << again.err;
    const auto options = options_in(root_ / "out");
    EXPECT_EQ(options["profile"], "pot");
    EXPECT_EQ(options["preset"], "mixed");
    EXPECT_EQ(options["stat_subset_size"], 7);
    EXPECT_EQ(options["activations"]["range_estimator"]["max"]["aggregator"], "max");
    EXPECT_EQ(options["ignored"]["operations"][0]["type"], "Convolution");
    EXPECT_EQ(options["channel_alignment"], true);
}

TEST_F(Command, OptionsOfAnEarlierRunGiveTheSameModelAgain) {
    ASSERT_EQ(quantize({"--preset", "mixed", "--saturation-fix", "no"}).code, 0);
    const auto read = [&](const char* file) {
        std::ifstream in(root_ / "out" / file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string before = read("small.bin"), options = read("options.json");
    std::ofstream(path("again.json")) << options;
    ASSERT_EQ(quantize({"-c", path("again.json")}).code, 0);
    EXPECT_EQ(read("small.bin"), before);
    EXPECT_EQ(read("options.json"), options);
}

TEST_F(Command, RulesOfOnesOwnReplaceTheTargets) {
    std::ofstream(path("rules.json")) << R"({ // the example of docs/hardware_rules.md, for convolutions
        "based_on": "cpu", "targets": ["MINE"], "without": ["Add", "MatMul", "AvgPool", "ReduceMean"],
        "schemes": {"q4_w": [{"bits": 4, "mode": "symmetric", "granularity": "perchannel"}]},
        "operations": [{"types": ["Convolution"], "activations": "q8_a", "weights": "q4_w", "ports": [0, 1]}]})";
    ASSERT_EQ(quantize({"--hardware-rules", path("rules.json")}).code, 0);
    std::ifstream file(root_ / "out/quantization.json");
    const auto report = nlohmann::json::parse(file);
    std::size_t weights = 0;
    for (const auto& quantizer : report["quantizers"]) {
        const bool is_weights = quantizer["kind"] == "weights";
        weights += is_weights ? 1 : 0;
        EXPECT_EQ(quantizer["scheme"]["bits"], is_weights ? 4 : 8) << quantizer;
    }
    EXPECT_GT(weights, 0u);
}

TEST_F(Command, AllThatIsWrongInAConfigurationIsToldAtOnce) {
    std::ofstream(path("bad.json")) << R"({"algorithms": [{"name": "DefaultQuantisation",
        "params": {"preset": "fast", "activations": {"bit": 8}}}]})";
    const auto run = quantize({"-c", path("bad.json")});
    EXPECT_EQ(run.code, 2);
    for (const char* part : {"DefaultQuantization", "fast", "bits"}) {
        EXPECT_TRUE(has(run.err, part)) << part << " is not in\n" << run.err;
    }
    EXPECT_FALSE(fs::exists(root_ / "out" / "small.xml"));
    EXPECT_EQ(quantize({"-c", path("none.json")}).code, 3);
    EXPECT_EQ(quantize({"--hardware-rules", path("bad.json")}).code, 2);
}

TEST_F(Command, QuantizesPicturesAndTellsWhatItDid) {
    const auto run = quantize({});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(files_in(root_ / "out"),
              (std::set<std::string>{"small.xml", "small.bin", "quantization.json", "options.json"}));
    for (const char* part : {"Quantized ", " 12 measured", "Size ", "Seconds ", "calibrate", "small.xml"}) {
        EXPECT_TRUE(has(run.out, part)) << part << " is not in\n" << run.out;
    }
    EXPECT_FALSE(has(run.out, "Check"));
    EXPECT_TRUE(has(run.err, "mean 120")) << run.err;
    EXPECT_FALSE(has(run.out + run.err, "\x1b")) << "no escape codes without a terminal";
}

TEST_F(Command, QuietPrintsNothing) {
    const auto run = quantize({"--quiet"});
    EXPECT_EQ(run.code, 0);
    EXPECT_EQ(run.out + run.err, "");
}

TEST_F(Command, ChecksOnSamplesSetAside) {
    const auto run = quantize({"--check", "--threads", "1"});
    ASSERT_EQ(run.code, 0) << run.err;
    for (const char* part :
         {" 8 measured", "on 4 samples set aside", "scores", "SQNR ", "top-1 agreement", "throughput"}) {
        EXPECT_TRUE(has(run.out, part)) << part << " is not in\n" << run.out;
    }
}

TEST_F(Command, SaysSoWhereNoSampleIsLeftToCheck) {
    for (std::size_t i = 2; i < kPictures; ++i) {
        fs::remove(root_ / "pictures" / ("p" + std::to_string(10 + i) + ".ppm"));
    }
    const auto run = quantize({"--check"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.out, " 2 measured")) << run.out;
    EXPECT_TRUE(has(run.out, "not measured: all samples were used")) << run.out;
}

TEST_F(Command, WritesJsonLinesForPrograms) {
    const auto run = quantize({"--progress", "json", "--check=3"});
    ASSERT_EQ(run.code, 0) << run.err;
    std::istringstream in(run.out);
    std::set<std::string> phases;
    nlohmann::json last;
    for (std::string line; std::getline(in, line);) {
        last = nlohmann::json::parse(line);
        if (last["event"] == "progress") {
            for (const char* key : {"done", "total", "rate", "eta"}) {
                EXPECT_TRUE(last.contains(key)) << line;
            }
            phases.insert(last["phase"]);
        }
    }
    EXPECT_TRUE(phases.count("calibrate"));
    EXPECT_EQ(last["event"], "summary");
    EXPECT_EQ(last["samples"], kPictures - 3);
    EXPECT_EQ(last["check"]["samples"], 3);
    EXPECT_GT(last["bytes_before"], last["seconds"].size());
}

TEST_F(Command, SaysWhereMemoryDoesNotSuffice) {
    const auto little = quantize({"--max-memory", "1MB"});
    ASSERT_EQ(little.code, 0) << little.err;
    EXPECT_TRUE(has(little.err, "one thread holds")) << little.err;
    EXPECT_TRUE(has(little.err, "the phase calibrate took up to")) << little.err;
    const auto much = quantize({"--max-memory", "100TB"});
    EXPECT_EQ(much.code, 0) << much.err;
    EXPECT_FALSE(has(much.err, "took up to")) << much.err;
}

TEST_F(Command, RefusesBadInputInALineOrTwo) {
    struct Case {
        const char* what;
        std::vector<std::string> words;
        int code;
        std::string part;
    };
    std::ofstream(path("broken.onnx")) << "this is no model";
    fs::create_directories(path("empty"));
    std::ofstream(path("pictures/p99.ppm")) << "P6 20 18 255\n";
    const std::string model = path("small.xml"), data = path("pictures"), out = path("out");
    for (const auto& c : {
             Case{"no model", {"-m", path("none.onnx"), "--data", data, "-o", out}, 3, "none.onnx"},
             Case{"corrupt model", {"-m", path("broken.onnx"), "--data", data, "-o", out}, 3, "broken.onnx"},
             Case{"no data", {"-m", model, "--data", path("none"), "-o", out}, 3, "none"},
             Case{"empty data", {"-m", model, "--data", path("empty"), "-o", out}, 3, "empty"},
             Case{"bad picture", {"-m", model, "--data", data, "-o", out}, 3, "p99.ppm"},
             Case{"unknown input", {"-m", model, "--data", "imge=" + data, "-o", out}, 2, "did you mean \"image\"?"},
             Case{"output is a file", {"-m", model, "--data", data, "-o", model}, 3, "expected a folder"},
             Case{"over the source", {"-m", model, "--data", data, "-o", root_.string()}, 2, "overwrite"},
             Case{"unknown device",
                  {"-m", model, "--data", data, "-o", out, "--target-device", "TOASTER"},
                  2,
                  "TOASTER"},
             Case{"torn sequences",
                  {"-m", model, "--data", data, "-o", out, "--states", "keep", "--check"},
                  2,
                  "tear sequences apart"},
         }) {
        auto words = c.words;
        words.insert(words.begin(), "quantize");
        words.insert(words.end(), {"--progress", "none", "--log-level", "error"});
        const auto run = run_octet(words);
        EXPECT_EQ(run.code, c.code) << c.what << ": " << run.err;
        EXPECT_TRUE(has(run.err, c.part)) << c.what << ": " << run.err;
        EXPECT_GE(lines(run.err), 1u) << c.what;
        EXPECT_LE(lines(run.err), 2u) << c.what << ": " << run.err;
        EXPECT_EQ(run.out, "") << c.what;
        EXPECT_EQ(files_in(root_ / "out"), std::set<std::string>{}) << c.what;
    }
    const auto skipping = quantize({"--skip-bad"});
    EXPECT_EQ(skipping.code, 0) << skipping.err;
    EXPECT_TRUE(has(skipping.out, "12 measured, 1 skipped as bad")) << skipping.out;
    EXPECT_TRUE(has(skipping.out, "p99.ppm")) << skipping.out;
}

TEST_F(Command, InspectListsQuantizers) {
    const auto plain = run_octet({"inspect", "-m", path("small.xml")});
    EXPECT_EQ(plain.code, 0) << plain.err;
    EXPECT_TRUE(has(plain.out, "No quantizers")) << plain.out;
    EXPECT_EQ(run_octet({"inspect", "-m", path("small.xml"), "--json"}).out, "[]\n");

    ASSERT_EQ(quantize({}).code, 0);
    const auto text = run_octet({"inspect", "-m", path("out/small.xml")});
    EXPECT_TRUE(has(text.out, "weights 8-bit symmetric perchannel")) << text.out;
    const auto list = nlohmann::json::parse(run_octet({"inspect", "-m", path("out/small.xml"), "--json"}).out);
    ASSERT_GE(list.size(), 2u);
    EXPECT_EQ(list[0]["kind"], "activations");
    EXPECT_EQ(list[0]["tensor"], "image");
}

TEST_F(Command, DataMayBeAPatternForANamedInput) {
    const auto run_with = [&](const std::string& data) {
        return run_octet({"quantize", "-m", path("small.xml"), "--data", data, "-o", path("out")});
    };
    const auto run = run_with("image=" + path("pictures/p1?.ppm"));
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.err, "p1?.ppm: 10 samples, prepared as")) << run.err;
    const auto none = run_with(path("pictures/*.jpg"));
    EXPECT_EQ(none.code, 3);
    EXPECT_TRUE(has(none.err, "pictures/*.jpg: is a pattern that fits no file")) << none.err;
}

TEST_F(Command, AFolderOfArraysIsNotToldToBePreparedAsPictures) {
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 16, 16), }\n";
    fs::create_directories(path("arrays"));
    for (const char* name : {"arrays/a.npy", "arrays/b.npy"}) {
        std::ofstream(path(name), std::ios::binary)
            << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size()) << '\0' << header << std::string(768, '\7');
    }
    const auto run = run_octet({"quantize", "-m", path("small.xml"), "--data", path("arrays"), "-o", path("out")});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_FALSE(has(run.err, "prepared as")) << run.err;
}

TEST_F(Command, TellsThatAnInputGetsThePicturesSize) {
    const auto model = small_classifier();
    auto info = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::Shape{1, 3});
    info->output(0).set_names({"im_info"});
    model->add_parameters({info});
    model->add_results({std::make_shared<ov::op::v0::Result>(std::make_shared<ov::op::v0::Relu>(info))});
    ov::serialize(model, path("sized.xml"), path("sized.bin"));
    const auto run =
        run_octet({"quantize", "-m", path("sized.xml"), "--data", path("pictures"), "-o", path("out"), "--quiet"});
    EXPECT_EQ(run.code, 0) << run.err;
    const auto compared = run_octet({"compare", "-m", path("sized.xml"), "-q", path("out/sized.xml"), "--data",
                                     path("pictures"), "--threads", "1"});
    EXPECT_EQ(compared.code, 0) << compared.err;
    EXPECT_TRUE(has(compared.err, "input \"im_info\", which has no data, gets the height, width and channels"))
        << compared.err;
}

TEST_F(Command, CompareUsesThePreparationOfTheQuantizedModel) {
    ASSERT_EQ(quantize({}).code, 0);
    const std::vector<std::string> words{
        "compare", "-m", path("small.xml"), "-q", path("out/small.xml"), "--data", path("pictures"), "--json"};
    const auto run = run_octet(words);
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.err, "mean 120")) << run.err;
    EXPECT_TRUE(has(run.err, "from the quantized model")) << run.err;
    const auto figures = nlohmann::json::parse(run.out);
    EXPECT_EQ(figures["samples"], kPictures);
    EXPECT_EQ(figures["outputs"][0]["output"], "scores");
    EXPECT_GT(figures["outputs"][0]["sqnr_db"].get<double>(), 20);
    EXPECT_GT(figures["quantized_fps"].get<double>(), 0);

    auto overridden = words;
    overridden.insert(overridden.end(), {"--mean", "7"});
    EXPECT_TRUE(has(run_octet(overridden).err, "mean 7,")) << "what is given wins";
}

TEST_F(Command, CompareRefusesModelsThatDoNotBelongTogether) {
    ov::serialize(small_classifier(7), path("other.xml"), path("other.bin"));
    const auto run =
        run_octet({"compare", "-m", path("small.xml"), "-q", path("other.xml"), "--data", path("pictures")});
    EXPECT_EQ(run.code, 3);
    EXPECT_TRUE(has(run.err, "f32[1,5]") && has(run.err, "f32[1,7]")) << run.err;
}

// A run long enough to be interrupted: the same pictures over and over.
TEST_F(Command, AnInterruptLeavesNothingBehind) {
    std::ofstream list(path("list.txt"));
    for (std::size_t i = 0; i < 400000; ++i) {
        list << "pictures/p" << 10 + i % kPictures << ".ppm\n";
    }
    list.close();
    for (const int signal : {SIGINT, SIGTERM}) {
        bool is_sent = false;
        RunSettings settings;
        settings.watch = [&](pid_t process, std::string_view out) {
            if (!is_sent && out.find("calibrate") != std::string_view::npos) {
                is_sent = true;
                kill(process, signal);
                kill(process, signal);  // impatience changes nothing
            }
        };
        const auto run = run_octet(
            {"quantize", "-m", path("small.xml"), "--data", path("list.txt"), "-o", path("out"), "--progress", "json"},
            settings);
        EXPECT_TRUE(is_sent);
        EXPECT_EQ(run.signal, 0);
        EXPECT_EQ(run.code, 130) << run.err;
        EXPECT_EQ(files_in(root_ / "out"), std::set<std::string>{});
    }
}

TEST_F(Command, AReaderThatLeavesIsNoError) {
    RunSettings closed;
    closed.is_stdout_closed = true;
    const auto run = run_octet({"--help"}, closed);
    EXPECT_EQ(run.signal, 0);
    EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Command, AFullDiskUnderStandardOutputIsAnError) {
    RunSettings full;
    full.stdout_to = "/dev/full";
    const auto run = run_octet({"--help"}, full);
    EXPECT_EQ(run.code, 3);
    EXPECT_TRUE(has(run.err, "standard output")) << run.err;
}

}  // namespace
}  // namespace octet
