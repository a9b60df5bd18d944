#include <gtest/gtest.h>

#include "data/picture_frame.hpp"

namespace octet {
namespace {

TEST(PictureFrame, SaysWhatIsKeptAndWhereItLands) {
    struct Case {
        const char* what;
        Preprocessing preprocessing;
        int width, height, to_width, to_height;
        PixelArea kept, placed;
    };
    const Letterbox top_left{0, false};
    const std::vector<Case> cases{
        {"nothing set: stretched", {}, 40, 30, 8, 16, {0, 0, 40, 30}, {0, 0, 8, 16}},
        {"own size", {}, 40, 30, 0, 0, {0, 0, 40, 30}, {0, 0, 40, 30}},
        {"central part", {.crop_fraction = 0.5}, 40, 30, 8, 8, {10, 7, 20, 15}, {0, 0, 8, 8}},
        {"letterbox, wide", {.letterbox = Letterbox{}}, 40, 10, 16, 16, {0, 0, 40, 10}, {0, 6, 16, 4}},
        {"letterbox, high", {.letterbox = top_left}, 10, 40, 16, 16, {0, 0, 10, 40}, {0, 0, 4, 16}},
        {"crop of a wide picture", {.fit = Fit::Crop}, 100, 40, 20, 10, {10, 0, 80, 40}, {0, 0, 20, 10}},
        {"crop of a high picture", {.fit = Fit::Crop}, 40, 100, 20, 10, {0, 40, 40, 20}, {0, 0, 20, 10}},
    };
    for (const auto& test : cases) {
        const auto frame = picture_frame(test.preprocessing, test.width, test.height, test.to_width, test.to_height);
        EXPECT_EQ(frame.kept, test.kept) << test.what;
        EXPECT_EQ(frame.placed, test.placed) << test.what;
    }
}

}  // namespace
}  // namespace octet
