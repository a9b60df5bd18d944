// `octet pot`: POT's command line and configuration, as its users' scripts have them.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "command_fixture.hpp"

namespace octet {
namespace {
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The only entry of a folder.
fs::path only_entry(const fs::path& folder) {
    const auto names = files_in(folder);
    EXPECT_EQ(names.size(), 1U) << folder;
    return names.empty() ? folder : folder / *names.begin();
}

class Pot : public Command {
protected:
    Finished pot(const std::vector<std::string>& more) const {
        std::vector<std::string> words{"pot"};
        words.insert(words.end(), more.begin(), more.end());
        return run_octet(words);
    }

    /// -q with all that it needs.
    std::vector<std::string> flags(const std::vector<std::string>& more) const {
        std::vector<std::string> words{"-q",
                                       "default",
                                       "-m",
                                       path("small.xml"),
                                       "-w",
                                       path("small.bin"),
                                       "--engine",
                                       "simplified",
                                       "--data-source",
                                       path("pictures"),
                                       "--output-dir",
                                       path("out")};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    /// A configuration with these sections beside a good model, engine and compression; each may be given anew.
    std::string write_config(const std::string& model, const std::string& engine, const std::string& compression,
                             const std::string& name = "pot.json") const {
        std::ofstream(path(name)) << "{" << (model.empty() ? "" : "\"model\": " + model + ",")
                                  << (engine.empty() ? "" : "\"engine\": " + engine + ",")
                                  << "\"compression\": " << compression << ", // the end\n}";
        return path(name);
    }
    std::string good_model() const {
        return R"({"model": ")" + path("small.xml") + R"(", "weights": ")" + path("small.bin") + "\"}";
    }
    std::string good_engine() const {
        return R"({"type": "simplified", "data_source": ")" + path("pictures") + "\"}";
    }
    const std::string good_compression_ =
        R"({"algorithms": [{"name": "DefaultQuantization", "params": {"preset": "mixed", "stat_subset_size": 300}}]})";
};

TEST_F(Pot, FlagsConfigurationAndQuantizeGiveTheSameBytes) {
    ASSERT_EQ(pot(flags({"--preset", "mixed", "-n", "small", "-d"})).code, 0);
    const std::string config = write_config(good_model(), good_engine(), good_compression_);
    ASSERT_EQ(pot({"-c", config, "--output-dir", path("out2"), "-d"}).code, 0);
    ASSERT_EQ(run_octet({"quantize", "-c", config, "-o", path("out3")}).code, 0);
    ASSERT_EQ(run_octet({"quantize", "-m", path("small.xml"), "--data", path("pictures"), "--profile", "pot",
                         "--preset", "mixed", "--subset", "300", "-o", path("out4")})
                  .code,
              0);
    for (const char* file : {"small.xml", "small.bin", "options.json", "quantization.json"}) {
        const std::string first = content(root_ / "out/optimized" / file);
        EXPECT_GT(first.size(), 10U) << file;
        EXPECT_EQ(content(root_ / "out2/optimized" / file), first) << file;
        EXPECT_EQ(content(root_ / "out3" / file), first) << file;
        EXPECT_EQ(content(root_ / "out4" / file), first) << file;
    }
}

TEST_F(Pot, WritesIntoFoldersNamedAfterModelAlgorithmsAndTime) {
    const auto run = pot(flags({}));
    ASSERT_EQ(run.code, 0) << run.err;
    const fs::path folder = only_entry(root_ / "out");
    EXPECT_EQ(folder.filename(), "model_name_DefaultQuantization");
    const fs::path time = only_entry(folder);
    EXPECT_EQ(time.filename().string().size(), std::string("2026-01-31_23-59-59").size()) << time;
    EXPECT_EQ(files_in(time), (std::set<std::string>{"log.txt", "optimized"}));
    EXPECT_TRUE(fs::exists(time / "optimized/model_name.xml"));
    EXPECT_TRUE(has(run.out, "model_name.xml")) << run.out;
}

TEST_F(Pot, KeepsALogOfWhatItSays) {
    ASSERT_EQ(pot(flags({"-d"})).code, 0);
    const std::string log = content(root_ / "out/log.txt");
    for (const char* part : {"INFO:octet.pot:", "DefaultQuantization", "stat_subset_size", ": 300",
                             "INFO:octet.calibrate:", "INFO:octet.data:", "mean 0", "INFO:octet.summary:"}) {
        EXPECT_TRUE(has(log, part)) << part << " is not in\n" << log;
    }
    const auto quiet = pot(flags({"-d", "--log-level", "ERROR"}));
    EXPECT_EQ(quiet.code, 0);
    EXPECT_EQ(content(root_ / "out/log.txt"), "");
    EXPECT_FALSE(has(quiet.err, "mean 0")) << quiet.err;
}

TEST_F(Pot, TheLogTellsWhyARunFailed) {
    std::ofstream(path("pictures/p99.ppm")) << "P6 20 18 255\n";
    EXPECT_EQ(pot(flags({"-d"})).code, 3);
    EXPECT_TRUE(has(content(root_ / "out/log.txt"), "ERROR:octet.pot:")) << content(root_ / "out/log.txt");
    EXPECT_EQ(files_in(root_ / "out/optimized"), std::set<std::string>{});
}

TEST_F(Pot, TheBarStandsInsteadOfRemarks) {
    const auto run = pot(flags({"-d", "--progress-bar", "--stream-output"}));
    EXPECT_EQ(run.code, 0);
    EXPECT_FALSE(has(run.err, "stat_subset_size")) << run.err;
    EXPECT_TRUE(has(content(root_ / "out/log.txt"), "stat_subset_size"));
}

TEST_F(Pot, DataSourceFillsWhatTheConfigurationLeavesOut) {
    const std::string config = write_config(good_model(), R"({"type": "simplified"})", good_compression_);
    EXPECT_EQ(pot({"-c", config, "--data-source", path("pictures"), "--output-dir", path("out"), "-d"}).code, 0);
    const std::string checker = write_config(good_model(), R"({"config": "ac.yml"})", good_compression_);
    EXPECT_EQ(pot({"-c", checker, "--output-dir", path("out"), "-d"}).code, 3);  // there is no ac.yml
    const auto run = pot({"-c", checker, "--engine", "simplified", "--data-source", path("pictures"), "--output-dir",
                          path("out"), "-d", "-n", "other"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.err, "--name: no effect")) << run.err;
}

/// Samples for accuracy checker: all pictures to calibrate on, the first three to evaluate on.
void write_checker(const fs::path& folder, const std::string& pictures, const std::string& file) {
    std::ofstream all(folder / "all.txt"), some(folder / "some.txt");
    std::size_t number = 0;
    for (const auto& name : files_in(pictures)) {
        all << name << " 0\n";
        if (number < 3) {
            some << name << " " << number << "\n";
        }
        ++number;
    }
    const std::string part =
        "data_source: " + pictures + ", annotation_conversion: {converter: imagenet, annotation_file: ";
    std::ofstream(file) << "models:\n"
                        << "  - name: small\n"
                        << "    launchers: [{framework: dlsdk, adapter: classification}]\n"
                        << "    datasets:\n"
                        << "      preprocessing: [{type: resize, size: 16}, {type: normalization, std: 255}]\n"
                        << "      optimization: {name: all, " << part << (folder / "all.txt").string() << "}}\n"
                        << "      evaluation: {name: some, " << part << (folder / "some.txt").string()
                        << "}, metrics: [{type: accuracy, top_k: 2, name: two}]}\n";
}

TEST_F(Pot, AccuracyCheckerSaysSamplesLabelsAndMetrics) {
    const std::string file = path("ac.yml");
    write_checker(root_, path("pictures"), file);
    const auto flags = pot({"-q", "default", "-m", path("small.xml"), "-w", path("small.bin"), "--ac-config", file,
                            "-e", "--output-dir", path("out"), "-d"});
    ASSERT_EQ(flags.code, 0) << flags.err;
    EXPECT_TRUE(has(flags.out, "two")) << flags.out;
    EXPECT_TRUE(has(flags.err, "all: 12 samples")) << flags.err;
    EXPECT_TRUE(has(flags.err, "some: 3 samples to evaluate on")) << flags.err;

    const std::string config = write_config(good_model(), R"({"config": ")" + file + "\"}",
                                            R"({"algorithms": [{"name": "DefaultQuantization"}]})");
    ASSERT_EQ(run_octet({"quantize", "-c", config, "-o", path("out2"), "--quiet"}).code, 0);
    EXPECT_EQ(content(path("out/optimized/model_name.bin")), content(path("out2/small.bin")));

