#include "metrics/checker_precision.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace octet {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kNone = -std::numeric_limits<double>::infinity();

/// How two boxes overlap, with a border of a pixel or none.
struct Overlap {
    double border = 0;

    double area(double left, double top, double right, double bottom) const {
        return (right - left + border) * (bottom - top + border);
    }
    double area(const CheckedBox& box) const {
        return area(box.left, box.top, box.right, box.bottom);
    }
    // Boxes apart share a line or a point, which a border makes an area of.
    double shared(const CheckedBox& a, const CheckedBox& b) const {
        const double left = std::max(a.left, b.left), top = std::max(a.top, b.top);
        return area(left, top, std::max(left, std::min(a.right, b.right)), std::max(top, std::min(a.bottom, b.bottom)));
    }
    double over_union(const CheckedBox& found, const CheckedBox& truth) const {
        const double both = shared(found, truth), all = area(found) + area(truth) - both;
        return all != 0 ? both / all : 0;
    }
    double over_found(const CheckedBox& found, const CheckedBox& truth) const {
        const double all = area(found);
        return all != 0 ? shared(found, truth) / all : 0;
    }
};

/// The true boxes of a class in a picture.
struct Truths {
    std::vector<CheckedBox> boxes;
    std::vector<char> is_difficult, is_used;
};

Truths truths_of(const CheckedBoxes& all, std::int64_t label, bool ignores_difficult) {
    Truths truths;
    const auto flags = all.is_difficult();
    for (std::size_t i = 0; i < all.boxes.size(); ++i) {
        if (all.boxes[i].label == label) {
            truths.boxes.push_back(all.boxes[i]);
            truths.is_difficult.push_back(ignores_difficult && flags[i]);
        }
    }
    truths.is_used.resize(truths.boxes.size());
    return truths;
}

struct Found {
    CheckedBox box;
    std::size_t picture;
    bool is_difficult;
};

/// All found boxes of a class, the surest first.
std::vector<Found> found_of(const std::vector<CheckedPicture>& pictures, std::int64_t label, bool ignores_difficult) {
    std::vector<Found> found;
    for (std::size_t p = 0; p < pictures.size(); ++p) {
        const auto flags = pictures[p].found.is_difficult();
        for (std::size_t i = 0; i < flags.size(); ++i) {
            const auto& box = pictures[p].found.boxes[i];
            if (box.label == label) {
                found.push_back({box, p, ignores_difficult && flags[i]});
            }
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.box.score > b.box.score; });
    return found;
}

/// PASCAL VOC's matching of one class.
class VocMatcher {
public:
    VocMatcher(const checker::MeanAp& metric, const std::vector<CheckedPicture>& pictures, std::int64_t label)
        : metric_(metric),
          overlap_{metric.has_boundaries ? 1.0 : 0.0},
          found_(found_of(pictures, label, metric.ignores_difficult)) {
        for (const auto& picture : pictures) {
            truths_.push_back(truths_of(picture.truth, label, metric.ignores_difficult));
            const auto& flags = truths_.back().is_difficult;
            count_ += static_cast<double>(std::count(flags.begin(), flags.end(), 0));
        }
    }

    std::optional<double> average_precision() {
        std::vector<double> precision, recall;
        double right = 0, wrong = 0;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            const int outcome = match(found_[i]);
            right += outcome > 0 ? 1 : 0;
            wrong += outcome < 0 ? 1 : 0;
            const bool is_distinct = i + 1 == found_.size() || found_[i].box.score != found_[i + 1].box.score;
            if (is_distinct || !metric_.has_distinct_scores) {
                precision.push_back(right / std::max(right + wrong, kEpsilon));
                recall.push_back(right / std::max(count_, kEpsilon));
            }
        }
        if (recall.empty()) {
            return std::nullopt;
        }
        return metric_.is_11_point ? eleven_points(precision, recall) : area_under(precision, recall);
    }

