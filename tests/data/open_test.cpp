#include <opencv2/imgcodecs.hpp>

#include "data/feed.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

const Input kPicture{"image", ov::element::f32, {1, 3, 4, 4}};

Bytes png(int grey) {
    Bytes bytes;
    cv::imencode(".png", cv::Mat(4, 4, CV_8UC3, cv::Scalar::all(grey)), bytes);
    return bytes;
}

std::vector<std::string> labels(const Dataset& dataset) {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < dataset.size(); ++i) {
        result.push_back(dataset.label(i));
    }
    return result;
}

class OpenDataset : public testing::Test {
protected:
    std::unique_ptr<Dataset> open(const std::vector<Input>& inputs, const std::vector<DataSource>& sources,
                                  const Preprocessing& preprocessing = {}) {
        model_ = make_model(inputs);
        return open_dataset(*model_, sources, preprocessing);
    }

    /// The values of the model's first input for sample `index`.
    std::vector<float> fed(const Dataset& dataset, std::size_t index, std::size_t input = 0) {
        return values<float>(Feed(*model_, dataset)(index).at(input));
    }

    TempFolder folder_;
    std::shared_ptr<ov::Model> model_;
};

TEST_F(OpenDataset, FolderIsReadInBytewiseOrderWithItsSubfolders) {
    for (const std::string name : {"b.png", "a/z.png", "B.png", "a.png", "a/.hidden.png", ".git/x.png", "notes.md"}) {
        write(folder_ / name, png(1));
    }
    write(folder_ / "notes.md", "text");
    write(folder_ / "without_extension", png(1));
    const auto dataset = open({kPicture}, {{"", folder_.path()}});
    EXPECT_EQ(labels(*dataset), (std::vector<std::string>{"B.png", "a.png", "a/z.png", "b.png", "without_extension"}));
    EXPECT_NE(dataset->preparation().find("\"layout\":\"NCHW\""), std::string::npos);
}

TEST_F(OpenDataset, ALinkBackDoesNotLeadRound) {
    write(folder_ / "a/x.png", png(1));
    fs::create_directory_symlink(folder_.path(), folder_ / "a/back");
    EXPECT_EQ(open({kPicture}, {{"", folder_.path()}})->size(), 1U);
}

TEST_F(OpenDataset, FoldersWithoutDataSayWhatTheyHold) {
    expect_error([&] { open({kPicture}, {{"", folder_.path()}}); }, ErrorCode::InvalidData, {"is an empty folder"});
    write(folder_ / "a.md", "text");
    write(folder_ / "b.md", "text");
    expect_error([&] { open({kPicture}, {{"", folder_.path()}}); }, ErrorCode::InvalidData, {"2 other files"});
    write(folder_ / "a.png", png(1));
    write(folder_ / "a.npy", npy<float>("<f4", "()", {1}));
    expect_error(
        [&] {
            open({kPicture}, {{"", folder_.path()}});
        },
        ErrorCode::InvalidData, {"1 pictures and 1 .npy", "one kind"});
}

TEST_F(OpenDataset, ListNamesPictures) {
    write(folder_ / "pictures/a b.png", png(10));
    write(folder_ / "pictures/c.png", png(20));
    write(folder_ / "lists/list.txt",
          "# comment\n\n ../pictures/c.png \r\n" + (folder_ / "pictures/a b.png").string() + "\n../pictures/c.png");
    const auto dataset = open({kPicture}, {{"", folder_ / "lists/list.txt"}});
    ASSERT_EQ(dataset->size(), 3U);
    EXPECT_EQ(dataset->label(0), "../pictures/c.png");
    EXPECT_EQ(fed(*dataset, 0)[0], 20);
    EXPECT_EQ(fed(*dataset, 1)[0], 10);
}

TEST_F(OpenDataset, ListNamesItsBadLine) {
    write(folder_ / "a.png", png(1));
    write(folder_ / "list.txt", "a.png\n# b\nmissing.png\n");
    write(folder_ / "empty.txt", "# nothing\n");
    expect_error(
        [&] {
            open({kPicture}, {{"", folder_ / "list.txt"}});
        },
        ErrorCode::InvalidData, {"list.txt:3", "\"missing.png\""});
    expect_error(
        [&] {
            open({kPicture}, {{"", folder_ / "empty.txt"}});
        },
        ErrorCode::InvalidData, {"names no picture"});
}

