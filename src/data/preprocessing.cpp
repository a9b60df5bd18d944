#include "data/preprocessing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/rt_info.hpp"

namespace octet {
namespace {

[[noreturn]] void invalid(const std::string& where, const std::string& message) {
    throw Error(ErrorCode::InvalidOption, where, message);
}

void apply_defaults(Preprocessing& p) {
    p.mean = p.mean.value_or(std::vector<double>{0});
    p.scale = p.scale.value_or(std::vector<double>{1});
    p.rgb = p.rgb.value_or(false);
    p.resize = p.resize.value_or(Resize::Linear);
    p.crop_fraction = p.crop_fraction.value_or(1);
    p.fit = p.fit.value_or(p.letterbox ? Fit::Letterbox : Fit::Stretch);
    if (p.fit == Fit::Letterbox && !p.letterbox) {
        p.letterbox = Letterbox{};
    }
}

void check_values(const char* name, const std::vector<double>& values, std::size_t channels) {
    if (values.size() != 1 && values.size() != channels) {
        invalid(name, "expected one value or one per channel (" + std::to_string(channels) + "), got " +
                          std::to_string(values.size()));
    }
    for (const double value : values) {
        if (!std::isfinite(value)) {
            invalid(name, "expected finite values");
        }
    }
}

void check(const Preprocessing& p, std::size_t channels) {
    check_values("mean", *p.mean, channels);
    check_values("scale", *p.scale, channels);
    if (std::find(p.scale->begin(), p.scale->end(), 0.0) != p.scale->end()) {
        invalid("scale", "expected values other than 0, as pixels are divided by them");
    }
    if (!(*p.crop_fraction > 0 && *p.crop_fraction <= 1)) {
        invalid("crop_fraction", "expected a number above 0 and up to 1, got " + number_text(*p.crop_fraction));
    }
    if (p.letterbox && p.fit != Fit::Letterbox) {
        invalid("letterbox", "is given together with another fit; leave one of the two out");
    }
    if (p.letterbox && !(p.letterbox->value >= 0 && p.letterbox->value <= 255)) {
        invalid("letterbox", "expected a fill from 0 to 255, got " + number_text(p.letterbox->value));
    }
}

/// Whether `dim` can hold a picture's channels.
bool holds_channels(const ov::Dimension& dim) {
    return dim.is_static() && (dim.get_length() == 1 || dim.get_length() == 3);
}

PictureLayout make_layout(std::size_t rank, bool channels_first) {
    const std::size_t first = rank == 4 ? 1 : 0;
    if (channels_first) {
        return {first, first + 1, first + 2, rank == 4 ? "NCHW" : "CHW"};
    }
    return {first + 2, first, first + 1, rank == 4 ? "NHWC" : "HWC"};
}

/// 'C' first or last, from a name such as "NCHW", "HWC" or "image:NHWC"; throws where it is neither.
bool is_channels_first(const std::string& text, const std::string& where) {
    const std::size_t colon = text.rfind(':');
    std::string name = lower_case(colon == std::string::npos ? text : text.substr(colon + 1));
    std::erase_if(name, [](char c) { return std::string_view("[], ").find(c) != std::string_view::npos; });
    if (name == "nchw" || name == "chw") {
        return true;
    }
    if (name == "nhwc" || name == "hwc") {
        return false;
    }
    invalid(where, "unknown layout \"" + text + "\"; expected NCHW or NHWC");
}

void check_layout(const ModelInput& input, const PictureLayout& layout, const std::string& where) {
    const ov::Dimension& channels = input.shape[layout.channels];
    if (channels.is_static() && !holds_channels(channels)) {
        invalid(where, layout.name + " would give " + describe(input.type, input.shape) + " " +
                           std::to_string(channels.get_length()) + " channels; pictures have 3 or 1");
    }
    if (layout.name.size() == 4 && !input.shape[0].compatible(1)) {
        invalid(where, describe(input.type, input.shape) + " has a batch of " + input.shape[0].to_string() +
                           "; pictures are fed one at a time, so reshape the model to a batch of 1");
    }
}

/// The layout that the model itself declares for a picture, empty where it declares none.
std::string declared_layout(const ModelInput& input) {
    const ov::Layout& layout = input.layout;
    if (!ov::layout::has_channels(layout) || !ov::layout::has_height(layout) || !ov::layout::has_width(layout)) {
        return {};
    }
    const auto rank = static_cast<std::int64_t>(input.shape.size());
    const auto axis = [rank](std::int64_t index) { return index < 0 ? index + rank : index; };
    const std::int64_t channels = axis(ov::layout::channels_idx(layout));
    const std::int64_t height = axis(ov::layout::height_idx(layout));
    const std::int64_t width = axis(ov::layout::width_idx(layout));
    if (width != height + 1) {
        return {};
    }
    return channels + 1 == height ? "NCHW" : channels == width + 1 ? "NHWC" : "";
}

bool is_picture_shape(const ModelInput& input) {
    const auto& shape = input.shape;
    if (shape.rank().is_dynamic() || (shape.size() != 3 && shape.size() != 4)) {
        return false;
    }
    return !declared_layout(input).empty() || holds_channels(shape[shape.size() - 3]) ||
           holds_channels(shape[shape.size() - 1]);
}

}  // namespace

PictureLayout picture_layout(const ModelInput& input, const std::string& wanted) {
    const std::string where = "input \"" + input.name() + "\"";
    const auto& shape = input.shape;
    if (shape.rank().is_dynamic() || (shape.size() != 3 && shape.size() != 4)) {
        invalid(where, describe(input.type, shape) +
                           " cannot take pictures; expected 3 or 4 axes, "
                           "or arrays (.npz, .npy) as data");
    }
    const std::string text = wanted.empty() ? declared_layout(input) : wanted;
    if (!text.empty()) {
        auto layout = make_layout(shape.size(), is_channels_first(text, "layout"));
        check_layout(input, layout, where);
        return layout;
    }
    const bool first = holds_channels(shape[shape.size() - 3]);
    const bool last = holds_channels(shape[shape.size() - 1]);
    if (first == last) {
        invalid(where, describe(input.type, shape) +
                           (first ? " could be NCHW or NHWC" : " has no axis of 3 or 1 channels") +
                           "; say which with --layout NCHW or NHWC");
    }
    auto layout = make_layout(shape.size(), first);
    check_layout(input, layout, where);
    return layout;
}

std::size_t find_picture_input(const std::vector<ModelInput>& inputs, const std::string& name,
                               const std::string& where) {
    if (!name.empty() || inputs.size() == 1) {
        return find_input(inputs, name, where);
    }
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (is_picture_shape(inputs[i])) {
            found.push_back(i);
        }
    }
    if (found.size() != 1) {
        invalid(where, std::to_string(found.size()) +
                           " of the model's inputs can take pictures; say which, as NAME=PATH: " + list_names(inputs));
    }
    return found.front();
}

