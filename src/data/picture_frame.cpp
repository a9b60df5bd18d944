#include "data/picture_frame.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace octet {
namespace {

PixelArea central(const PixelArea& area, int width, int height) {
    return {area.left + (area.width - width) / 2, area.top + (area.height - height) / 2, width, height};
}

int in_proportion(int side, int to, int from) {
    return std::max(1, static_cast<int>(static_cast<std::int64_t>(side) * to / from));
}

PixelArea kept_area(const Preprocessing& p, int width, int height, int to_width, int to_height) {
    PixelArea kept{0, 0, width, height};
    const double fraction = p.crop_fraction.value_or(1);
    if (fraction < 1) {
        kept = central(kept, std::max(1, static_cast<int>(width * fraction)),
                       std::max(1, static_cast<int>(height * fraction)));
    }
    if (p.fit == Fit::Crop) {
        kept = central(kept, std::min(kept.width, in_proportion(kept.height, to_width, to_height)),
                       std::min(kept.height, in_proportion(kept.width, to_height, to_width)));
    }
    return kept;
}

}  // namespace

PictureFrame picture_frame(const Preprocessing& p, int width, int height, int to_width, int to_height) {
    const PixelArea kept = kept_area(p, width, height, to_width, to_height);
    const int whole_width = to_width == 0 ? kept.width : to_width;
    const int whole_height = to_height == 0 ? kept.height : to_height;
    PixelArea placed{0, 0, whole_width, whole_height};
    const Fit fit = p.fit.value_or(p.letterbox ? Fit::Letterbox : Fit::Stretch);
    if (fit == Fit::Letterbox) {
        const double ratio =
            std::min(static_cast<double>(whole_height) / kept.height, static_cast<double>(whole_width) / kept.width);
        placed.height = std::clamp(static_cast<int>(std::nearbyint(kept.height * ratio)), 1, whole_height);
        placed.width = std::clamp(static_cast<int>(std::nearbyint(kept.width * ratio)), 1, whole_width);
        if (p.letterbox.value_or(Letterbox{}).center) {
            placed.top = (whole_height - placed.height) / 2;
            placed.left = (whole_width - placed.width) / 2;
        }
    }
    return {kept, placed};
}

}  // namespace octet