TEST_F(OpenDataset, SinglePicture) {
    write(folder_ / "a.png", png(7));
    const auto dataset = open({kPicture}, {{"", folder_ / "a.png"}});
    EXPECT_EQ(labels(*dataset), std::vector<std::string>{"a.png"});
    EXPECT_EQ(fed(*dataset, 0), std::vector<float>(48, 7));
}

TEST_F(OpenDataset, NpyGivesOneSampleForEachRow) {
    write(folder_ / "x.npy", npy<std::uint8_t>("|u1", "(3, 2)", {1, 2, 3, 4, 5, 6}));
    const std::vector<Input> inputs{{"x", ov::element::f32, {1, 2}}};
    for (const std::string name : {"", "x", "node_x"}) {
        const auto dataset = open(inputs, {{name, folder_ / "x.npy"}});
        ASSERT_EQ(dataset->size(), 3U);
        EXPECT_EQ(dataset->label(2), "x.npy[2]");
        EXPECT_EQ(fed(*dataset, 2), (std::vector<float>{5, 6}));
        EXPECT_EQ(dataset->preparation(), "");
    }
}

TEST_F(OpenDataset, NpyForEachInput) {
    write(folder_ / "ids.npy", npy<std::int32_t>("<i4", "(2, 2)", {1, 2, 3, 4}));
    write(folder_ / "one.npy", npy<float>("<f4", "(2,)", {5, 6}));
    write(folder_ / "three.npy", npy<float>("<f4", "(3,)", {5, 6, 7}));
    const std::vector<Input> inputs{{"ids", ov::element::f32, {1, 2}}, {"gain", ov::element::f32, {}}};
    const auto dataset = open(inputs, {{"gain", folder_ / "one.npy"}, {"ids", folder_ / "ids.npy"}});
    EXPECT_EQ(fed(*dataset, 1, 0), (std::vector<float>{3, 4}));
    EXPECT_EQ(fed(*dataset, 1, 1), (std::vector<float>{6}));
    expect_error(
        [&] {
            open(inputs, {{"gain", folder_ / "three.npy"}, {"ids", folder_ / "ids.npy"}});
        },
        ErrorCode::InvalidData, {"ids.npy", "2 samples", "three.npy 3"});
    expect_error(
        [&] {
            open(inputs, {{"ids", folder_ / "ids.npy"}});
        },
        ErrorCode::InvalidOption, {"no data for input \"gain\""});
    expect_error(
        [&] {
            open(inputs, {{"gian", folder_ / "one.npy"}});
        },
        ErrorCode::InvalidOption, {"did you mean \"gain\"?"});
    expect_error(
        [&] {
            open(inputs, {{"", folder_ / "ids.npy"}});
        },
        ErrorCode::InvalidOption, {"2 inputs", "NAME=PATH", "\"ids\", \"gain\""});
    expect_error(
        [&] {
            open(inputs, {{"ids", folder_ / "ids.npy"}, {"node_ids", folder_ / "ids.npy"}});
        },
        ErrorCode::InvalidOption, {"\"ids\" is fed twice"});
}

TEST_F(OpenDataset, NpyOfAnotherShapeIsRefusedBeforeAnyInference) {
    const std::vector<Input> inputs{{"x", ov::element::f32, {1, 2}}};
    const auto open_shape = [&](const std::string& shape, std::size_t count) {
        write(folder_ / "x.npy", npy("<f8", shape, std::vector<double>(count)));
        open(inputs, {{"x", folder_ / "x.npy"}});
    };
    expect_error([&] { open_shape("(5, 3)", 15); }, ErrorCode::InvalidData, {"f32[1,2]", "\"x\"", "f64[3]"});
    expect_error([&] { open_shape("()", 1); }, ErrorCode::InvalidData, {"first axis of samples"});
    expect_error([&] { open_shape("(0, 2)", 0); }, ErrorCode::InvalidData, {"no samples"});
    EXPECT_NO_THROW(open_shape("(5, 1, 2)", 10));
}

TEST_F(OpenDataset, NpzFeedsTheInputsItIsNamedAfter) {
    const std::vector<Input> inputs{{"ids", ov::element::f32, {1, 2}}, {"mask", ov::element::f32, {1, 2}}};
    const Bytes ids = npy<std::int64_t>("<i8", "(2, 2)", {1, 2, 3, 4});
    const Bytes mask = npy<std::uint8_t>("|b1", "(2, 1, 2)", {1, 0, 1, 1});
    for (const bool deflate : {false, true}) {
        write_npz(folder_ / "a.npz", {{"ids.npy", ids}, {"node_mask.npy", mask}, {"labels.npy", ids}}, deflate);
        const auto dataset = open(inputs, {{"", folder_ / "a.npz"}});
        ASSERT_EQ(dataset->size(), 2U);
        EXPECT_EQ(fed(*dataset, 1, 0), (std::vector<float>{3, 4}));
        EXPECT_EQ(fed(*dataset, 0, 1), (std::vector<float>{1, 0}));
    }
}