Preprocessing resolve(const ov::Model& model, const ModelInput& input, const Preprocessing& given) {
    Preprocessing result = given;
    if (const auto kept = kept_preparation(model)) {
        result = completed(std::move(result), *kept);
    }
    result = completed(result, model_info_preprocessing(model, result));
    apply_defaults(result);
    const auto layout = picture_layout(input, result.layout.value_or(""));
    result.layout = layout.name;
    const ov::Dimension& channels = input.shape[layout.channels];
    check(result, channels.is_static() ? static_cast<std::size_t>(channels.get_length()) : 3);
    return result;
}

Preprocessing completed(Preprocessing given, const Preprocessing& base) {
    const auto take = [](auto& to, const auto& from) {
        if (!to) {
            to = from;
        }
    };
    take(given.mean, base.mean);
    take(given.scale, base.scale);
    take(given.rgb, base.rgb);
    take(given.resize, base.resize);
    take(given.crop_fraction, base.crop_fraction);
    take(given.layout, base.layout);
    // `fit` and `letterbox` say one thing together, so one that says either overrules all later ones.
    if (!given.fit && !given.letterbox) {
        given.fit = base.fit;
        given.letterbox = base.letterbox;
    }
    return given;
}

Preprocessing effective_preprocessing(const ov::Model& model, const Preprocessing& given, const std::string& input) {
    const auto inputs = model_inputs(model);
    return resolve(model, inputs[find_picture_input(inputs, input, "pictures")], given);
}

}  // namespace octet
