#include "metrics/checker_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace octet {
namespace {

using checker::Target;

bool is_within(double value, const checker::Range& range) {
    return range.low <= value && (!range.high || value < *range.high);
}

/// By ascending score, then turned round, as numpy's argsort()[::-1] gives them.
std::vector<std::size_t> by_score(const std::vector<CheckedBox>& boxes) {
    std::vector<std::size_t> order(boxes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return boxes[a].score < boxes[b].score; });
    std::reverse(order.begin(), order.end());
    return order;
}

/// The positions that are not in `kept`.
std::vector<std::size_t> others(std::size_t count, const std::vector<std::size_t>& kept) {
    std::vector<char> is_kept(count);
    for (const std::size_t i : kept) {
        is_kept[i] = 1;
    }
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_kept[i]) {
            rest.push_back(i);
        }
    }
    return rest;
}

double overlap(const CheckedBox& a, const CheckedBox& b, const checker::Nms& step) {
    const double border = step.has_boundaries ? 1 : 0;
    const auto area = [&](const CheckedBox& box) {
        return (box.right - box.left + border) * (box.bottom - box.top + border);
    };
    const double width = std::max(0.0, std::min(a.right, b.right) - std::max(a.left, b.left) + border);
    const double height = std::max(0.0, std::min(a.bottom, b.bottom) - std::max(a.top, b.top) + border);
    const double shared = width * height;
    const double base = step.is_min_area ? std::min(area(a), area(b)) : area(a) + area(b) - shared;
    return base == 0 ? 0 : shared / base;
}

std::vector<std::size_t> suppressed(const std::vector<CheckedBox>& boxes, const checker::Nms& step) {
    auto order = by_score(boxes);
    if (step.most > 0) {
        order.resize(std::min(order.size(), static_cast<std::size_t>(step.most)));
    }
    std::vector<std::size_t> kept;
    while (!order.empty()) {
        const std::size_t best = order.front();
        kept.push_back(best);
        order.erase(order.begin());
        std::erase_if(order, [&](std::size_t i) { return !(overlap(boxes[best], boxes[i], step) <= step.overlap); });
    }
    return others(boxes.size(), kept);
}

using IsFiltered = bool (*)(const CheckedBox&, const checker::FilterBoxes&);

bool has_label(const CheckedBox& box, const checker::FilterBoxes& step) {
    return std::find(step.labels.begin(), step.labels.end(), box.label) != step.labels.end();
}
bool is_unsure(const CheckedBox& box, const checker::FilterBoxes& step) {
    return box.score < *step.min_confidence;
}
bool has_other_height(const CheckedBox& box, const checker::FilterBoxes& step) {
    return !is_within(box.bottom - box.top, *step.height);
}
bool has_other_width(const CheckedBox& box, const checker::FilterBoxes& step) {
    return !is_within(box.right - box.left, *step.width);
}
bool has_other_ratio(const CheckedBox& box, const checker::FilterBoxes& step) {
    const double width = std::max(box.right - box.left, std::numeric_limits<double>::epsilon());
    return !is_within((box.bottom - box.top) / width, *step.aspect_ratio);
}
bool is_empty(const CheckedBox& box, const checker::FilterBoxes&) {
    return box.right - box.left <= 0 || box.bottom - box.top <= 0;
}
bool is_invalid(const CheckedBox& box, const checker::FilterBoxes&) {
    return !std::isfinite(box.left) || !std::isfinite(box.right) || !std::isfinite(box.top) ||
           !std::isfinite(box.bottom);
}

void drop(CheckedBoxes& boxes, const std::vector<std::size_t>& positions, bool is_removed) {
    if (is_removed) {
        boxes.remove(positions);
    } else {
        std::transform(positions.begin(), positions.end(), std::back_inserter(boxes.difficult),
                       [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); });
    }
}

void filter(CheckedBoxes& boxes, const checker::FilterBoxes& step, bool is_truth) {
    const std::pair<bool, IsFiltered> kFilters[] = {{!step.labels.empty(), has_label},
                                                    {step.min_confidence.has_value() && !is_truth, is_unsure},
                                                    {step.height.has_value(), has_other_height},
                                                    {step.width.has_value(), has_other_width},
                                                    {step.aspect_ratio.has_value(), has_other_ratio},
                                                    {step.is_empty, is_empty},
                                                    {step.is_invalid, is_invalid}};
    for (const auto& [is_wanted, is_filtered] : kFilters) {
        std::vector<std::size_t> positions;
        for (std::size_t i = 0; is_wanted && i < boxes.boxes.size(); ++i) {
            if (is_filtered(boxes.boxes[i], step)) {
                positions.push_back(i);
            }
        }
        if (is_wanted) {
            drop(boxes, positions, step.is_removed);
        }
    }
    if (step.top_k && !is_truth && boxes.boxes.size() > static_cast<std::size_t>(*step.top_k)) {
        auto kept = by_score(boxes.boxes);
        kept.resize(static_cast<std::size_t>(*step.top_k));
        drop(boxes, others(boxes.boxes.size(), kept), step.is_removed);
    }
}