TEST_F(OpenDataset, NpzThatDoesNotMatchSaysWhatItHolds) {
    const std::vector<Input> inputs{{"ids", ov::element::f32, {1, 2}}, {"mask", ov::element::f32, {1, 2}}};
    const Bytes two = npy<std::int64_t>("<i8", "(2, 2)", {1, 2, 3, 4});
    const Bytes one = npy<std::int64_t>("<i8", "(1, 2)", {1, 2});
    write_npz(folder_ / "typo.npz", {{"ids.npy", two}, {"maks.npy", two}});
    write_npz(folder_ / "none.npz", {{"v.npy", two}});
    write_npz(folder_ / "sizes.npz", {{"ids.npy", two}, {"mask.npy", one}});
    expect_error(
        [&] {
            open(inputs, {{"", folder_ / "typo.npz"}});
        },
        ErrorCode::InvalidOption, {"no data for input \"mask\"", "there is an array \"maks\""});
    expect_error(
        [&] {
            open(inputs, {{"", folder_ / "none.npz"}});
        },
        ErrorCode::InvalidOption, {"expected \"ids\", \"mask\"", "got \"v\"", "NAME=PATH"});
    expect_error(
        [&] {
            open(inputs, {{"", folder_ / "sizes.npz"}});
        },
        ErrorCode::InvalidData, {"sizes.npz[mask]", "holds 1 samples", "\"ids\" 2"});
}

TEST_F(OpenDataset, NpzWithOneUnnamedArrayFeedsTheOnlyOrTheNamedInput) {
    const Bytes two = npy<float>("<f4", "(2, 2)", {1, 2, 3, 4});
    write_npz(folder_ / "a.npz", {{"arr_0.npy", two}});
    write_npz(folder_ / "v.npz", {{"v.npy", two}});
    const std::vector<Input> inputs{{"x", ov::element::f32, {1, 2}}};
    EXPECT_EQ(open(inputs, {{"", folder_ / "a.npz"}})->size(), 2U);
    EXPECT_EQ(open(inputs, {{"x", folder_ / "v.npz"}})->size(), 2U);
    expect_error([&] { open(inputs, {{"", folder_ / "v.npz"}}); }, ErrorCode::InvalidOption, {"got \"v\""});
}

TEST_F(OpenDataset, FolderOfNpzHoldsOneSampleInEach) {
    const std::vector<Input> inputs{{"x", ov::element::f32, {1, 2}}};
    write_npz(folder_ / "s/2.npz", {{"x.npy", npy<float>("<f4", "(1, 2)", {3, 4})}});
    write_npz(folder_ / "s/1.npz", {{"x.npy", npy<float>("<f4", "(2,)", {1, 2})}}, true);
    write_npz(folder_ / "s/3.npz", {{"y.npy", npy<float>("<f4", "(2,)", {1, 2})}});
    write(folder_ / "s/4.npz", "broken");
    write_npz(folder_ / "s/5.npz", {{"x.npy", raw_npy(npy_header("<f4", "(2,)"), Bytes(7))}});
    const auto dataset = open(inputs, {{"", folder_ / "s"}});
    ASSERT_EQ(dataset->size(), 5U);
    EXPECT_EQ(fed(*dataset, 0), (std::vector<float>{1, 2}));
    EXPECT_EQ(fed(*dataset, 1), (std::vector<float>{3, 4}));
    expect_error([&] { dataset->sample(2); }, ErrorCode::InvalidData, {"3.npz: holds other arrays", "\"y\""});
    expect_error([&] { dataset->sample(3); }, ErrorCode::InvalidData, {"4.npz: cannot be opened"});
    expect_error([&] { dataset->sample(4); }, ErrorCode::InvalidData, {"5.npz: [x] is cut"});
}