private:
    int wrong(const Found& found) const {
        return metric_.ignores_difficult && found.is_difficult ? 0 : -1;
    }

    /// 1: right, -1: wrong, 0: counts neither way.
    int match(const Found& found) {
        Truths& truths = truths_[found.picture];
        if (truths.boxes.empty()) {
            return -1;
        }
        std::vector<double> overlaps;
        double most = kNone, most_ignored = kNone;
        for (std::size_t i = 0; i < truths.boxes.size(); ++i) {
            const bool is_ignored = truths.is_difficult[i] != 0;
            const bool is_ioa =
                metric_.is_ioa || (is_ignored && metric_.ignores_difficult && metric_.allows_matches_per_ignored);
            overlaps.push_back(is_ioa ? overlap_.over_found(found.box, truths.boxes[i])
                                      : overlap_.over_union(found.box, truths.boxes[i]));
            (is_ignored ? most_ignored : most) = std::max(is_ignored ? most_ignored : most, overlaps.back());
        }
        if (most < metric_.overlap && most_ignored != kNone) {
            most = most_ignored;
        }
        if (most < metric_.overlap) {
            return wrong(found);
        }
        // All that overlap as much are taken together.
        bool is_difficult = false, is_used = false;
        for (std::size_t i = 0; i < overlaps.size(); ++i) {
            is_difficult = is_difficult || (overlaps[i] == most && truths.is_difficult[i]);
            is_used = is_used || (overlaps[i] == most && truths.is_used[i]);
        }
        const auto use = [&] {
            for (std::size_t i = 0; i < overlaps.size(); ++i) {
                truths.is_used[i] = truths.is_used[i] || overlaps[i] == most;
            }
        };
        if (!is_difficult) {
            if (is_used) {
                return wrong(found);
            }
            if (!metric_.ignores_difficult || metric_.counts_filtered || !found.is_difficult) {
                use();
                return 1;
            }
            return 0;
        }
        if (metric_.allows_matches_per_ignored) {
            return 0;
        }
        use();
        return is_used ? wrong(found) : 0;
    }

    static double eleven_points(const std::vector<double>& precision, const std::vector<double>& recall) {
        double sum = 0;
        for (int i = 0; i <= 10; ++i) {
            const double point = i * 0.1;  // numpy's arange()
            double most = 0;
            for (std::size_t j = 0; j < recall.size(); ++j) {
                most = recall[j] >= point ? std::max(most, precision[j]) : most;
            }
            sum += most / 11;
        }
        return sum;
    }

    static double area_under(std::vector<double> precision, std::vector<double> recall) {
        precision.insert(precision.begin(), 0);
        precision.push_back(0);
        recall.insert(recall.begin(), 0);
        recall.push_back(1);
        for (std::size_t i = precision.size(); i-- > 1;) {
            precision[i - 1] = std::max(precision[i - 1], precision[i]);
        }
        double sum = 0;
        for (std::size_t i = 1; i < recall.size(); ++i) {
            sum += (recall[i] - recall[i - 1]) * precision[i];
        }
        return sum;
    }

    const checker::MeanAp& metric_;
    Overlap overlap_;
    std::vector<Found> found_;
    std::vector<Truths> truths_;
    double count_ = 0;
};

/// The outcome of a found box at each overlap.
struct CocoBox {
    double score;
    std::vector<char> is_matched, is_ignored;
};

/// COCO's matching of one class in one picture, as the tool does it.
class CocoMatcher {
public:
    CocoMatcher(const checker::CocoPrecision& metric, const CheckedPicture& picture, std::int64_t label)
        : thresholds_(metric.thresholds) {
        take_truths(picture.truth, label);
        const auto flags = picture.found.is_difficult();
        for (std::size_t i = 0; i < flags.size(); ++i) {
            if (picture.found.boxes[i].label == label) {
                found_.push_back({picture.found.boxes[i], 0, flags[i] != 0});
            }
        }
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Found& a, const Found& b) { return a.box.score > b.box.score; });
        found_.resize(std::min(found_.size(), metric.most));
    }

    std::vector<CocoBox> match() const {
        std::vector<CocoBox> boxes;
        for (const auto& found : found_) {
            boxes.push_back({found.box.score, std::vector<char>(thresholds_.size()),
                             std::vector<char>(thresholds_.size(), found.is_difficult)});
        }
        for (std::size_t t = 0; t < thresholds_.size(); ++t) {
            match_at(t, boxes);
        }
        return boxes;
    }

    std::size_t counted() const {
        return static_cast<std::size_t>(
            std::count_if(truths_.begin(), truths_.end(), [](const Truth& truth) { return !truth.is_ignored; }));
    }

