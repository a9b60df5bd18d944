#pragma once

#include <optional>
#include <string>
#include <vector>

#include <openvino/core/model.hpp>

#include "octet/export.hpp"

namespace octet {

enum class Resize { Linear, Cubic, Area };

/// How a picture gets the input's proportions.
enum class Fit {
    Stretch,    ///< resized to the input's size, whatever its proportions
    Letterbox,  ///< resized as a whole, the rest filled; see Letterbox
    Crop,       ///< first cut to its largest central part with the input's proportions
};

/// Fit a picture into the model's input keeping its proportions, the rest filled with `value`.
/// With r = min(height/h, width/w) the picture becomes round(h*r) x round(w*r), halves to even.
struct Letterbox {
    double value = 114;  ///< fill, in the picture's own units (0..255), before mean and scale
    bool center = true;  ///< picture in the middle (an odd pixel goes to the bottom or right), else at the top left

    bool operator==(const Letterbox&) const = default;
};

/// How a picture becomes a model's input. Order: crop, resize or letterbox, colour, type, (x - mean) / scale.
/// An unset field comes from the model's rt_info where that says something, else the default given here holds.
///
/// Pictures are read as 8 bits a channel, turned as their EXIF orientation says; an input with one channel gets grey.
/// An axis of the input that is dynamic keeps the picture's own extent. (The braces let users name single fields,
/// `{.rgb = true}`, without a compiler's warning about the others.)
struct Preprocessing {
    std::optional<std::vector<double>> mean{};   ///< one value, or one per channel in the fed order; default 0
    std::optional<std::vector<double>> scale{};  ///< one value, or one per channel, never 0; default 1
    std::optional<bool> rgb{};                   ///< feed RGB instead of BGR; default false
    std::optional<Resize> resize{};              ///< default Linear
    std::optional<double> crop_fraction{};       ///< central part kept before resizing, in (0, 1]; default 1
    std::optional<Letterbox> letterbox{};        ///< the picture keeps its proportions; implies `fit` Letterbox
    std::optional<std::string> layout{};         ///< "NCHW" or "NHWC"; default: the model's own layout, else guessed
    std::optional<Fit> fit{};                    ///< default Letterbox where `letterbox` is set, else Stretch

    bool operator==(const Preprocessing&) const = default;
};

/// `given`, with the fields that it leaves unset taken from `base`; `fit` and `letterbox` are taken together.
OCTET_API Preprocessing completed(Preprocessing given, const Preprocessing& base);

/// What pictures fed to `input` of `model` will go through: `given`, completed from the model's rt_info
/// (`octet/preparation`, then `model_info`) and the defaults. Every field is set, but `letterbox` only where `fit` is
/// Letterbox; `mean` and `scale` have one value or one per channel; `layout` is NCHW, NHWC, CHW or HWC.
/// `input` is a tensor's or parameter's name; empty: the only input that can take pictures.
/// Throws Error(InvalidOption) for a value out of range, a wrong number of means or scales, a layout that cannot be
/// guessed; Error(InvalidModel) where the rt_info that would be used is malformed.
OCTET_API Preprocessing effective_preprocessing(const ov::Model& model, const Preprocessing& given,
                                                const std::string& input = {});

/// The set fields as a JSON object, as kept in rt_info.
OCTET_API std::string to_json(const Preprocessing& preprocessing);

/// The set fields in one line for a person: `NCHW, RGB, stretched (linear), mean 0.485 ..., scale ...`.
OCTET_API std::string describe(const Preprocessing& preprocessing);

}  // namespace octet
