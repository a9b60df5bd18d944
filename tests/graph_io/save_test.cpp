#include <csignal>

#include <gtest/gtest.h>
#include <openvino/op/negative.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/relu.hpp>
#include <openvino/op/reshape.hpp>
#include <sys/resource.h>

#include "octet/error.hpp"
#include "octet/model_io.hpp"
#include "octet/version.hpp"

#include "graph/write.hpp"
#include "models.hpp"

namespace octet::test {
namespace {

const std::vector<std::string> kAll{"m.bin", "m.xml", "options.json", "quantization.json"};

QuantizedModel compressed() {
    auto result = quantized(conv_model());
    compress_weights(*result.model);
    result.report.quantizers = inspect(*result.model);
    return result;
}

/// The code and text that save() throws.
std::pair<ErrorCode, std::string> refusal(const QuantizedModel& result, const std::filesystem::path& folder,
                                          const std::string& stem, const std::filesystem::path& source = {}) {
    try {
        save(result, folder, stem, source);
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    ADD_FAILURE() << "nothing was refused";
    return {ErrorCode::Internal, ""};
}

TEST(Save, WritesFourFilesThatReadBack) {
    const TemporaryFolder folder;
    const auto result = compressed();
    const auto files = save(result, folder / "a" / "b", "m");
    EXPECT_EQ(list(folder / "a" / "b"), kAll);
    EXPECT_EQ(files.xml, folder / "a" / "b" / "m.xml");
    EXPECT_EQ(read_file(files.quantization), to_json(result.report));
    EXPECT_EQ(read_file(files.options), to_json(result.options));
    const auto back = read_model(files.xml);
    EXPECT_EQ(run(back), run(result.model));
    EXPECT_EQ(back->input(0).get_any_name(), "in");
    EXPECT_EQ(back->output(0).get_any_name(), "out");
    EXPECT_TRUE(find(*back, "conv/fq_weights"));
}

TEST(Save, GivesTheSameBytesInAnyFolderAndOnAnyRun) {
    const TemporaryFolder folder;
    const auto build = [] {
        auto result = compressed();
        // An operation that nobody named shows a number that counts all operations of this process.
        for (const auto& node : result.model->get_ops()) {
            if (node->get_friendly_name() == "bias/constant") {
                node->set_friendly_name("");
            }
        }
        return result;
    };
    const auto a = save(build(), folder / "a", "m", {}, {.threads = 1});
    const auto b = save(build(), folder / "another/place", "m", {}, {.threads = 2});
    EXPECT_EQ(read_file(a.xml), read_file(b.xml));
    EXPECT_EQ(read_file(a.bin), read_file(b.bin));
    EXPECT_EQ(read_file(a.quantization), read_file(b.quantization));
    EXPECT_EQ(read_file(a.options), read_file(b.options));
    // Read and written again, too.
    const auto c = save(quantized(read_model(a.xml)), folder / "c", "m");
    EXPECT_EQ(read_file(a.xml), read_file(c.xml));
    EXPECT_EQ(read_file(a.bin), read_file(c.bin));
}

TEST(Save, KeepsRtInfoAndAddsProvenanceWithoutPathOrThreads) {
    const TemporaryFolder folder;
    auto result = compressed();
    result.model->set_rt_info(std::string("a b"), "model_info", "labels");
    result.model->set_rt_info(std::string("{\"mean\":[1]}"), "octet", "preparation");
    result.options.ignored.names = {"re:<&\">"};
    const auto files = save(result, folder.path, "m", folder / "source.onnx", {.threads = 2});
    const auto back = read_model(files.xml);
    EXPECT_EQ(back->get_rt_info<std::string>("model_info", "labels"), "a b");
    EXPECT_EQ(back->get_rt_info<std::string>("octet", "preparation"), "{\"mean\":[1]}");
    EXPECT_EQ(back->get_rt_info<std::string>("octet", "version"), kVersion);
    EXPECT_EQ(back->get_rt_info<std::string>("octet", "quantization", "preset"), "performance");
    EXPECT_EQ(back->get_rt_info<std::string>("octet", "quantization", "stat_subset_size"), "3");
    EXPECT_EQ(back->get_rt_info<std::string>("octet", "quantization", "ignored"),
              R"({"operations":[],"regions":[],"scope":["re:<&\">"],"skip_model":false})");
    const std::string xml = read_file(files.xml);
    for (const std::string& word :
         {folder.path.string(), std::string("thread"), std::string(".tmp"), std::string("source")}) {
        EXPECT_EQ(xml.find(word), std::string::npos) << word;
    }
    EXPECT_FALSE(result.model->has_rt_info("octet", "version"));  // the caller's model is not touched
}

TEST(Save, ReplacesAnEarlierResult) {
    const TemporaryFolder folder;
    save(compressed(), folder.path, "m");
    const auto first = read_file(folder / "m.xml");
    auto other = compressed();
    other.options.preset = Preset::Mixed;
    save(other, folder.path, "m");
    EXPECT_NE(read_file(folder / "m.xml"), first);
    EXPECT_EQ(list(folder.path), kAll);
}

TEST(Save, RefusesToOverwriteTheSource) {
    const TemporaryFolder folder;
    const auto files = save(compressed(), folder.path, "m");
    const auto before = read_file(files.xml);
    std::filesystem::create_directory_symlink(folder.path, folder / "link");
    const auto [code, text] = refusal(compressed(), folder / "link", "m", folder / "." / "m.xml");
    EXPECT_EQ(code, ErrorCode::InvalidOption);
    EXPECT_NE(text.find("overwrite the source"), std::string::npos) << text;
    EXPECT_EQ(read_file(files.xml), before);

    // A source whose weights lie in the .bin that would be written.
    write_file(folder / "n.onnx", "x");
    write_file(folder / "n.bin", "x");
    EXPECT_EQ(refusal(compressed(), folder.path, "n", folder / "n.onnx").first, ErrorCode::InvalidOption);
    // A source named as a report.
    EXPECT_EQ(refusal(compressed(), folder.path, "p", folder / "options.json").first, ErrorCode::InvalidOption);
    // The earlier result of the same source is replaced.
    write_file(folder / "m.onnx", "x");
    EXPECT_NO_THROW(save(compressed(), folder.path, "m", folder / "m.onnx"));
}

TEST(Save, RefusesPlacesThatCannotBeWritten) {
    const TemporaryFolder folder;
    write_file(folder / "file", "x");
    std::filesystem::create_directories(folder / "taken" / "m.xml");
    EXPECT_EQ(refusal(compressed(), folder / "file", "m").first, ErrorCode::Io);
    EXPECT_EQ(refusal(compressed(), folder / "file" / "below", "m").first, ErrorCode::Io);
    EXPECT_EQ(refusal(compressed(), folder / "taken", "m").first, ErrorCode::Io);
    EXPECT_EQ(refusal(compressed(), "/proc/octet", "m").first, ErrorCode::Io);
    EXPECT_EQ(refusal(compressed(), "/proc", "m").first, ErrorCode::Io);
    for (const char* stem : {"", ".", "..", "a/b", "../m"}) {
        EXPECT_EQ(refusal(compressed(), folder.path, stem).first, ErrorCode::InvalidOption) << stem;
    }
    EXPECT_EQ(list(folder.path), (std::vector<std::string>{"file", "taken"}));
}

/// No file of this process may grow beyond `bytes`, as long as this lives: a disk that fills up.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

TEST(Save, LeavesNothingWhereTheDiskFillsUp) {
    for (const rlim_t bytes : {0, 100, 400, 4000}) {
        const TemporaryFolder folder;
        {
            const SmallDisk disk(bytes);
            const auto [code, text] = refusal(compressed(), folder / "out" / "deeper", "m");
            EXPECT_EQ(code, ErrorCode::Io) << text;
        }
        EXPECT_TRUE(list(folder.path).empty());
    }
}

TEST(Save, KeepsTheEarlierResultWhereTheDiskFillsUp) {
    const TemporaryFolder folder;
    const auto files = save(compressed(), folder.path, "m");
    const auto before = read_file(files.xml);
    {
        const SmallDisk disk(100);
        EXPECT_EQ(refusal(compressed(), folder.path, "m").first, ErrorCode::Io);
    }
    EXPECT_EQ(read_file(files.xml), before);
    EXPECT_EQ(list(folder.path), kAll);
}

class Impatient : public Observer {
public:
    explicit Impatient(std::string last_phase) : last_phase_(std::move(last_phase)) {}
    void phase(std::string_view name, std::size_t) override {
        phase_ = name;
    }
    bool cancelled() override {
        return phase_ == last_phase_;
    }

private:
    std::string phase_, last_phase_;
};

TEST(Save, LeavesNothingWhenInterrupted) {
    for (const char* phase : {"write", "verify"}) {
        const TemporaryFolder folder;
        Impatient observer(phase);
        try {
            save(compressed(), folder / "out", "m", {}, {}, &observer);
            FAIL() << phase;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Cancelled);
        }
        EXPECT_TRUE(list(folder.path).empty()) << phase;
    }
}

