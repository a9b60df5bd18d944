#include "octet/evaluate.hpp"

#include "support.hpp"

namespace octet {
namespace {

using namespace test;

/// A dataset whose samples are called `names`; nothing of them is read.
class NamedSamples : public Dataset {
public:
    explicit NamedSamples(std::vector<std::string> names) : names_(std::move(names)) {}

    std::size_t size() const override {
        return names_.size();
    }
    Sample sample(std::size_t) const override {
        return {};
    }
    std::string label(std::size_t index) const override {
        return names_[index];
    }

private:
    std::vector<std::string> names_;
};

struct Remarks : Observer {
    std::vector<std::string> texts;
    void log(LogLevel, std::string_view, std::string_view text) override {
        texts.emplace_back(text);
    }
};

class LabelsTest : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) const {
        write(folder_ / name, text);
        return (folder_ / name).string();
    }

    Labels open(const std::vector<std::string>& samples, const std::string& source, const LabelOptions& options = {},
                Observer* observer = nullptr) const {
        return open_labels(*model_, NamedSamples(samples), source, options, observer);
    }
    std::vector<std::size_t> classes(const std::vector<std::string>& samples, const std::string& source,
                                     const LabelOptions& options = {}) const {
        return std::get<ClassLabels>(open(samples, source, options)).of_sample;
    }

    std::shared_ptr<ov::Model> model_ = make_model({{"x", ov::element::f32, {1, 3, 8, 8}}});
    TempFolder folder_;
};

using Numbers = std::vector<std::size_t>;

TEST_F(LabelsTest, AListNamesSamplesInAnyOrder) {
    const auto list = file("list.txt", "# comment\n\nb.png 2\r\na.png\t7\n");
    EXPECT_EQ(classes({"a.png", "b.png"}, list), (Numbers{7, 2}));
    EXPECT_EQ(classes({"deep/a.png", "b.png"}, list), (Numbers{7, 2})) << "the last part of a name is enough";
    EXPECT_EQ(classes({"a.png", "b.png"}, file("paths.txt", "./a.png 1\nval/b.png 0\n")), (Numbers{1, 0}));
    EXPECT_EQ(classes({"my cat.png"}, file("blanks.txt", "my cat.png 3\n")), (Numbers{3}));
}

TEST_F(LabelsTest, AListWithoutNamesIsInSampleOrder) {
    EXPECT_EQ(classes({"x[0]", "x[1]", "x[2]"}, file("list.txt", "4\n0\n4\n")), (Numbers{4, 0, 4}));
    expect_error([&] { classes({"x[0]"}, file("more.txt", "4\n0\n")); }, ErrorCode::InvalidData,
                 {"more.txt", "each of 1 samples", "got 2"});
    expect_error(
        [&] {
            classes({"a", "b"}, file("mixed.txt", "4\nb 0\n"));
        },
        ErrorCode::InvalidData, {"mixed.txt:2", "one LABEL", "b 0"});
}

TEST_F(LabelsTest, NamesOfClassesComeFromAFileOrTheModel) {
    const auto names = file("classes.txt", "cat\ngolden retriever\nowl\n");
    const auto list = file("list.txt", "a.png owl\nb.png\tgolden retriever\nc.png 0\n");
    EXPECT_EQ(classes({"a.png", "b.png", "c.png"}, list, {.classes = names}), (Numbers{2, 1, 0}));
    EXPECT_EQ(classes({"x", "y"}, file("order.txt", "golden retriever\ncat\n"), {.classes = names}), (Numbers{1, 0}));
    model_->set_rt_info(std::string("cat golden_retriever owl"), "model_info", "labels");
    EXPECT_EQ(classes({"b.png"}, list), (Numbers{1})) << "Model API writes blanks as underscores";
}

