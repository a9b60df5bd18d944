#include "data/preprocessing.hpp"
#include "data/rt_info.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

const Input kPicture{"image", ov::element::f32, {1, 3, 8, 8}};

void set_info(ov::Model& model, const std::map<std::string, std::string>& fields) {
    for (const auto& [key, value] : fields) {
        model.set_rt_info(value, "model_info", key);
    }
}

TEST(Preprocessing, DefaultsAreAsDocumented) {
    const auto p = effective_preprocessing(*make_model({kPicture}), {});
    const Preprocessing expected{.mean = std::vector<double>{0},
                                 .scale = std::vector<double>{1},
                                 .rgb = false,
                                 .resize = Resize::Linear,
                                 .crop_fraction = 1,
                                 .letterbox = std::nullopt,
                                 .layout = "NCHW",
                                 .fit = Fit::Stretch};
    EXPECT_EQ(p, expected);
    EXPECT_EQ(describe(p), "NCHW, BGR, stretched, resized linear, mean 0, scale 1");
}

TEST(Preprocessing, ModelInfoGivesDefaults) {
    const auto model = make_model({kPicture});
    set_info(*model, {{"mean_values", "123.675 116.28 103.53"},
                      {"scale_values", "58.395 57.12 57.375"},
                      {"reverse_input_channels", "True"},
                      {"resize_type", "fit_to_window_letterbox"},
                      {"pad_value", "114"},
                      {"layout", "image:NCHW"}});
    const auto p = effective_preprocessing(*model, {});
    EXPECT_EQ(p.mean, (std::vector<double>{123.675, 116.28, 103.53}));
    EXPECT_EQ(p.scale, (std::vector<double>{58.395, 57.12, 57.375}));
    EXPECT_EQ(p.rgb, true);
    EXPECT_EQ(p.fit, Fit::Letterbox);
    EXPECT_EQ(p.letterbox, (Letterbox{114, true}));
    EXPECT_EQ(p.layout, "NCHW");
}

TEST(Preprocessing, ModelInfoSpeaksOfFitsAndEmptyFields) {
    struct Case {
        std::map<std::string, std::string> info;
        Fit fit;
        std::optional<Letterbox> letterbox;
    };
    const std::vector<Case> cases{
        {{{"resize_type", "standard"}, {"pad_value", "7"}}, Fit::Stretch, std::nullopt},
        {{{"resize_type", "crop"}}, Fit::Crop, std::nullopt},
        {{{"resize_type", "fit_to_window"}}, Fit::Letterbox, Letterbox{0, false}},
        {{{"mean_values", ""}, {"scale_values", ""}, {"reverse_input_channels", "NO"}}, Fit::Stretch, std::nullopt},
        {{{"embedded_processing", "True"}, {"mean_values", "1"}, {"resize_type", "crop"}}, Fit::Stretch, std::nullopt},
    };
    for (const auto& test : cases) {
        const auto model = make_model({kPicture});
        set_info(*model, test.info);
        const auto p = effective_preprocessing(*model, {});
        EXPECT_EQ(p.fit, test.fit);
        EXPECT_EQ(p.letterbox, test.letterbox);
        EXPECT_EQ(p.mean, std::vector<double>{0});
        EXPECT_EQ(p.rgb, false);
    }
}

TEST(Preprocessing, GivenGoesBeforeKeptGoesBeforeModelInfo) {
    const auto model = make_model({kPicture});
    set_info(*model, {{"mean_values", "1"}, {"scale_values", "2"}, {"reverse_input_channels", "True"}});
    model->set_rt_info(std::string(R"({"mean": [3], "scale": [4], "fit": "letterbox",
                                       "letterbox": {"value": 5, "center": false}})"),
                       "octet", "preparation");
    const auto p = effective_preprocessing(*model, {.mean = std::vector<double>{6}});
    EXPECT_EQ(p.mean, std::vector<double>{6});
    EXPECT_EQ(p.scale, std::vector<double>{4});
    EXPECT_EQ(p.rgb, true);
    EXPECT_EQ(p.letterbox, (Letterbox{5, false}));
    EXPECT_EQ(effective_preprocessing(*model, {.fit = Fit::Stretch}).letterbox, std::nullopt);
    EXPECT_EQ(effective_preprocessing(*model, {.letterbox = Letterbox{9, true}}).letterbox, (Letterbox{9, true}));
}

TEST(Preprocessing, WhatIsKeptIsReadBackEqual) {
    const auto model = make_model({kPicture});
    const auto first = effective_preprocessing(*model, {.mean = std::vector<double>{0.1, 123.675, 1e-7},
                                                        .scale = std::vector<double>{255},
                                                        .rgb = true,
                                                        .resize = Resize::Area,
                                                        .crop_fraction = 0.875,
                                                        .letterbox = Letterbox{127.5, false}});
    model->set_rt_info(to_json(first), "octet", "preparation");
    EXPECT_EQ(effective_preprocessing(*model, {}), first);
    EXPECT_EQ(to_json({.rgb = true}), R"({"rgb":true})");
}

TEST(Preprocessing, MalformedInfoIsAnErrorOnlyWhereItIsNeeded) {
    const auto model = make_model({kPicture});
    set_info(*model, {{"mean_values", "12 oops"}});
    expect_error([&] { effective_preprocessing(*model, {}); }, ErrorCode::InvalidModel,
                 {"model_info/mean_values", "expected numbers", "12 oops"});
    EXPECT_EQ(effective_preprocessing(*model, {.mean = std::vector<double>{1}}).mean, std::vector<double>{1});
    for (const std::string text : {"{", "[]", "{\"mean\": \"x\"}", "{\"turn\": 1}", "{\"fit\": \"bend\"}", "7"}) {
        const auto kept = make_model({kPicture});
        kept->set_rt_info(text, "octet", "preparation");
        expect_error([&] { effective_preprocessing(*kept, {}); }, ErrorCode::InvalidModel, {"octet/preparation"});
    }
    for (const auto& [key, value] : std::map<std::string, std::string>{
             {"resize_type", "bent"}, {"reverse_input_channels", "perhaps"}, {"scale_values", "nan"}}) {
        const auto other = make_model({kPicture});
        set_info(*other, {{key, value}});
        expect_error([&] { effective_preprocessing(*other, {}); }, ErrorCode::InvalidModel, {key, value});
    }
}

