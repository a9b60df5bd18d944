#include "metrics/overlap.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace octet {
namespace {

constexpr std::size_t kMostCandidates = 30000;

}  // namespace

double shared_area(const Box& a, const Box& b) {
    const double width = std::fmin(a.left + a.width, b.left + b.width) - std::fmax(a.left, b.left);
    const double height = std::fmin(a.top + a.height, b.top + b.height) - std::fmax(a.top, b.top);
    return width > 0 && height > 0 ? width * height : 0;
}

double overlap(const Box& a, const Box& b) {
    const double shared = shared_area(a, b);
    return shared > 0 ? shared / (a.width * a.height + b.width * b.height - shared) : 0;
}

std::vector<FoundBox> suppress(std::vector<FoundBox> boxes, double most, std::size_t count) {
    std::stable_sort(boxes.begin(), boxes.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    if (boxes.size() > kMostCandidates) {
        boxes.resize(kMostCandidates);
    }
    std::vector<FoundBox> kept;
    std::map<std::int64_t, std::vector<std::size_t>> of_class;  // positions in `kept`
    for (const auto& box : boxes) {
        if (kept.size() == count) {
            break;
        }
        auto& rivals = of_class[box.label];
        if (std::none_of(rivals.begin(), rivals.end(),
                         [&](std::size_t rival) { return overlap(kept[rival].box, box.box) > most; })) {
            rivals.push_back(kept.size());
            kept.push_back(box);
        }
    }
    return kept;
}

}  // namespace octet