TEST_F(LabelsTest, AnUnknownClassIsRefusedWithTheNearest) {
    const auto names = file("classes.txt", "cat\nowl\ncrane\ncrane\n");
    expect_error([&] { classes({"a"}, file("l.txt", "a owll\n"), {.classes = names}); }, ErrorCode::InvalidData,
                 {"l.txt:1", "owll", "did you mean \"owl\""});
    expect_error([&] { classes({"a"}, file("m.txt", "a crane\n"), {.classes = names}); }, ErrorCode::InvalidData,
                 {"several classes"});
    expect_error([&] { classes({"a"}, file("n.txt", "a owl\n")); }, ErrorCode::InvalidData, {"--classes"});
    expect_error([&] { classes({"a"}, file("o.txt", "a -1\n")); }, ErrorCode::InvalidData, {"o.txt:1", "from 0 up"});
    EXPECT_EQ(classes({"a"}, file("o.txt", "a -1\n"), {.offset = 1}), (Numbers{0}));
}

TEST_F(LabelsTest, ASampleWithoutALabelIsNamedWithTheNearest) {
    const auto list = file("list.txt", "cat1.png 0\ncat2.png 0\n");
    expect_error(
        [&] {
            classes({"cat1.png", "cats2.png"}, list);
        },
        ErrorCode::InvalidData, {"no label for 1 of 2 samples", "\"cats2.png\" (did you mean \"cat2.png\"?)"});
    expect_error(
        [&] {
            classes({"a/cat1.png", "b/cat1.png", "cat2.png"}, list);
        },
        ErrorCode::InvalidData, {"\"cat1.png\" could mean", "a/cat1.png", "b/cat1.png"});
    expect_error([&] { classes({"cat1.png"}, file("twice.txt", "cat1.png 0\ncat1.png 1\n")); }, ErrorCode::InvalidData,
                 {"there twice"});
    expect_error([&] { classes({"x/cat1.png"}, file("two.txt", "a/cat1.png 0\nb/cat1.png 1\n")); },
                 ErrorCode::InvalidData, {"no label for 1 of 1"});
}

TEST_F(LabelsTest, AnArrayHoldsIntegersInSampleOrder) {
    write(folder_ / "l.npy", npy<std::int64_t>("<i8", "(3,)", {5, 0, 9}));
    EXPECT_EQ(classes({"a", "b", "c"}, (folder_ / "l.npy").string()), (Numbers{5, 0, 9}));
    EXPECT_EQ(classes({"a", "b", "c"}, (folder_ / "l.npy").string(), {.offset = 1}), (Numbers{6, 1, 10}));
    write(folder_ / "m.npy", npy<std::uint8_t>("|u1", "(2, 1)", {1, 2}));
    EXPECT_EQ(classes({"a", "b"}, (folder_ / "m.npy").string()), (Numbers{1, 2}));
    expect_error([&] { classes({"a"}, (folder_ / "m.npy").string()); }, ErrorCode::InvalidData, {"got 2"});
    write(folder_ / "f.npy", npy<float>("<f4", "(1,)", {1.5F}));
    expect_error([&] { classes({"a"}, (folder_ / "f.npy").string()); }, ErrorCode::InvalidData, {"integers"});
}

TEST_F(LabelsTest, FoldersThatAreNumbersAreTheClasses) {
    EXPECT_EQ(classes({"10/a.png", "2/b.png", "10/sub/c.png"}, "folders"), (Numbers{10, 2, 10}));
    expect_error([&] { classes({"10/a.png", "b.png"}, "folders"); }, ErrorCode::InvalidData, {"b.png", "sub-folder"});
}

TEST_F(LabelsTest, FoldersWithNamesAreThoseOfTheClassesElseInOrder) {
    const std::vector<std::string> samples{"owl/a.png", "cat/b.png"};
    EXPECT_EQ(classes(samples, "folders", {.classes = file("c.txt", "owl\ndog\ncat\n")}), (Numbers{0, 2}));
    expect_error([&] { classes(samples, "folders", {.classes = file("d.txt", "owls\ncat\n")}); },
                 ErrorCode::InvalidData, {"owl", "did you mean"});

    Remarks remarks;
    const auto sorted = std::get<ClassLabels>(open(samples, "folders", {}, &remarks));
    EXPECT_EQ(sorted.of_sample, (Numbers{1, 0}));
    EXPECT_EQ(sorted.expected_classes, 2u);
    ASSERT_EQ(remarks.texts.size(), 1u);
    EXPECT_NE(remarks.texts[0].find("sorted order"), std::string::npos);

    model_->set_rt_info(std::string("owl dog"), "model_info", "labels");
    expect_error([&] { classes(samples, "folders"); }, ErrorCode::InvalidData, {"cat"});
}

