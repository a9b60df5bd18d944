#include "metrics/average_precision.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostBoxes = 100;
constexpr double kLargestArea = 1e5 * 1e5;
constexpr std::size_t kThresholds = 10, kRecalls = 101;
constexpr std::size_t kAt75 = 5;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// As numpy.linspace() makes them, to the last bit.
template <std::size_t Count>
std::array<double, Count> evenly(double first, double last) {
    std::array<double, Count> values{};
    const double step = (last - first) / (Count - 1);
    for (std::size_t i = 0; i < Count; ++i) {
        values[i] = static_cast<double>(i) * step + first;
    }
    values.back() = last;
    return values;
}

const std::array<double, kThresholds>& thresholds() {
    static const auto values = evenly<kThresholds>(.5, .95);
    return values;
}

/// Boxes of one category in one picture; the ignored true ones stand last.
class CategoryMatcher {
public:
    CategoryMatcher(std::vector<FoundBox> found, std::vector<TrueBox> truth)
        : found_(std::move(found)), truth_(std::move(truth)) {
        std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
        found_.resize(std::min(found_.size(), kMostBoxes));
        std::stable_partition(truth_.begin(), truth_.end(), [](const TrueBox& box) { return !is_ignored(box); });
        for (const auto& box : found_) {
            for (const auto& each : truth_) {
                overlaps_.push_back(overlap_with(box.box, each));
            }
        }
    }

    PictureMatches::OfCategory match() const {
        PictureMatches::OfCategory out;
        for (const auto& box : found_) {
            out.boxes.push_back({box.score, 0, 0});
        }
        out.truths = static_cast<std::size_t>(
            std::count_if(truth_.begin(), truth_.end(), [](const TrueBox& box) { return !is_ignored(box); }));
        for (std::size_t t = 0; t < kThresholds; ++t) {
            match_at(t, out.boxes);
        }
        return out;
    }

private:
    static bool is_ignored(const TrueBox& box) {
        return box.is_crowd || box.area > kLargestArea;
    }

    // A box may be any part of a crowd.
    static double overlap_with(const Box& found, const TrueBox& truth) {
        if (!truth.is_crowd) {
            return overlap(found, truth.box);
        }
        const double shared = shared_area(found, truth.box);
        return shared > 0 ? shared / (found.width * found.height) : 0;
    }

    void match_at(std::size_t threshold, std::vector<MatchedBox>& boxes) const {
        const auto bit = static_cast<std::uint16_t>(1U << threshold);
        std::vector<char> is_taken(truth_.size());
        for (std::size_t i = 0; i < found_.size(); ++i) {
            const std::size_t best = best_match(i, thresholds()[threshold], is_taken);
            if (best != kNone) {
                is_taken[best] = 1;
                boxes[i].matched |= bit;
                boxes[i].ignored |= is_ignored(truth_[best]) ? bit : 0;
            } else if (found_[i].box.width * found_[i].box.height > kLargestArea) {
                boxes[i].ignored |= bit;
            }
        }
    }

    // The last of equals, but one that counts before one that is ignored.
    std::size_t best_match(std::size_t i, double least, const std::vector<char>& is_taken) const {
        std::size_t best = kNone;
        double most = std::min(least, 1 - 1e-10);
        for (std::size_t j = 0; j < truth_.size(); ++j) {
            if (is_taken[j] && !truth_[j].is_crowd) {
                continue;
            }
            if (best != kNone && !is_ignored(truth_[best]) && is_ignored(truth_[j])) {
                break;
            }
            const double value = overlaps_[i * truth_.size() + j];
            if (value >= most) {
                most = value;
                best = j;
            }
        }
        return best;
    }

    std::vector<FoundBox> found_;
    std::vector<TrueBox> truth_;
    std::vector<double> overlaps_;
};

/// Mean precision over the recall points of boxes that are ranked by score.
double average_precision(const std::vector<MatchedBox>& ranked, std::size_t threshold, std::size_t truths) {
    static const auto kRecallPoints = evenly<kRecalls>(0, 1);
    const auto bit = static_cast<std::uint16_t>(1U << threshold);
    std::vector<double> recall, precision;
    std::size_t right = 0, wrong = 0;
    for (const auto& box : ranked) {
        if (!(box.ignored & bit)) {
            (box.matched & bit ? right : wrong) += 1;
        }
        recall.push_back(static_cast<double>(right) / static_cast<double>(truths));
        precision.push_back(static_cast<double>(right) /
                            (static_cast<double>(wrong + right) + std::numeric_limits<double>::epsilon()));
    }
    for (std::size_t i = precision.size(); i-- > 1;) {
        precision[i - 1] = std::max(precision[i - 1], precision[i]);
    }
    double sum = 0;
    for (const double point : kRecallPoints) {
        const auto at = std::lower_bound(recall.begin(), recall.end(), point) - recall.begin();
        sum += static_cast<std::size_t>(at) < precision.size() ? precision[static_cast<std::size_t>(at)] : 0;
    }
    return sum / kRecalls;
}

}  // namespace

PictureMatches match_boxes(const std::vector<FoundBox>& found, const std::vector<TrueBox>& truth) {
    std::map<std::size_t, std::pair<std::vector<FoundBox>, std::vector<TrueBox>>> parts;
    for (const auto& box : found) {
        parts[static_cast<std::size_t>(box.label)].first.push_back(box);
    }
    for (const auto& box : truth) {
        parts[box.category].second.push_back(box);
    }
    PictureMatches matches;
    for (auto& [category, part] : parts) {
        matches.categories[category] = CategoryMatcher(std::move(part.first), std::move(part.second)).match();
    }
    return matches;
}

void AveragePrecision::add(std::int64_t picture, PictureMatches&& matches) {
    pictures_.emplace(picture, std::move(matches));
}

AveragePrecision::Figures AveragePrecision::figures(std::size_t categories) const {
    std::vector<std::vector<MatchedBox>> ranked(categories);
    std::vector<std::size_t> truths(categories);
    for (const auto& [id, picture] : pictures_) {
        for (const auto& [category, part] : picture.categories) {
            ranked[category].insert(ranked[category].end(), part.boxes.begin(), part.boxes.end());
            truths[category] += part.truths;
        }
    }
    Figures out;
    out.of_category.resize(categories);
    std::size_t counted = 0;
    for (std::size_t c = 0; c < categories; ++c) {
        if (truths[c] == 0) {
            continue;
        }
        std::stable_sort(ranked[c].begin(), ranked[c].end(),
                         [](const auto& a, const auto& b) { return a.score > b.score; });
        double sum = 0;
        for (std::size_t t = 0; t < kThresholds; ++t) {
            const double ap = average_precision(ranked[c], t, truths[c]);
            sum += ap;
            out.ap50 += t == 0 ? ap : 0;
            out.ap75 += t == kAt75 ? ap : 0;
        }
        out.of_category[c] = sum / kThresholds;
        out.ap += *out.of_category[c];
        ++counted;
    }
    if (counted == 0) {
        throw Error(ErrorCode::InvalidData, "labels", "the samples show no true box; expected some to measure by");
    }
    for (double* figure : {&out.ap, &out.ap50, &out.ap75}) {
        *figure /= static_cast<double>(counted);
    }
    return out;
}

}  // namespace octet