std::shared_ptr<ov::Model> dynamic_model() {
    const auto parameter = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, -1});
    parameter->set_friendly_name("in");
    const auto target = std::make_shared<ov::op::v0::Constant>(ov::element::i64, ov::Shape{2}, std::vector<int>{2, 6});
    const auto reshape = std::make_shared<ov::op::v1::Reshape>(parameter, target, false);
    return std::make_shared<ov::Model>(ov::OutputVector{reshape}, ov::ParameterVector{parameter});
}

class Listener : public Observer {
public:
    void log(LogLevel level, std::string_view, std::string_view text) override {
        warnings += level == LogLevel::Warning ? std::string(text) : "";
    }
    std::string warnings;
};

TEST(Save, WritesADynamicModelThatOnlyTakesSomeShapes) {
    const TemporaryFolder folder;
    Listener listener;
    auto result = quantized(dynamic_model());
    const auto files = save(result, folder.path, "m", {}, {}, &listener);
    EXPECT_NE(listener.warnings.find("was not run"), std::string::npos) << listener.warnings;
    EXPECT_TRUE(read_model(files.xml)->input(0).get_partial_shape().is_dynamic());

    Listener second;
    result.options.shapes[""] = ov::PartialShape{3, 4};
    save(result, folder.path, "m", {}, {}, &second);
    EXPECT_EQ(second.warnings, "");
}