const char* const kCoco = R"({"images": [{"id": 4, "file_name": "a.png", "width": 20, "height": 10},
    {"id": 2, "file_name": "b.png", "width": 30, "height": 10}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "cat"}],
    "annotations": [{"image_id": 4, "category_id": 18, "bbox": [1, 2, 3, 4]}]})";

TEST_F(LabelsTest, CocoCategoriesAreClassesInOrderOfIdOrByName) {
    const auto path = file("boxes.json", kCoco);
    Remarks remarks;
    const auto labels = std::get<BoxLabels>(open({"a.png"}, path, {.offset = 1}, &remarks));
    ASSERT_EQ(labels.of_sample.size(), 1u);
    EXPECT_EQ(labels.of_sample[0].id, 4);
    EXPECT_EQ(labels.of_sample[0].boxes.size(), 1u);
    EXPECT_EQ(labels.categories[0].name, "cat");
    EXPECT_EQ(labels.categories[0].class_number, 1);
    EXPECT_EQ(labels.categories[1].class_number, 2);
    ASSERT_EQ(remarks.texts.size(), 1u);
    EXPECT_NE(remarks.texts[0].find("1 of 2 annotated pictures"), std::string::npos) << remarks.texts[0];

    const auto named = open({"a.png"}, path, {.classes = file("c.txt", "dog\nowl\ncat\n")});
    EXPECT_EQ(std::get<BoxLabels>(named).categories[0].class_number, 2);
    expect_error([&] { open({"a.png"}, path, {.classes = file("d.txt", "dog\nowl\n")}); }, ErrorCode::InvalidData,
                 {"category 3", "cat"});
    expect_error([&] { open({"c.png"}, path); }, ErrorCode::InvalidData, {"no image for 1 of 1", "c.png"});
}

TEST_F(LabelsTest, AFolderHoldsAMaskForEachSample) {
    write(folder_ / "masks/a.png", Bytes{1});
    write(folder_ / "masks/deep/b.npy", Bytes{1});
    write(folder_ / "masks/readme.jpg", Bytes{1});
    const auto labels = std::get<MaskLabels>(open({"deep/b.jpg", "a.jpeg"}, (folder_ / "masks").string()));
    EXPECT_EQ(labels.of_sample, (std::vector<fs::path>{folder_ / "masks/deep/b.npy", folder_ / "masks/a.png"}));
    expect_error([&] { open({"c.jpg"}, (folder_ / "masks").string()); }, ErrorCode::InvalidData, {"no mask for 1"});
    fs::create_directories(folder_ / "empty");
    expect_error([&] { open({"c.jpg"}, (folder_ / "empty").string()); }, ErrorCode::InvalidData, {"holds no masks"});
}

TEST_F(LabelsTest, SelectedLabelsFollowSelectedSamples) {
    const auto all = open({"a", "b", "c"}, file("l.txt", "4\n5\n6\n"));
    EXPECT_EQ(std::get<ClassLabels>(select_labels(all, {2, 0})).of_sample, (Numbers{6, 4}));
    expect_error([&] { select_labels(all, {3}); }, ErrorCode::InvalidOption, {"beyond the last of 3"});
}

TEST_F(LabelsTest, MissingAndEmptySourcesAreRefused) {
    expect_error([&] { open({"a"}, (folder_ / "none.txt").string()); }, ErrorCode::Io, {"none.txt"});
    expect_error([&] { open({"a"}, file("empty.txt", "# nothing\n")); }, ErrorCode::InvalidData, {"holds no label"});
    expect_error([&] { open({"a"}, file("l.txt", "0\n"), {.classes = file("c.txt", "")}); }, ErrorCode::InvalidData,
                 {"names no class"});
    expect_error([&] { open({"a"}, file("l.txt", "0\n"), {.offset = 2'000'000}); }, ErrorCode::InvalidOption,
                 {"label offset"});
}

}  // namespace
}  // namespace octet