TEST_F(OpenDataset, FolderOfNpyHoldsOneInputOfOneSampleInEach) {
    const std::vector<Input> inputs{{"ids", ov::element::f32, {1, 2}}, {"mask", ov::element::f32, {2}}};
    write(folder_ / "s/0000_0.npy", npy<float>("<f4", "(1, 2)", {1, 2}));
    write(folder_ / "s/0000_mask.npy", npy<float>("<f4", "(2,)", {3, 4}));
    write(folder_ / "s/0001_ids.npy", npy<float>("<f4", "(1, 2)", {5, 6}));
    write(folder_ / "s/0001_1.npy", npy<float>("<f4", "(2,)", {7, 8}));
    const auto dataset = open(inputs, {{"", folder_ / "s"}});
    EXPECT_EQ(labels(*dataset), (std::vector<std::string>{"0000", "0001"}));
    EXPECT_EQ(fed(*dataset, 1, 0), (std::vector<float>{5, 6}));
    EXPECT_EQ(fed(*dataset, 1, 1), (std::vector<float>{7, 8}));
    write(folder_ / "s/0002_ids.npy", npy<float>("<f4", "(1, 2)", {5, 6}));
    expect_error([&] { open(inputs, {{"", folder_ / "s"}}); }, ErrorCode::InvalidData, {"sample \"0002\""});
    write(folder_ / "t/what.npy", npy<float>("<f4", "(2,)", {1, 2}));
    expect_error([&] { open(inputs, {{"", folder_ / "t"}}); }, ErrorCode::InvalidData, {"what.npy", "SAMPLE_INPUT"});
    EXPECT_EQ(fed(*open({{"x", ov::element::f32, {1, 2}}}, {{"", folder_ / "t"}}), 0), (std::vector<float>{1, 2}));
}

TEST_F(OpenDataset, PicturesForOneInputAndArraysForAnother) {
    write(folder_ / "p/a.png", png(1));
    write(folder_ / "p/b.png", png(2));
    write(folder_ / "size.npy", npy<float>("<f4", "(2, 2)", {1, 2, 3, 4}));
    const std::vector<Input> inputs{{"size", ov::element::f32, {1, 2}}, kPicture};
    const auto dataset = open(inputs, {{"", folder_ / "p"}, {"size", folder_ / "size.npy"}});
    EXPECT_EQ(dataset->label(1), "b.png");
    EXPECT_NE(dataset->preparation(), "");
    EXPECT_EQ(fed(*dataset, 1, 0), (std::vector<float>{3, 4}));
    EXPECT_EQ(fed(*dataset, 1, 1), std::vector<float>(48, 2));
    expect_error(
        [&] {
            open(inputs, {{"image", folder_ / "p"}});
        },
        ErrorCode::InvalidOption, {"no data for input \"size\""});
}

/// The working folder while it lives.
class InFolder {
public:
    explicit InFolder(const fs::path& folder) : before_(fs::current_path()) {
        fs::current_path(folder);
    }
    InFolder(const InFolder&) = delete;
    InFolder& operator=(const InFolder&) = delete;
    ~InFolder() {
        std::error_code ignored;
        fs::current_path(before_, ignored);
    }

private:
    fs::path before_;
};

TEST_F(OpenDataset, APatternIsAllPicturesThatItFitsInBytewiseOrder) {
    for (const std::string name : {"p/b.png", "p/B.png", "p/a.png", "p/c.jpg", "p/.hidden.png", "p/deep/d.png"}) {
        write(folder_ / name, png(1));
    }
    write(folder_ / "p/a.png", png(7));
    const auto absolute = open({kPicture}, {{"", folder_ / "p/*.png"}});
    EXPECT_EQ(labels(*absolute), (std::vector<std::string>{"B.png", "a.png", "b.png"}));
    EXPECT_EQ(fed(*absolute, 1)[0], 7);
    EXPECT_NE(absolute->preparation(), "");

    const InFolder here(folder_.path());
    EXPECT_EQ(labels(*open({kPicture}, {{"image", "p/[ab].png"}})), (std::vector<std::string>{"a.png", "b.png"}));
    EXPECT_EQ(labels(*open({kPicture}, {{"", "?/[!a]*"}})),
              (std::vector<std::string>{"p/B.png", "p/b.png", "p/c.jpg"}));
    EXPECT_EQ(labels(*open({kPicture}, {{"", "./p/*/*.png"}})), (std::vector<std::string>{"deep/d.png"}));
}

