#pragma once

#include <optional>
#include <string>
#include <vector>

namespace octet {

enum class Resize { Linear, Cubic, Area };

/// Fit a picture into the model's input keeping its proportions, the rest filled with `value`.
struct Letterbox {
    double value = 114;  ///< fill, in the picture's own units (0..255), before mean and scale
    bool center = true;  ///< picture in the middle, else at the top left
};

/// How a picture becomes a model's input. Order: crop, resize or letterbox, colour, type, (x - mean) / scale.
/// An unset field comes from the model's rt_info where that says something, else the default given here holds.
struct Preprocessing {
    std::optional<std::vector<double>> mean;   ///< one value, or one per channel in the fed order; default 0
    std::optional<std::vector<double>> scale;  ///< one value, or one per channel, never 0; default 1
    std::optional<bool> rgb;                   ///< feed RGB instead of BGR; default false
    std::optional<Resize> resize;              ///< default Linear
    std::optional<double> crop_fraction;       ///< central part kept before resizing, in (0, 1]; default 1
    std::optional<Letterbox> letterbox;        ///< default: stretch to the input's size
    std::optional<std::string> layout;         ///< "NCHW" or "NHWC"; default: the model's own layout, else guessed
};

}  // namespace octet