double rounded(double value, checker::Rounding how) {
    switch (how) {
        case checker::Rounding::NearestToZero:
            return std::trunc(value);
        case checker::Rounding::Lower:
            return std::floor(value);
        case checker::Rounding::Greater:
            return std::ceil(value);
        case checker::Rounding::Nearest:
            break;
    }
    return std::nearbyint(value);
}

class PostProcessor {
public:
    PostProcessor(const StepTrace& trace, CheckedPicture& picture) : trace_(trace), picture_(picture) {}

    void operator()(const checker::ResizeBoxes& step) {
        double across = trace_.picture.width, down = trace_.picture.height, right = 0, below = 0;
        if (step.is_rescaled) {
            const PixelSize input = trace_.resized.value_or(trace_.picture);
            across /= input.width;
            down /= input.height;
        }
        if (step.is_unpadded && trace_.border) {
            const auto& border = *trace_.border;
            const double width = border.width - border.left - border.right;
            const double height = border.height - border.top - border.bottom;
            across = border.width / width * trace_.picture.width;
            down = border.height / height * trace_.picture.height;
            right = border.left / width * trace_.picture.width;
            below = border.top / height * trace_.picture.width;  // the tool takes the width here, too
        }
        for (auto& box : picture_.found.boxes) {
            box.left = box.left * across + right;
            box.right = box.right * across + right;
            box.top = box.top * down + below;
            box.bottom = box.bottom * down + below;
        }
    }

    void operator()(const checker::ClipBoxes& step) {
        const double width = step.is_normalized ? 1 : step.width > 0 ? step.width : trace_.picture.width;
        const double height = step.is_normalized ? 1 : step.height > 0 ? step.height : trace_.picture.height;
        for (auto* boxes : targets(step.target)) {
            for (auto& box : boxes->boxes) {
                box.left = std::clamp(box.left, 0.0, width);
                box.right = std::clamp(box.right, 0.0, width);
                box.top = std::clamp(box.top, 0.0, height);
                box.bottom = std::clamp(box.bottom, 0.0, height);
            }
        }
    }

    void operator()(const checker::Nms& step) {
        picture_.found.remove(suppressed(picture_.found.boxes, step));
    }

    void operator()(checker::Rounding step) {
        for (auto* boxes : targets(Target::Both)) {
            for (auto& box : boxes->boxes) {
                for (double* place : {&box.left, &box.top, &box.right, &box.bottom}) {
                    *place = rounded(*place, step);
                }
            }
        }
    }

    void operator()(const checker::FilterBoxes& step) {
        for (auto* boxes : targets(step.target)) {
            filter(*boxes, step, boxes == &picture_.truth);
        }
    }

    void operator()(const checker::ResizeMask&) {}
    void operator()(const checker::EncodeMask&) {}
    void operator()(const checker::CropOrPadMask&) {}

private:
    std::vector<CheckedBoxes*> targets(Target target) const {
        std::vector<CheckedBoxes*> boxes;
        if (target != Target::Prediction) {
            boxes.push_back(&picture_.truth);
        }
        if (target != Target::Annotation) {
            boxes.push_back(&picture_.found);
        }
        return boxes;
    }

    const StepTrace& trace_;
    CheckedPicture& picture_;
};

}  // namespace

void CheckedBoxes::remove(const std::vector<std::size_t>& positions) {
    std::vector<CheckedBox> rest;
    auto next = positions.begin();
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (next != positions.end() && *next == i) {
            ++next;
        } else {
            rest.push_back(boxes[i]);
        }
    }
    boxes = std::move(rest);
    std::vector<std::ptrdiff_t> still;
    std::size_t removed = 0;
    for (std::size_t i = 0; i < difficult.size() && removed < positions.size();) {
        if (difficult[i] < static_cast<std::ptrdiff_t>(positions[removed])) {
            still.push_back(difficult[i++] - static_cast<std::ptrdiff_t>(removed));
        } else {
            ++removed;
        }
    }
    difficult = std::move(still);
}

std::vector<char> CheckedBoxes::is_difficult() const {
    std::vector<char> flags(boxes.size());
    const auto size = static_cast<std::ptrdiff_t>(flags.size());
    for (const std::ptrdiff_t i : difficult) {
        const std::ptrdiff_t at = i < 0 ? size + i : i;
        if (at >= 0 && at < size) {
            flags[static_cast<std::size_t>(at)] = 1;
        }
    }
    return flags;
}

void post_process(const std::vector<checker::PostStep>& steps, const StepTrace& trace, CheckedPicture& picture) {
    PostProcessor process(trace, picture);
    for (const auto& step : steps) {
        std::visit(process, step);
    }
}

}  // namespace octet