TEST_F(OpenDataset, AFileNamedAsAPatternIsTheFile) {
    write(folder_ / "a[1].png", png(7));
    write(folder_ / "a1.png", png(8));
    EXPECT_EQ(labels(*open({kPicture}, {{"", folder_ / "a[1].png"}})), std::vector<std::string>{"a[1].png"});
    fs::remove(folder_ / "a[1].png");
    EXPECT_EQ(labels(*open({kPicture}, {{"", folder_ / "a[1].png"}})), std::vector<std::string>{"a1.png"});
}

TEST_F(OpenDataset, APatternOfArraysIsAsAFolderOfThem) {
    const std::vector<Input> inputs{{"ids", ov::element::f32, {1, 2}}, {"mask", ov::element::f32, {2}}};
    for (const std::string name : {"0_ids", "0_mask", "1_mask", "1_ids"}) {
        write(folder_ / ("s/" + name + ".npy"), npy<float>("<f4", "(2,)", {name[0] - 48.F, 4}));
    }
    write(folder_ / "s/notes.md", "text");
    const auto arrays = open(inputs, {{"", folder_ / "s/*.npy"}});
    EXPECT_EQ(labels(*arrays), (std::vector<std::string>{"0", "1"}));
    EXPECT_EQ(fed(*arrays, 1, 1), (std::vector<float>{1, 4}));

    for (const std::string name : {"z/2.npz", "z/1.npz"}) {
        write_npz(folder_ / name, {{"x.npy", npy<float>("<f4", "(2,)", {name[2] - 48.F, 4})}});
    }
    const auto archives = open({{"x", ov::element::f32, {1, 2}}}, {{"", folder_ / "z/?.npz"}});
    EXPECT_EQ(labels(*archives), (std::vector<std::string>{"1.npz", "2.npz"}));
    EXPECT_EQ(fed(*archives, 1), (std::vector<float>{2, 4}));
}

TEST_F(OpenDataset, APatternWithoutDataSaysWhatItFits) {
    write(folder_ / "p/a.md", "text");
    write(folder_ / "p/b.md", "text");
    write(folder_ / "p/deep/a.png", png(1));
    const auto refused = [&](const std::string& pattern, const std::vector<std::string>& parts) {
        expect_error([&] { open({kPicture}, {{"", folder_ / pattern}}); }, ErrorCode::InvalidData, parts);
    };
    refused("p/*.png", {"p/*.png: ", "fits no file", "expected pictures"});
    refused("gone/*.png", {"gone/*.png: ", "fits no file"});
    refused("p/a.md/*.png", {"fits no file"});
    refused("p/d*", {"fits no file"});
    refused("p/*.{png,jpg}", {"fits no file"});
    refused("p/*", {"p/*: ", "fits no pictures", "2 other files"});
    write(folder_ / "p/a.png", png(1));
    write(folder_ / "p/a.npy", npy<float>("<f4", "()", {1}));
    refused("p/a*", {"p/a*: fits 1 pictures and 1 .npy", "one kind"});
}

TEST_F(OpenDataset, APatternDoesNotPassOverAFolderThatCannotBeRead) {
    write(folder_ / "a/x.png", png(1));
    write(folder_ / "b/x.png", png(1));
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::permissions(folder_ / "b", fs::perms(0711));
    const uid_t user = ::geteuid();
    if (user == 0 && ::seteuid(65534) != 0) {
        GTEST_SKIP() << "root reads every folder, and may not become another user here";
    }
    if (user != 0) {
        fs::permissions(folder_ / "b", fs::perms(0311));
    }
    expect_error([&] { open({kPicture}, {{"", folder_ / "*/x*.png"}}); }, ErrorCode::Io, {"b: cannot be read"});
    EXPECT_EQ(::seteuid(user), 0);
    fs::permissions(folder_ / "b", fs::perms(0755));
}

TEST_F(OpenDataset, AnInputOfThreeNumbersBesidePicturesGetsTheirSize) {
    write(folder_ / "a.png", png(7));
    const Input info{"im_info", ov::element::f32, {1, 3}};
    const auto dataset = open({info, {"image", ov::element::f32, {1, 3, 8, 6}}}, {{"", folder_ / "*.png"}});
    EXPECT_EQ(fed(*dataset, 0, 0), (std::vector<float>{8, 6, 3}));
    EXPECT_EQ(fed(*dataset, 0, 1), std::vector<float>(8 * 6 * 3, 7));
    EXPECT_EQ(labels(*dataset), std::vector<std::string>{"a.png"});
    EXPECT_NE(dataset->preparation(), "");
    ASSERT_EQ(dataset->remarks().size(), 1U);
    EXPECT_NE(dataset->remarks()[0].find("\"im_info\""), std::string::npos);
    EXPECT_EQ(select_samples(*dataset, {0})->remarks(), dataset->remarks());

    const auto last = open({{"image", ov::element::f32, {1, 8, 6, 1}}, info}, {{"image", folder_ / "a.png"}});
    EXPECT_EQ(fed(*last, 0, 1), (std::vector<float>{8, 6, 1}));
}

