#include <cmath>
#include <random>
#include <thread>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "data/picture.hpp"
#include "data/picture_file.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

/// Noise that no two pixels share, so that a wrong axis or channel shows.
cv::Mat noise(int rows, int columns, int type = CV_8UC3) {
    cv::Mat picture(rows, columns, type);
    cv::RNG random(5);
    random.fill(picture, cv::RNG::UNIFORM, 0, 256);
    return picture;
}

class PictureTest : public testing::Test {
protected:
    fs::path save(const std::string& name, const cv::Mat& picture) const {
        const fs::path path = folder_ / name;
        EXPECT_TRUE(cv::imwrite(path.string(), picture));
        return path;
    }

    /// The prepared tensor of `picture`, by way of a file without loss.
    ov::Tensor prepare(const cv::Mat& picture, const Input& input, const Preprocessing& given = {}) const {
        const auto dataset = open_dataset(*make_model({input}), {{"", save("picture.png", picture)}}, given);
        return dataset->sample(0).at(input.name);
    }

    TempFolder folder_;
};

/// What the order says, straightforwardly: `shaped` is the picture after crop and resize.
std::vector<float> reference(const cv::Mat& shaped, bool channels_first, bool rgb, const std::vector<double>& mean,
                             const std::vector<double>& scale) {
    const int channels = shaped.channels();
    std::vector<float> out(shaped.total() * static_cast<std::size_t>(channels));
    for (int y = 0; y < shaped.rows; ++y) {
        for (int x = 0; x < shaped.cols; ++x) {
            for (int c = 0; c < channels; ++c) {
                const double pixel = shaped.ptr(y)[x * channels + (rgb ? channels - 1 - c : c)];
                const auto i = static_cast<std::size_t>(c);
                const double value = (pixel - mean[i]) / scale[i];
                const int at =
                    channels_first ? (c * shaped.rows + y) * shaped.cols + x : (y * shaped.cols + x) * channels + c;
                out[static_cast<std::size_t>(at)] = static_cast<float>(value);
            }
        }
    }
    return out;
}

TEST_F(PictureTest, MeanScaleAndColourAreExact) {
    const cv::Mat picture = noise(9, 7);
    const std::vector<double> mean{123.675, 116.28, 103.53};
    const std::vector<double> scale{58.395, 57.12, 57.375};
    for (const bool first : {true, false}) {
        for (const bool rgb : {true, false}) {
            const ov::PartialShape shape = first ? ov::PartialShape{1, 3, 9, 7} : ov::PartialShape{1, 9, 7, 3};
            const auto tensor =
                prepare(picture, {"x", ov::element::f32, shape}, {.mean = mean, .scale = scale, .rgb = rgb});
            EXPECT_EQ(tensor.get_shape(), shape.to_shape());
            EXPECT_EQ(values<float>(tensor), reference(picture, first, rgb, mean, scale)) << first << rgb;
        }
    }
}

TEST_F(PictureTest, DefaultsAreTheRawBgrPixels) {
    const cv::Mat picture = noise(4, 6);
    const auto expected = reference(picture, true, false, {0, 0, 0}, {1, 1, 1});
    EXPECT_EQ(values<float>(prepare(picture, {"x", ov::element::f32, {1, 3, 4, 6}})), expected);
    const auto bytes = values<std::uint8_t>(prepare(picture, {"x", ov::element::u8, {1, 3, 4, 6}}));
    EXPECT_EQ(std::vector<float>(bytes.begin(), bytes.end()), expected);
    const auto halves = values<ov::float16>(prepare(picture, {"x", ov::element::f16, {3, 4, 6}}));
    EXPECT_EQ(std::vector<float>(halves.begin(), halves.end()), expected);
}

TEST_F(PictureTest, OneMeanServesAllChannels) {
    const cv::Mat picture = noise(4, 6);
    const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 4, 6}},
                                {.mean = std::vector<double>{127.5}, .scale = std::vector<double>{127.5}});
    EXPECT_EQ(values<float>(tensor), reference(picture, true, false, {127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}));
}