    const auto evaluated =
        run_octet({"evaluate", "-m", path("small.xml"), "-q", path("out2/small.xml"), "--ac-config", file, "--json"});
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    const auto json = nlohmann::json::parse(evaluated.out);
    EXPECT_EQ(json.at("samples"), 3);
    EXPECT_EQ(json.at("metrics").at(0).at("name"), "two");

    const auto goal = pot({"-q", "accuracy_aware", "-m", path("small.xml"), "-w", path("small.bin"), "--ac-config",
                           file, "--max-drop", "1", "--output-dir", path("out3"), "-d"});
    EXPECT_EQ(goal.code, 0) << goal.err;
    EXPECT_TRUE(has(goal.out, "two")) << goal.out;
}

TEST_F(Pot, TheEngineSaysHowPicturesArePrepared) {
    const std::string engine = R"({"type": "simplified", "data_source": {"image": ")" + path("pictures") +
                               R"("}, "central_fraction": 0.8, "layout": "NCHW", "mean": [1, 2, 3], "scale": 4,
                               "rgb": true, "resize": "area", "stat_requests_number": 4})";
    const auto run = run_octet(
        {"quantize", "-c", write_config(good_model(), engine, good_compression_), "-o", path("out"), "--scale", "5"});
    ASSERT_EQ(run.code, 0) << run.err;
    for (const char* part : {"mean 1,2,3", "scale 5", "RGB", "area", "0.8"}) {
        EXPECT_TRUE(has(run.err, part)) << part << " is not in\n" << run.err;
    }
}