TEST(Preprocessing, RefusesValuesOutOfRange) {
    struct Case {
        Preprocessing given;
        std::vector<std::string> says;
    };
    const std::vector<Case> cases{
        {{.mean = std::vector<double>{1, 2}}, {"mean", "one per channel (3)", "got 2"}},
        {{.mean = std::vector<double>{}}, {"mean", "got 0"}},
        {{.mean = std::vector<double>{NAN}}, {"mean", "finite"}},
        {{.scale = std::vector<double>{1, 0, 1}}, {"scale", "other than 0"}},
        {{.scale = std::vector<double>{1, 2, 3, 4}}, {"scale", "got 4"}},
        {{.crop_fraction = 0}, {"crop_fraction", "above 0", "got 0"}},
        {{.crop_fraction = 1.5}, {"crop_fraction", "got 1.5"}},
        {{.crop_fraction = NAN}, {"crop_fraction"}},
        {{.letterbox = Letterbox{300}}, {"letterbox", "0 to 255", "got 300"}},
        {{.letterbox = Letterbox{}, .fit = Fit::Crop}, {"letterbox", "another fit"}},
        {{.layout = "NCWH"}, {"layout", "\"NCWH\"", "NCHW or NHWC"}},
        {{.layout = "NHWC"}, {"NHWC", "8 channels"}},
    };
    for (const auto& test : cases) {
        expect_error([&] { effective_preprocessing(*make_model({kPicture}), test.given); }, ErrorCode::InvalidOption,
                     test.says);
    }
}

TEST(PictureLayout, ComesFromTheRequestTheModelOrTheShape) {
    struct Case {
        Input input;
        std::string wanted, expected;
    };
    const std::vector<Case> cases{
        {{"x", ov::element::f32, {1, 3, 8, 9}}, "", "NCHW"},
        {{"x", ov::element::f32, {1, 8, 9, 3}}, "", "NHWC"},
        {{"x", ov::element::f32, {-1, -1, -1, 3}}, "", "NHWC"},
        {{"x", ov::element::f32, {-1, 1, 32, -1}}, "", "NCHW"},
        {{"x", ov::element::f32, {3, 8, 9}}, "", "CHW"},
        {{"x", ov::element::f32, {8, 9, 1}}, "", "HWC"},
        {{"x", ov::element::f32, {1, 3, 9, 3}}, "NHWC", "NHWC"},
        {{"x", ov::element::f32, {1, 3, 9, 3}}, "nchw", "NCHW"},
        {{"x", ov::element::f32, {3, 9, 3}}, "NHWC", "HWC"},
        {{"x", ov::element::f32, {1, 3, 9, 3}, "NHWC"}, "", "NHWC"},
        {{"x", ov::element::f32, {1, 3, 9, 3}, "NHWC"}, "NCHW", "NCHW"},
        {{"x", ov::element::f32, {-1, -1, -1, -1}, "NCHW"}, "", "NCHW"},
    };
    for (const auto& test : cases) {
        const auto model = make_model({test.input});
        EXPECT_EQ(picture_layout(model_inputs(*model)[0], test.wanted).name, test.expected)
            << test.input.shape << test.wanted;
    }
}

TEST(PictureLayout, RefusesWhatIsAmbiguousOrNoPicture) {
    struct Case {
        ov::PartialShape shape;
        std::vector<std::string> says;
    };
    const std::vector<Case> cases{
        {{1, 3, 9, 3}, {"f32[1,3,9,3]", "NCHW or NHWC", "--layout"}},
        {{-1, -1, -1, -1}, {"no axis of 3 or 1", "--layout"}},
        {{1, 4, 9, 9}, {"no axis of 3 or 1"}},
        {{1, 64}, {"f32[1,64]", "cannot take pictures", ".npz"}},
        {{1, 3, 8, 8, 8}, {"cannot take pictures"}},
        {ov::PartialShape::dynamic(), {"cannot take pictures"}},
        {{4, 3, 8, 8}, {"batch of 4", "batch of 1"}},
    };
    for (const auto& test : cases) {
        expect_error(
            [&] {
                effective_preprocessing(*make_model({{"x", ov::element::f32, test.shape}}), {});
            },
            ErrorCode::InvalidOption, test.says);
    }
}

TEST(PictureInput, IsTheOnlyOneThatTakesPictures) {
    const auto model = make_model({{"size", ov::element::f32, {1, 2}}, kPicture});
    EXPECT_EQ(effective_preprocessing(*model, {}).layout, "NCHW");
    const auto two = make_model({{"left", ov::element::f32, {1, 3, 8, 8}}, {"right", ov::element::f32, {1, 8, 8, 3}}});
    expect_error([&] { effective_preprocessing(*two, {}); }, ErrorCode::InvalidOption,
                 {"2 of the model's inputs", "\"left\", \"right\""});
    EXPECT_EQ(effective_preprocessing(*two, {}, "right").layout, "NHWC");
    expect_error([&] { effective_preprocessing(*two, {}, "rihgt"); }, ErrorCode::InvalidOption,
                 {"did you mean \"right\"?"});
}

}  // namespace
}  // namespace octet