TEST(Save, WarnsOfOutputsThatAreNowhereNearTheOriginal) {
    auto result = compressed();
    result.sample = {ov::Tensor(ov::element::f32, result.model->input(0).get_shape())};
    const auto values = noise(result.sample[0].get_size(), 3);
    std::copy(values.begin(), values.end(), result.sample[0].data<float>());
    for (const bool is_near : {true, false}) {
        const TemporaryFolder folder;
        Listener listener;
        const auto original = result.model->clone();
        if (!is_near) {
            auto end = original->get_results()[0]->input(0);
            end.replace_source_output(std::make_shared<ov::op::v0::Negative>(end.get_source_output()));
        }
        result.original = original;
        save(result, folder.path, "m", {}, {}, &listener);
        EXPECT_EQ(listener.warnings.find("more error than signal") != std::string::npos, !is_near) << listener.warnings;
    }
}

TEST(CheckDestination, FindsTroubleEarlyAndLeavesNothing) {
    const TemporaryFolder folder;
    const auto files = check_destination(folder / "out" / "deeper", "m");
    EXPECT_EQ(files.bin, folder / "out" / "deeper" / "m.bin");
    EXPECT_TRUE(list(folder.path).empty());
    EXPECT_THROW(check_destination("/proc", "m"), Error);
    EXPECT_THROW(check_destination(folder.path, ""), Error);
    write_file(folder / "m.xml", "x");
    EXPECT_THROW(check_destination(folder.path, "m", folder / "m.xml"), Error);
    EXPECT_EQ(read_file(folder / "m.xml"), "x");
}

}  // namespace
}  // namespace octet::test