TEST_F(Pot, EvaluatesWithTheLabelsOfTheConfiguration) {
    std::ofstream labels(path("labels.txt"));
    for (std::size_t i = 0; i < kPictures; ++i) {
        labels << i % 5 << "\n";
    }
    labels.close();
    const std::string engine =
        R"({"data_source": ")" + path("pictures") + R"(", "labels": ")" + path("labels.txt") + "\"}";
    const std::string config = write_config(good_model(), engine, good_compression_);
    const auto run = pot({"-c", config, "--output-dir", path("out"), "-d", "-e"});
    ASSERT_EQ(run.code, 0) << run.err;
    const auto table = run_octet({"evaluate", "-m", path("small.xml"), "-q", path("out/optimized/small.xml"), "--data",
                                  path("pictures"), "--labels", path("labels.txt")});
    const auto row = table.out.find("accuracy@top1");
    ASSERT_NE(row, std::string::npos) << table.out << table.err;
    const std::string line = table.out.substr(row, table.out.find('\n', row) - row);
    EXPECT_TRUE(has(run.out, line)) << line << " is not in\n" << run.out;
    EXPECT_TRUE(has(content(root_ / "out/log.txt"), "INFO:octet.evaluate:accuracy@top1              : 0."));
    const auto quantized = run_octet({"quantize", "-c", config, "-o", path("out2"), "-e"});
    EXPECT_TRUE(has(quantized.out, line)) << quantized.out;
}