private:
    struct Truth {
        CheckedBox box;
        bool is_ignored;
    };

    void take_truths(const CheckedBoxes& all, std::int64_t label) {
        const auto flags = all.is_difficult();
        for (std::size_t i = 0; i < flags.size(); ++i) {
            if (all.boxes[i].label == label) {
                truths_.push_back({all.boxes[i], flags[i] || all.boxes[i].is_crowd});
            }
        }
        std::stable_partition(truths_.begin(), truths_.end(), [](const Truth& truth) { return !truth.is_ignored; });
    }

    void match_at(std::size_t t, std::vector<CocoBox>& boxes) const {
        constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
        std::vector<char> is_taken(truths_.size());
        for (std::size_t i = 0; i < found_.size(); ++i) {
            double most = std::min(thresholds_[t], 1 - 1e-10);
            std::size_t best = kNobody;
            for (std::size_t j = 0; j < truths_.size(); ++j) {
                if (is_taken[j] && !truths_[j].box.is_crowd) {
                    continue;
                }
                if (best != kNobody && !truths_[best].is_ignored && truths_[j].is_ignored) {
                    break;
                }
                // The tool keeps overlaps as float.
                const double overlap = static_cast<float>(Overlap{}.over_union(found_[i].box, truths_[j].box));
                if (!(overlap < most)) {
                    most = overlap;
                    best = j;
                }
            }
            if (best == kNobody) {
                continue;
            }
            boxes[i].is_matched[t] = 1;
            boxes[i].is_ignored[t] = boxes[i].is_ignored[t] || truths_[best].is_ignored;
            is_taken[best] = i > 0;  // to the tool 0 is nobody, so that what the first box takes stays free
        }
    }

    const std::vector<double>& thresholds_;
    std::vector<Truth> truths_;
    std::vector<Found> found_;
};

double precision_at_recalls(const std::vector<CocoBox>& ranked, std::size_t t, double truths) {
    constexpr int kRecalls = 101;
    std::vector<double> recall, precision;
    double right = 0, wrong = 0;
    for (const auto& box : ranked) {
        right += box.is_matched[t] && !box.is_ignored[t] ? 1 : 0;
        wrong += !box.is_matched[t] && !box.is_ignored[t] ? 1 : 0;
        recall.push_back(right / truths);
        precision.push_back(right / (wrong + right + kEpsilon));
    }
    for (std::size_t i = precision.size(); i-- > 1;) {
        precision[i - 1] = std::max(precision[i - 1], precision[i]);
    }
    double sum = 0;
    for (int i = 0; i < kRecalls; ++i) {
        const double point = i == kRecalls - 1 ? 1 : i * 0.01;  // numpy's linspace()
        const auto at =
            static_cast<std::size_t>(std::lower_bound(recall.begin(), recall.end(), point) - recall.begin());
        sum += at < precision.size() ? precision[at] : 0;
    }
    return sum / kRecalls;
}

}  // namespace

ClassFigures average_precisions(const checker::MeanAp& metric, const std::vector<CheckedPicture>& pictures,
                                const std::vector<std::int64_t>& labels) {
    ClassFigures figures;
    for (const std::int64_t label : labels) {
        figures.push_back(VocMatcher(metric, pictures, label).average_precision());
    }
    return figures;
}

ClassFigures average_precisions(const checker::CocoPrecision& metric, const std::vector<CheckedPicture>& pictures,
                                const std::vector<std::int64_t>& labels) {
    ClassFigures figures;
    for (const std::int64_t label : labels) {
        std::vector<CocoBox> ranked;
        std::size_t truths = 0;
        for (const auto& picture : pictures) {
            const CocoMatcher matcher(metric, picture, label);
            auto boxes = matcher.match();
            ranked.insert(ranked.end(), boxes.begin(), boxes.end());
            truths += matcher.counted();
        }
        if (truths == 0) {
            figures.emplace_back();
            continue;
        }
        std::stable_sort(ranked.begin(), ranked.end(),
                         [](const CocoBox& a, const CocoBox& b) { return a.score > b.score; });
        double sum = 0;
        for (std::size_t t = 0; t < metric.thresholds.size(); ++t) {
            sum += precision_at_recalls(ranked, t, static_cast<double>(truths));
        }
        figures.emplace_back(sum / static_cast<double>(metric.thresholds.size()));
    }
    return figures;
}

double mean_of(const ClassFigures& figures) {
    double sum = 0, count = 0;
    for (const auto& figure : figures) {
        sum += figure.value_or(0);
        count += figure ? 1 : 0;
    }
    return count > 0 ? sum / count : 0;
}

}  // namespace octet