TEST_F(OpenDataset, ThePictureSizeIsTheOneThatIsFed) {
    Bytes wide;
    cv::imencode(".png", cv::Mat(5, 9, CV_8UC3, cv::Scalar::all(1)), wide);
    write(folder_ / "p/a.png", wide);
    write(folder_ / "p/b.png", png(1));
    const Input info{"im_info", ov::element::i64, {1, 3}};
    const auto sizes = [&](const Input& picture, const Preprocessing& preprocessing, std::size_t index) {
        const auto dataset = open({picture, info}, {{"", folder_ / "p"}}, preprocessing);
        return values<std::int64_t>(Feed(*model_, *dataset)(index).at(1));
    };
    const Input open_axes{"image", ov::element::f32, {1, 3, -1, -1}};
    EXPECT_EQ(sizes(open_axes, {}, 0), (std::vector<std::int64_t>{5, 9, 3}));
    EXPECT_EQ(sizes(open_axes, {}, 1), (std::vector<std::int64_t>{4, 4, 3}));
    EXPECT_EQ(sizes(kPicture, {.letterbox = Letterbox{}}, 0), (std::vector<std::int64_t>{4, 4, 3}))
        << "with its border";
}

TEST_F(OpenDataset, OnlyThatInputGetsASizeAndOnlyWhereItHasNoData) {
    write(folder_ / "p/a.png", png(1));
    write(folder_ / "size.npy", npy<float>("<f4", "(1, 3)", {40, 60, 2}));
    const Input info{"im_info", ov::element::f32, {1, 3}};
    const auto given = open({kPicture, info}, {{"", folder_ / "p"}, {"im_info", folder_ / "size.npy"}});
    EXPECT_EQ(fed(*given, 0, 1), (std::vector<float>{40, 60, 2}));
    EXPECT_TRUE(given->remarks().empty());

    const auto refused = [&](const std::vector<Input>& inputs, const std::string& missing) {
        expect_error(
            [&] {
                open(inputs, {{"image", folder_ / "p"}});
            },
            ErrorCode::InvalidOption, {"no data for input " + missing});
    };
    refused({kPicture, {"im_info", ov::element::f32, {1, 4}}}, "\"im_info\"");
    refused({kPicture, {"im_info", ov::element::f32, {3}}}, "\"im_info\"");
    refused({kPicture, {"im_info", ov::element::f32, {-1, 3}}}, "\"im_info\"");
    refused({kPicture, info, {"scale", ov::element::f32, {1, 3}}}, "\"im_info\", \"scale\"");
}

TEST_F(OpenDataset, ASizeThatTheInputCannotHoldIsAnErrorOfTheSample) {
    write(folder_ / "a.png", png(1));
    const auto dataset = open({{"image", ov::element::f32, {1, 3, 200, 6}}, {"im_info", ov::element::i8, {1, 3}}},
                              {{"", folder_ / "a.png"}});
    expect_error([&] { Feed(*model_, *dataset)(0); }, ErrorCode::InvalidData, {"a.png", "\"im_info\"", "200"});
}

TEST_F(OpenDataset, RefusesWhatIsNoData) {
    write(folder_ / "data.csv", "1,2,3");
    expect_error([&] { open({kPicture}, {}); }, ErrorCode::InvalidOption, {"no data"});
    expect_error([&] { open({kPicture}, {{"", folder_ / "gone"}}); }, ErrorCode::Io, {"gone: no such file or folder"});
    expect_error([&] { open({kPicture}, {{"", ""}}); }, ErrorCode::Io, {"no such file or folder"});
    expect_error(
        [&] {
            open({kPicture}, {{"", folder_ / "data.csv"}});
        },
        ErrorCode::InvalidData, {"data.csv", "expected a folder of pictures"});
    expect_error(
        [&] {
            open({kPicture}, {{"imgae", folder_ / "data.csv"}});
        },
        ErrorCode::InvalidOption, {"did you mean \"image\"?"});
}

}  // namespace
}  // namespace octet