TEST_F(Pot, MayBeYaml) {
    std::ofstream(path("pot.yml")) << "model:\n  model_name: tiny\n  model: " << path("small.xml")
                                   << "\n  weights: " << path("small.bin") << "\nengine:\n  type: simplified\n"
                                   << "  data_source: " << path("pictures") << "\ncompression:\n  model type: None\n"
                                   << "  algorithms:\n  - name: DefaultQuantization\n";
    ASSERT_EQ(pot({"-c", path("pot.yml"), "--output-dir", path("out"), "-d"}).code, 0);
    EXPECT_TRUE(fs::exists(root_ / "out/optimized/tiny.xml"));
}

struct WrongUse {
    const char* name;
    std::vector<std::string> words;
    std::string part;  ///< of the message
};

TEST_F(Pot, WrongOptionsTogetherAreRefused) {
    const std::string config = write_config(good_model(), good_engine(), good_compression_);
    const std::string model = path("small.xml"), weights = path("small.bin"), data = path("pictures");
    std::ofstream(path("pot.txt")) << "{}";
    const WrongUse uses[] = {
        {"neither", {}, "either --config or --quantize; got neither"},
        {"both", {"-c", config, "-q", "default"}, "got both"},
        {"no model", {"-q", "default", "-w", weights}, "missing --model"},
        {"no weights", {"-q", "default", "-m", model}, "missing --weights"},
        {"no engine", {"-q", "default", "-m", model, "-w", weights}, "needs --ac-config, or --engine simplified"},
        {"checker without its file",
         {"-q", "default", "-m", model, "-w", weights, "--engine", "accuracy_checker"},
         "needs --ac-config, or --engine simplified"},
        {"checker's file beside the other engine",
         {"-q", "default", "-m", model, "-w", weights, "--ac-config", "ac.yml", "--engine", "simplified",
          "--data-source", data},
         "--ac-config: expected no --engine simplified"},
        {"no data", {"-q", "default", "-m", model, "-w", weights, "--engine", "simplified"}, "needs --data-source"},
        {"no drop", {"-q", "accuracy_aware", "-m", model, "-w", weights}, "needs --max-drop"},
        {"accuracy_aware without engine",
         {"-q", "accuracy_aware", "-m", model, "-w", weights, "--max-drop", "0.1"},
         "needs --ac-config, or --engine simplified"},
        {"negative drop", {"-q", "accuracy_aware", "--max-drop", "-0.1"}, "--max-drop"},
        {"drop is no number", {"-q", "default", "--max-drop", "some"}, "--max-drop: expected a number"},
        {"model beside config", {"-c", config, "-m", model}, "either --config or --model"},
        {"weights beside config", {"-c", config, "-w", weights}, "either --config or --weights"},
        {"preset beside config", {"-c", config, "--preset", "mixed"}, "either --config or --preset"},
        {"checker's file beside config", {"-c", config, "--ac-config", "a.yml"}, "either --config or --ac-config"},
        {"evaluation without labels",
         {"-q", "default", "-m", model, "-w", weights, "--engine", "simplified", "--data-source", data, "-e"},
         "needs labels"},
        {"evaluation without labels in the file", {"-c", config, "-e"}, "needs labels"},
        {"unknown method", {"-q", "best"}, "--quantize: expected one of default, accuracy_aware"},
        {"preset of another command", {"-q", "default", "--preset", "accuracy"}, "one of performance, mixed"},
        {"unknown engine", {"-q", "default", "--engine", "fast"}, "--engine: expected one of"},
        {"unknown level", {"-c", config, "--log-level", "LOUD"}, "--log-level: expected one of CRITICAL"},
        {"abbreviation", {"-c", config, "--output", "x"}, "--output-dir"},
        {"unknown option of old pages", {"-c", config, "-sm"}, "-s"},
        {"unknown kind of file", {"-c", path("pot.txt")}, ".json, .yaml or .yml"},
    };
    for (const auto& use : uses) {
        const auto run = pot(use.words);
        EXPECT_EQ(run.code, 2) << use.name << ": " << run.err;
        EXPECT_TRUE(has(run.err, use.part)) << use.name << ": " << run.err;
        EXPECT_EQ(run.out, "") << use.name;
    }
}

