#pragma once

#include <optional>
#include <vector>

#include "octet/checker_rules.hpp"

namespace octet {

struct PixelSize {
    int width = 0, height = 0;

    bool operator==(const PixelSize&) const = default;
};

/// What the steps that a picture goes through do to its places.
struct StepTrace {
    struct Border {
        int top = 0, left = 0, bottom = 0, right = 0;
        int width = 0, height = 0;  ///< with the picture
    };

    PixelSize picture{};                 ///< as it was read
    PixelSize size{};                    ///< as it is fed
    std::optional<PixelSize> resized{};  ///< what the last resize made; the tool's image_info
    std::optional<Border> border{};      ///< of the first padding
};

/// What apply_steps() does, for the size alone. `input`: width and height of the model's input; zero where open.
/// Throws Error(InvalidData) without a place where a step cannot be done.
StepTrace trace_steps(const std::vector<checker::Step>& steps, PixelSize picture, PixelSize input);

/// The place that each of `to` places has among `from`, as Pillow finds the nearest.
std::vector<int> nearest_places(int from, int to);

}  // namespace octet