TEST_F(PictureTest, ResizesWithEachMethod) {
    const cv::Mat picture = noise(40, 31);
    const std::vector<std::pair<Resize, int>> methods{
        {Resize::Linear, cv::INTER_LINEAR}, {Resize::Cubic, cv::INTER_CUBIC}, {Resize::Area, cv::INTER_AREA}};
    for (const auto& [method, flag] : methods) {
        cv::Mat resized;
        cv::resize(picture, resized, cv::Size(13, 17), 0, 0, flag);
        const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 17, 13}}, {.resize = method});
        EXPECT_EQ(values<float>(tensor), reference(resized, true, false, {0, 0, 0}, {1, 1, 1}));
    }
}

TEST_F(PictureTest, CropsTheCentreBeforeResizing) {
    const cv::Mat picture = noise(41, 30);
    cv::Mat expected;  // int(41 * 0.875) = 35 rows from (41 - 35) / 2, int(30 * 0.875) = 26 columns from 2
    cv::resize(picture(cv::Rect(2, 3, 26, 35)), expected, cv::Size(8, 8));
    const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 8, 8}}, {.crop_fraction = 0.875});
    EXPECT_EQ(values<float>(tensor), reference(expected, true, false, {0, 0, 0}, {1, 1, 1}));
}

TEST_F(PictureTest, CropsToTheInputsProportions) {
    const cv::Mat picture = noise(40, 100);
    cv::Mat expected;  // 20 x 10 is 1 : 2, so 80 of the 100 columns stay
    cv::resize(picture(cv::Rect(10, 0, 80, 40)), expected, cv::Size(20, 10));
    const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 10, 20}}, {.fit = Fit::Crop});
    EXPECT_EQ(values<float>(tensor), reference(expected, true, false, {0, 0, 0}, {1, 1, 1}));
}

TEST_F(PictureTest, LetterboxKeepsProportionsAndFillsTheRest) {
    struct Case {
        std::string what;
        int rows, columns;  // of the picture
        bool center;
        int top, left, height, width;  // where it lands in 12 x 16
    };
    const std::vector<Case> cases{
        {"wide, centred", 10, 40, true, 4, 0, 4, 16},         {"wide, top left", 10, 40, false, 0, 0, 4, 16},
        {"high, centred", 24, 8, true, 0, 6, 12, 4},          {"odd rest goes below", 21, 48, true, 2, 0, 7, 16},
        {"same proportions", 6, 8, true, 0, 0, 12, 16},       {"halves round to even", 5, 32, true, 5, 0, 2, 16},
        {"never thinner than one", 1, 400, true, 5, 0, 1, 16}};
    for (const auto& test : cases) {
        SCOPED_TRACE(test.what);
        const cv::Mat picture = noise(test.rows, test.columns);
        cv::Mat expected(12, 16, CV_8UC3, cv::Scalar::all(114));
        cv::Mat part = expected(cv::Rect(test.left, test.top, test.width, test.height));
        cv::resize(picture, part, part.size());
        const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 12, 16}},
                                    {.mean = std::vector<double>{10},
                                     .scale = std::vector<double>{4, 2, 1},
                                     .letterbox = Letterbox{114, test.center}});
        EXPECT_EQ(values<float>(tensor), reference(expected, true, false, {10, 10, 10}, {4, 2, 1}));
    }
}

TEST_F(PictureTest, LetterboxFillNeedsNoWholeNumber) {
    const auto tensor = prepare(noise(2, 4), {"x", ov::element::f32, {1, 4, 4, 3}}, {.letterbox = Letterbox{127.5}});
    EXPECT_EQ(values<float>(tensor)[0], 127.5F);
}

TEST_F(PictureTest, OneChannelGetsGrey) {
    const cv::Mat picture = noise(5, 6, CV_8UC1);
    const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 1, 5, 6}}, {.rgb = true});
    EXPECT_EQ(values<float>(tensor), reference(picture, true, false, {0}, {1}));
}