struct WrongConfig {
    std::string model, engine, compression;
    std::string part;  ///< of the message
};

TEST_F(Pot, WrongConfigurationsAreRefused) {
    const std::string algorithm = R"({"name": "DefaultQuantization"})", model = good_model(), engine = good_engine();
    const WrongConfig configs[] = {
        {"", engine, good_compression_, "model.model: is missing"},
        {R"({"weights": "a.bin"})", engine, good_compression_, "model.model: is missing"},
        {R"({"model": "a.xml"})", engine, good_compression_, "model.weights: is missing"},
        {R"({"cascade": [{"model": "a.xml"}, {"name": "b", "model": "b.xml"}]})", engine, good_compression_,
         "model.cascade[0].name: is missing"},
        {R"({"cascade": [{"name": "a", "weights": "a.bin"}]})", engine, good_compression_,
         "model.cascade[0].model: is missing"},
        {R"({"cascade": []})", engine, good_compression_, "model.cascade: expected a list of objects with name"},
        {R"({"cascade": [{"name": "a", "model": "a"}, {"name": "b", "model": "b"}]})", engine, good_compression_,
         "model.model_name: is missing; expected what the files"},
        {R"({"cascade": [{"name": "a", "model": "a"}, {"name": "a", "model": "b"}]})", engine, good_compression_,
         "model.cascade[1].name: \"a\" is the name of another model, too"},
        {R"({"cascade": [{"name": "a", "model": "a"}, {"name": "b", "model": "b", "inputs": {"x": "c.y"}}]})", engine,
         good_compression_, "model.cascade[1].inputs.x: expected MODEL.OUTPUT of an earlier model; got \"c.y\""},
        {R"({"modelname": "a", "model": "a.xml"})", engine, good_compression_, "did you mean \"model_name\"?"},
        {model, "", good_compression_, "engine.data_source: is missing"},
        {model, R"({"type": "simplified"})", good_compression_, "engine.data_source: is missing"},
        {model, R"({"type": "accuracy_checker"})", good_compression_,
         "engine.launchers: expected a list with a launcher"},
        {model, R"({"type": "data_free", "subset_size": 0})", good_compression_,
         "engine.subset_size: expected a whole number of at least 1; got 0"},
        {model, R"({"data_source": "d", "subset_size": 5})", good_compression_,
         "engine.subset_size: belongs to the engine data_free"},
        {model, R"({"type": "fast"})", good_compression_,
         "engine.type: expected one of simplified, accuracy_checker, data_free"},
        {model, R"({"type": "simplified", "data_source": 5})", good_compression_,
         "engine.data_source: expected a path"},
        {model, R"({"type": "simplified", "data_source": "d", "layout": "ABC"})", good_compression_,
         "engine.layout: expected one of NCHW, NHWC, CHW, HWC"},
        {model, R"({"data_source": "d", "central_fraction": 2})", good_compression_,
         "engine.central_fraction: expected a number above 0 and at most 1; got 2"},
        {model, engine, "{}", "compression.algorithms: is missing"},
        {model, engine, R"({"algorithms": []})", "compression.algorithms: expected a list"},
        {model, engine, R"({"algorithms": [{}]})", "compression.algorithms[0].name: is missing"},
        {model, engine, R"({"algorithms": [{"name": "DefaultQuantization", "params": {"stat_subset": 3}}]})",
         "params.stat_subset: unknown (did you mean \"stat_subset_size\"?)"},
        {model, engine, R"({"algorithms": [{"name": "DefaultQuantization", "params": {"preset": {"a": 1}}}]})",
         "params.preset: expected one of performance, mixed, accuracy; got {\"a\":1}"},
        {model, engine, R"({"algorithms": [{"name": "DefaultQuantization", "params": {"weights": {"bit": 1}}}]})",
         "params.weights.bit: unknown"},
        {model, engine,
         R"({"algorithms": [{"name": "AccuracyAwareQuantization", "params": {"maximal_drop": "much"}}]})",
         "params.maximal_drop: expected a number"},
        {model, engine, R"({"target_device": "VPU", "algorithms": [)" + algorithm + "]}",
         "compression.target_device: expected one of"},
        {model, engine, R"({"algorithms": [)" + algorithm + R"(]}, "optimizer": {"name": "Tpe"})",
         "optimizer: there is no search for parameters"},
        {model, engine, R"({"algorithms": [)" + algorithm + R"(]}, "x": 1)", ": x: unknown"},
    };
    for (const auto& config : configs) {
        const auto run = pot({"-c", write_config(config.model, config.engine, config.compression), "--output-dir",
                              path("out"), "--log-level", "ERROR"});
        EXPECT_EQ(run.code, 2) << config.part << ": " << run.err;
        EXPECT_TRUE(has(run.err, config.part)) << config.part << " is not in " << run.err;
        EXPECT_TRUE(has(run.err, "pot.json")) << run.err;
        EXPECT_FALSE(fs::exists(root_ / "out")) << config.part;
    }
}

