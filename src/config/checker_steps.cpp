#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/text.hpp"
#include "config/checker_parts.hpp"

namespace octet {
namespace {

using namespace checker;

constexpr int kLargestSide = 32767;

const Words<Interpolation> kOpenCvFilters{{"LINEAR", Interpolation::Linear},    {"BILINEAR", Interpolation::Linear},
                                          {"NEAREST", Interpolation::Nearest},  {"CUBIC", Interpolation::Cubic},
                                          {"BICUBIC", Interpolation::Cubic},    {"AREA", Interpolation::Area},
                                          {"LANCZOS4", Interpolation::Lanczos4}};
const Words<Interpolation> kPillowFilters{
    {"BILINEAR", Interpolation::Linear}, {"LINEAR", Interpolation::Linear},   {"NEAREST", Interpolation::Nearest},
    {"BICUBIC", Interpolation::Cubic},   {"CUBIC", Interpolation::Cubic},     {"BOX", Interpolation::Box},
    {"HAMMING", Interpolation::Hamming}, {"LANCZOS", Interpolation::Lanczos}, {"ANTIALIAS", Interpolation::Lanczos}};
const Words<Proportions> kProportions{{"width", Proportions::Width},
                                      {"height", Proportions::Height},
                                      {"greater", Proportions::Greater},
                                      {"fit_to_window", Proportions::FitToWindow},
                                      {"frcnn_keep_aspect_ratio", Proportions::FasterRcnn},
                                      {"min_ratio", Proportions::MinRatio}};
const Words<Padding::Side> kSides{{"center", Padding::Side::Center},
                                  {"left_top", Padding::Side::LeftTop},
                                  {"right_bottom", Padding::Side::RightBottom}};
const Words<Target> kTargets{
    {"annotation", Target::Annotation}, {"prediction", Target::Prediction}, {"all", Target::Both}};

/// Means and scales that have a name.
const Words<std::vector<double>> kNamedValues{{"imagenet", {104.00698793, 116.66876762, 122.67891434}},
                                              {"cifar10", {125.307, 122.961, 113.8575}}};

Step read_resize(SectionReader& section) {
    checker::Resize resize;
    const auto [width, height] = read_size(section, true);
    resize.width = width;
    resize.height = height;
    const std::string by =
        section.choice<std::string>("resize_realization", {{"opencv", "opencv"}, {"pillow", "pillow"}},
                                    section.flag("use_pillow", false) ? "pillow" : "opencv");
    section.refuse("use_tensorflow", false, "TensorFlow's filters are not available; there are opencv, pillow");
    resize.is_pillow = by == "pillow";
    resize.interpolation =
        section.choice("interpolation", resize.is_pillow ? kPillowFilters : kOpenCvFilters, Interpolation::Linear);
    resize.proportions = section.choice("aspect_ratio_scale", kProportions, Proportions::Free);
    resize.factor = section.whole("factor", 1).value_or(0);
    resize.has_boundary = section.flag("include_boundary", false);
    return resize;
}

Step read_auto_resize(SectionReader&) {
    return checker::Resize{};
}

Step read_crop(SectionReader& section) {
    Crop crop;
    const auto [width, height] = read_size(section, false);
    crop.width = width;
    crop.height = height;
    crop.central_fraction = section.number("central_fraction", 0, 1).value_or(0);
    crop.is_square = section.flag("max_square", false);
    crop.is_pillow = section.flag("use_pillow", false);
    const int ways = (width > 0) + (crop.central_fraction > 0) + crop.is_square;
    if (ways != 1) {
        section.problems().add(section.path(),
                               "expected one of size (or dst_width with dst_height), central_fraction "
                               "and max_square; got " +
                                   std::to_string(ways));
    }
    return crop;
}

std::vector<double> read_channel_values(SectionReader& section, const std::string& name) {
    const Json& json = section.value(name);
    if (json.is_null()) {
        return {};
    }
    for (const auto& [word, values] : kNamedValues) {
        if (json.is_string() && lower_case(json.get<std::string>()) == word) {
            return values;
        }
    }
    const auto values = read_numbers(json);
    if (!values || (values->size() != 1 && values->size() != 3)) {
        section.problems().add(section.path_of(name),
                               "expected a number, three of them, imagenet or cifar10; got " + in_short(json));
        return {};
    }
    return *values;
}

Step read_normalization(SectionReader& section) {
    Normalization step{read_channel_values(section, "mean"), read_channel_values(section, "std")};
    if (std::find(step.std.begin(), step.std.end(), 0.0) != step.std.end()) {
        section.problems().add(section.path_of("std"), "expected numbers other than 0");
        step.std.clear();
    }
    if (!section.has("mean") && !section.has("std")) {
        section.problems().add(section.path(), "expected mean, std or both");
    }
    section.skip({"images_only"});
    return step;
}

Step read_padding(SectionReader& section) {
    Padding step;
    const auto [width, height] = read_size(section, false);
    step.width = width;
    step.height = height;
    step.stride = section.whole("stride", 1, kLargestSide).value_or(1);
    const Json& value = section.value("pad_value");
    if (!value.is_null()) {
        const auto numbers = value.is_string() ? read_numbers(value) : std::nullopt;
        if (numbers && numbers->size() == step.value.size()) {
            std::copy(numbers->begin(), numbers->end(), step.value.begin());
        } else {
            section.problems().add(section.path_of("pad_value"),
                                   "expected a text with three numbers such as \"0, 0, 0\"; got " + in_short(value));
        }
    }
    step.side = section.choice("pad_type", kSides, Padding::Side::Center);
    step.is_left_top_extended = section.flag("left_top_extend", false);
    step.is_resized = section.flag("enable_resize", false);
    section.refuse("use_numpy", false, "numpy's ways of padding are not available; expected false");
    section.skip({"numpy_pad_mode"});
    return step;
}

Step read_swap(SectionReader&) {
    return Colour::Swap;
}

Step read_gray_of_bgr(SectionReader& section) {
    section.skip({"cast_to_float"});
    return Colour::GrayOfBgr;
}

Step read_gray_of_rgb(SectionReader& section) {
    section.skip({"cast_to_float"});
    return Colour::GrayOfRgb;
}

const Words<Step (*)(SectionReader&)> kSteps{{"resize", read_resize},
                                             {"auto_resize", read_auto_resize},
                                             {"crop", read_crop},
                                             {"normalization", read_normalization},
                                             {"padding", read_padding},
                                             {"bgr_to_rgb", read_swap},
                                             {"rgb_to_bgr", read_swap},
                                             {"bgr_to_gray", read_gray_of_bgr},
                                             {"rgb_to_gray", read_gray_of_rgb}};

Target read_target(SectionReader& section) {
    if (!section.has("apply_to")) {
        section.skip({"apply_to"});
        section.problems().add(section.path_of("apply_to"), "is missing; expected annotation, prediction or all");
    }
    return section.choice("apply_to", kTargets, Target::Both);
}

std::optional<Range> read_range(SectionReader& section, const std::string& name) {
    const Json& json = section.value(name);
    if (json.is_null()) {
        return std::nullopt;
    }
    const auto numbers = read_numbers(json);
    if (!numbers || numbers->empty() || numbers->size() > 2) {
        section.problems().add(section.path_of(name),
                               "expected a least value, or two with the end; got " + in_short(json));
        return std::nullopt;
    }
    Range range{numbers->front(), {}};
    if (numbers->size() == 2 && numbers->back() != 0) {  // the tool takes an end of 0 for none
        range.high = numbers->back();
    }
    return range;
}

PostStep read_resize_boxes(SectionReader& section) {
    section.refuse("uncrop", false, "is not available; expected false");
    return ResizeBoxes{section.flag("rescale", false), section.flag("unpadding", false)};
}

PostStep read_clip_boxes(SectionReader& section) {
    const auto [width, height] = read_size(section, false);
    return ClipBoxes{read_target(section), width, height, section.flag("boxes_normalized", false)};
}

PostStep read_nms(SectionReader& section) {
    return Nms{section.number("overlap", 0, 1).value_or(0.5), section.flag("include_boundaries", true),
               section.whole("keep_top_k", 0).value_or(0), section.flag("use_min_area", false)};
}

PostStep read_rounding(SectionReader& section) {
    return section.choice<Rounding>("round_policy",
                                    {{"nearest", Rounding::Nearest},
                                     {"nearest_to_zero", Rounding::NearestToZero},
                                     {"lower", Rounding::Lower},
                                     {"greater", Rounding::Greater}},
                                    Rounding::Nearest);
}

PostStep read_filter(SectionReader& section) {
    FilterBoxes step;
    step.target = read_target(section);
    step.is_removed = section.flag("remove_filtered", false);
    const Json& labels = section.value("labels");
    for (const auto& label : labels.is_array() ? labels : Json::array()) {
        if (label.is_number_integer()) {
            step.labels.push_back(label.get<std::int64_t>());
        } else {
            section.problems().add(section.path_of("labels"), "expected a list of classes' numbers");
        }
    }
    if (!labels.is_null() && !labels.is_array()) {
        section.problems().add(section.path_of("labels"), "expected a list of classes' numbers");
    }
    step.min_confidence = section.number("min_confidence", -1e30, 1e30);
    step.top_k = section.whole("top_k", 0);
    step.height = read_range(section, "height_range");
    step.width = read_range(section, "width_range");
    step.aspect_ratio = read_range(section, "aspect_ratio");
    // The tool applies these two whatever their value is.
    step.is_empty = section.has("is_empty");
    step.is_invalid = section.has("invalid_boxes");
    section.skip({"is_empty", "invalid_boxes"});
    for (const char* name : {"area_range", "area_ratio", "min_visibility"}) {
        section.refuse(name, nullptr,
                       "is not available; there are aspect_ratio, height_range, invalid_boxes, is_empty, labels, "
                       "min_confidence, top_k, width_range");
    }
    return step;
}

PostStep read_resize_mask(SectionReader& section) {
    const auto [width, height] = read_size(section, false);
    return ResizeMask{read_target(section), width, height, section.flag("to_dst_image_size", false)};
}

PostStep read_encode_mask(SectionReader& section) {
    if (read_target(section) != Target::Annotation) {
        section.problems().add(section.path_of("apply_to"), "of predictions is not available; expected annotation");
    }
    return EncodeMask{};
}

PostStep read_crop_or_pad(SectionReader& section) {
    const auto [width, height] = read_size(section, true);
    return CropOrPadMask{width, height};
}

const Words<PostStep (*)(SectionReader&)> kPostSteps{{"resize_prediction_boxes", read_resize_boxes},
                                                     {"clip_boxes", read_clip_boxes},
                                                     {"nms", read_nms},
                                                     {"cast_to_int", read_rounding},
                                                     {"filter", read_filter},
                                                     {"resize_segmentation_mask", read_resize_mask},
                                                     {"encode_segmentation_mask", read_encode_mask},
                                                     {"crop_or_pad", read_crop_or_pad}};

}  // namespace

std::optional<std::vector<double>> read_numbers(const Json& json) {
    std::vector<double> values;
    if (json.is_string()) {
        std::string text = json.get<std::string>();
        std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == '[' || c == ']' || c == ' '; });
        std::replace(text.begin(), text.end(), ',', ' ');
        std::istringstream words(text);
        for (std::string word; words >> word;) {
            std::istringstream as_number(word);
            double value = 0;
            if (!(as_number >> value) || !as_number.eof() || !std::isfinite(value)) {
                return std::nullopt;
            }
            values.push_back(value);
        }
        return values.empty() ? std::nullopt : std::optional(values);
    }
    for (const auto& value : json.is_array() ? json : Json::array({json})) {
        if (!value.is_number() || !std::isfinite(value.get<double>())) {
            return std::nullopt;
        }
        values.push_back(value.get<double>());
    }
    return values;
}

WantedSize read_size(SectionReader& section, bool is_needed) {
    const auto size = section.whole("size", 1, kLargestSide);
    const auto width = section.whole("dst_width", 1, kLargestSide),
               height = section.whole("dst_height", 1, kLargestSide);
    if (size) {
        return {*size, *size};
    }
    if (width && height) {
        return {*width, *height};
    }
    const bool is_told = section.has("size") || (section.has("dst_width") && section.has("dst_height"));
    if (!is_told && (is_needed || section.has("dst_width") || section.has("dst_height"))) {
        section.problems().add(section.path(), "expected size, or dst_width with dst_height");
    }
    return {};
}

std::optional<Step> read_step(SectionReader section) {
    return read_kind<Step>(section, "type", kSteps);
}

std::optional<PostStep> read_post_step(SectionReader section) {
    return read_kind<PostStep>(section, "type", kPostSteps);
}

}  // namespace octet