TEST_F(PictureTest, GreyPicturesFillThreeChannels) {
    const cv::Mat picture = noise(5, 6, CV_8UC1);
    cv::Mat expected;
    cv::cvtColor(picture, expected, cv::COLOR_GRAY2BGR);
    const auto tensor = prepare(picture, {"x", ov::element::f32, {1, 3, 5, 6}});
    EXPECT_EQ(values<float>(tensor), reference(expected, true, false, {0, 0, 0}, {1, 1, 1}));
}

TEST_F(PictureTest, SixteenBitsBecomeEightAndTransparencyGoes) {
    cv::Mat deep(2, 2, CV_16UC4, cv::Scalar(0x1234, 0xFF00, 0x80FF, 0x4000));
    const auto tensor = prepare(deep, {"x", ov::element::f32, {1, 2, 2, 3}});
    const auto pixels = values<float>(tensor);
    EXPECT_EQ(std::vector<float>(pixels.begin(), pixels.begin() + 3), (std::vector<float>{0x12, 0xFF, 0x80}));
}

TEST_F(PictureTest, TurnsAsTheExifOrientationSays) {
    Bytes jpeg;
    cv::imencode(".jpg", noise(10, 20), jpeg);
    // One IFD entry, little-endian: tag 0x0112 (orientation), one short: 6, a quarter turn clockwise.
    const Bytes exif{0xFF, 0xE1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0,
                     1,    0,    0x12, 0x01, 3,   0,   1,   0,   0, 0, 6,   0,   0,  0, 0, 0, 0, 0};
    jpeg.insert(jpeg.begin() + 2, exif.begin(), exif.end());
    write(folder_ / "turned.jpg", jpeg);
    const auto dataset =
        open_dataset(*make_model({{"x", ov::element::f32, {1, 3, -1, -1}}}), {{"", folder_ / "turned.jpg"}});
    EXPECT_EQ(dataset->sample(0).at("x").get_shape(), (ov::Shape{1, 3, 20, 10}));
}

TEST_F(PictureTest, DynamicAxesKeepThePicturesSize) {
    const cv::Mat picture = noise(10, 20);
    const Input input{"x", ov::element::f32, {-1, 3, -1, -1}};
    EXPECT_EQ(prepare(picture, input).get_shape(), (ov::Shape{1, 3, 10, 20}));
    EXPECT_EQ(prepare(picture, input, {.crop_fraction = 0.5}).get_shape(), (ov::Shape{1, 3, 5, 10}));
    EXPECT_EQ(prepare(picture, {"x", ov::element::f32, {-1, 3, 48, -1}}).get_shape(), (ov::Shape{1, 3, 48, 20}));
    expect_error([&] { prepare(picture, input, {.letterbox = Letterbox{}}); }, ErrorCode::InvalidOption,
                 {"fixed height and width", "f32[?,3,?,?]", "--shape"});
}

TEST_F(PictureTest, PixelsThatTheTypeCannotHoldAreRefused) {
    const cv::Mat picture = noise(4, 4);
    const Input bytes{"x", ov::element::u8, {1, 3, 4, 4}};
    expect_error([&] { prepare(picture, bytes, {.scale = std::vector<double>{255}}); }, ErrorCode::InvalidOption,
                 {"\"x\"", "u8 cannot hold", "mean and scale"});
    const auto shifted = prepare(picture, {"x", ov::element::i8, {1, 3, 4, 4}}, {.mean = std::vector<double>{128}});
    EXPECT_EQ(values<std::int8_t>(shifted)[0], static_cast<std::int8_t>(picture.at<cv::Vec3b>(0, 0)[0] - 128));
}