TEST_F(Pot, ACascadeOfOneIsAModel) {
    const std::string cascade = R"({"cascade": [{"name": "one", "model": ")" + path("small.xml") +
                                R"(", "weights": ")" + path("small.bin") + "\"}]}";
    const auto run =
        pot({"-c", write_config(cascade, good_engine(), good_compression_), "--output-dir", path("out"), "-d"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.err, "model.cascade: holds one model only")) << run.err;
    EXPECT_TRUE(fs::exists(root_ / "out/optimized/one.xml"));
}

TEST_F(Pot, TellsWherePathsStart) {
    const std::string model = R"({"model": "small.xml", "weights": "small.bin"})";
    const auto run = pot({"-c", write_config(model, good_engine(), good_compression_), "--output-dir", path("out")});
    EXPECT_EQ(run.code, 3);
    EXPECT_TRUE(has(run.err, "from the working folder, and there is a " + path("small.xml"))) << run.err;
}

TEST_F(Pot, TheEngineStaysWhereTheCommandLineGivesSamples) {
    const std::string engine = R"({"type": "simplified", "data_source": "nowhere", "mean": [1, 2, 3], "rgb": true})";
    const std::string config = write_config(good_model(), engine, good_compression_);
    const auto run = run_octet({"quantize", "-c", config, "--data", path("pictures"), "-o", path("out")});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.err, "mean 1,2,3")) << run.err;
    const std::string bare = write_config(good_model(), R"({"mean": 7})", good_compression_);
    const auto filled = pot(
        {"-c", bare, "--engine", "simplified", "--data-source", path("pictures"), "--output-dir", path("out"), "-d"});
    EXPECT_TRUE(has(filled.err, "mean 7,")) << filled.err;
    const auto idle = pot({"-c", write_config(good_model(), good_engine(), good_compression_), "--data-source",
                           path("none"), "--output-dir", path("out"), "-d"});
    EXPECT_EQ(idle.code, 0) << idle.err;
    EXPECT_TRUE(has(content(root_ / "out/log.txt"), "WARNING:octet.configuration:--data-source: no effect"));
}

TEST_F(Pot, NamesDoNotLeadOutOfTheFolder) {
    const auto before = files_in(root_);
    for (const char* name : {"../evil", "a/b", "/tmp/evil"}) {
        EXPECT_EQ(pot(flags({"-n", name})).code, 2) << name;
    }
    EXPECT_EQ(files_in(root_), before);
}

TEST_F(Pot, WritesOverNoFileOfTheModel) {
    fs::create_directories(path("out/optimized"));
    fs::rename(path("small.bin"), path("out/optimized/w.bin"));
    const std::string before = content(path("out/optimized/w.bin"));
    const auto run = run_octet({"quantize", "-m", path("small.xml"), "-w", path("out/optimized/w.bin"), "--data",
                                path("pictures"), "-o", path("out/optimized"), "-n", "w"});
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run.err, "would overwrite the source model")) << run.err;
    EXPECT_EQ(content(path("out/optimized/w.bin")), before);
}

TEST_F(Pot, TheLastOfAnOptionCounts) {
    EXPECT_EQ(pot(flags({"-d", "-n", "first", "-n", "last"})).code, 0);
    EXPECT_TRUE(fs::exists(root_ / "out/optimized/last.xml"));
}

TEST_F(Pot, SettingsStandAboveAllOthers) {
    const std::string config = write_config(good_model(), good_engine(), good_compression_);
    const auto options_of = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"quantize", "-c", config, "-o", path("out")};
        words.insert(words.end(), more.begin(), more.end());
        const auto run = run_octet(words);
        EXPECT_EQ(run.code, 0) << run.err;
        return nlohmann::json::parse(content(root_ / "out/options.json"));
    };
    EXPECT_EQ(options_of({"--set", "profile=octet"})["sampling"], "spread");
    EXPECT_EQ(options_of({"--ignored-type", "Add", "--set",
                          R"(ignored.operations=[{"type":"Relu"}])"})["ignored"]["operations"]
                  .size(),
              2U);
    EXPECT_EQ(options_of({"--set", "Target Device=GNA"})["preset"], "accuracy") << "as POT's command translates mixed";
    std::ofstream(path("none.json")) << "";
    EXPECT_EQ(run_octet({"quantize", "-c", config, "-o", path("out"), "--hardware-rules", path("none.json")}).code, 2);
    EXPECT_EQ(run_octet({"quantize", "-c", config, "-w", path("none.bin"), "-o", path("out")}).code, 3);
}

TEST_F(Pot, NoSamplesAreAnErrorOfTheData) {
    fs::create_directories(path("empty"));
    const std::string engine = R"({"type": "simplified", "data_source": ")" + path("empty") + "\"}";
    EXPECT_EQ(
        pot({"-c", write_config(good_model(), engine, good_compression_), "--output-dir", path("out"), "-d"}).code, 3);
}

TEST_F(Pot, WeightsMayStandElsewhere) {
    fs::create_directories(path("far"));
    fs::rename(path("small.bin"), path("far/w.bin"));
    const std::string model = R"({"model": ")" + path("small.xml") + R"(", "weights": ")" + path("far/w.bin") + "\"}";
    const std::string config = write_config(model, good_engine(), good_compression_);
    const auto run = pot({"-c", config, "--output-dir", path("out"), "-d"});
    EXPECT_EQ(run.code, 0) << run.err;
    fs::remove(path("far/w.bin"));
    EXPECT_EQ(pot({"-c", config, "--output-dir", path("out"), "-d"}).code, 3);
}

TEST_F(Pot, QuantizeEvaluatesAlsoWithoutLabels) {
    const auto run = quantize({"-e"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(has(run.out, "against the original on all 12 samples")) << run.out;
    EXPECT_TRUE(has(run.out, "SQNR")) << run.out;
    EXPECT_EQ(quantize({"-e", "--labels", path("none.txt")}).code, 3);
    EXPECT_TRUE(has(quantize({"--labels", path("none.txt")}).err, "--labels: no effect without --evaluate"));
}

TEST_F(Pot, QuantizeNeedsWhatTheConfigurationLeavesOut) {
    const std::string config = write_config("", "", good_compression_);
    EXPECT_TRUE(has(run_octet({"quantize", "-c", config, "-o", path("out")}).err, "missing --model"));
    const auto run = run_octet({"quantize", "-c", config, "-m", path("small.xml"), "-o", path("out")});
    EXPECT_EQ(run.code, 2);
    EXPECT_TRUE(has(run.err, "missing --data")) << run.err;
}

}  // namespace
}  // namespace octet