TEST_F(PictureTest, BrokenPicturesAreNamed) {
    Bytes jpeg, png;
    cv::imencode(".jpg", noise(64, 64), jpeg);
    cv::imencode(".png", noise(64, 64), png);
    jpeg.resize(jpeg.size() * 2 / 3);
    png.resize(png.size() * 2 / 3);
    write(folder_ / "set/a.jpg", jpeg);
    write(folder_ / "set/b.png", png);
    write(folder_ / "set/c.jpg", "this is no picture");
    write(folder_ / "set/d.jpg", "");
    save("set/e.png", noise(8, 8));
    const auto dataset = open_dataset(*make_model({{"x", ov::element::f32, {1, 3, 8, 8}}}), {{"", folder_ / "set"}});
    ASSERT_EQ(dataset->size(), 5U);
    expect_error([&] { dataset->sample(0); }, ErrorCode::InvalidData, {"a.jpg: ", "cut"});
    expect_error([&] { dataset->sample(1); }, ErrorCode::InvalidData, {"b.png: ", "cut"});
    expect_error([&] { dataset->sample(2); }, ErrorCode::InvalidData, {"c.jpg: ", "not a picture"});
    expect_error([&] { dataset->sample(3); }, ErrorCode::InvalidData, {"d.jpg: ", "empty"});
    EXPECT_EQ(dataset->sample(4).size(), 1U);
    fs::remove(folder_ / "set/e.png");
    expect_error([&] { dataset->sample(4); }, ErrorCode::InvalidData, {"e.png: ", "No such file"});
}

TEST_F(PictureTest, WholePicturesAreNotTakenForCut) {
    for (const std::string extension : {".jpg", ".png", ".webp", ".bmp", ".tiff", ".ppm"}) {
        Bytes bytes;
        ASSERT_TRUE(cv::imencode(extension, noise(40, 40), bytes));
        EXPECT_FALSE(is_cut_picture(bytes)) << extension;
        bytes.insert(bytes.end(), 20, 'x');  // what cameras append
        EXPECT_FALSE(is_cut_picture(bytes)) << extension;
    }
    Bytes progressive;
    cv::imencode(".jpg", noise(40, 40), progressive,
                 {cv::IMWRITE_JPEG_PROGRESSIVE, 1, cv::IMWRITE_JPEG_RST_INTERVAL, 2});
    EXPECT_FALSE(is_cut_picture(progressive));
}

TEST_F(PictureTest, EveryCutIsNoticed) {
    for (const std::string extension : {".jpg", ".png", ".webp"}) {
        Bytes bytes;
        ASSERT_TRUE(cv::imencode(extension, noise(20, 20), bytes));
        for (std::size_t size = 12; size < bytes.size(); ++size) {
            ASSERT_TRUE(is_cut_picture({bytes.data(), size})) << extension << " " << size << " of " << bytes.size();
        }
    }
}

/// Random damage must not crash the checks that look at bytes before a decoder does.
TEST_F(PictureTest, DamagedBytesAreLookedAtSafely) {
    std::mt19937 random(22);
    for (const std::string extension : {".jpg", ".png", ".webp"}) {
        Bytes good;
        ASSERT_TRUE(cv::imencode(extension, noise(20, 20), good));
        for (int round = 0; round < 5000; ++round) {
            Bytes bytes = good;
            for (unsigned change = random() % 6; change-- > 0;) {
                bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random() % 2 ? 0xFF : random());
            }
            bytes.resize(random() % (bytes.size() + 1));
            bytes.shrink_to_fit();  // so that a sanitizer sees a read beyond the end
            is_cut_picture(bytes);
        }
    }
}

TEST_F(PictureTest, SamplesAreTheSameFromSeveralThreads) {
    for (int i = 0; i < 12; ++i) {
        cv::imwrite((folder_ / ("set" + std::to_string(i) + ".jpg")).string(), noise(30 + i, 50 - i));
    }
    const auto dataset = open_dataset(*make_model({{"x", ov::element::f32, {1, 3, 24, 24}}}), {{"", folder_.path()}},
                                      {.letterbox = Letterbox{}});
    std::vector<std::vector<float>> serial;
    for (std::size_t i = 0; i < dataset->size(); ++i) {
        serial.push_back(values<float>(dataset->sample(i).at("x")));
    }
    std::vector<std::vector<float>> parallel(serial.size());
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < parallel.size(); i += 4) {
                parallel[i] = values<float>(dataset->sample(i).at("x"));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(serial, parallel);
}

}  // namespace
}  // namespace octet
