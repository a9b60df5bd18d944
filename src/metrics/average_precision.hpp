#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "octet/evaluate.hpp"

#include "metrics/overlap.hpp"

namespace octet {

/// A found box of a category against the truth; bit t tells of the t-th IoU threshold, .5 + .05 t.
struct MatchedBox {
    double score = 0;
    std::uint16_t matched = 0;  ///< with a true box
    std::uint16_t ignored = 0;  ///< counts neither way
};

/// The boxes of one picture by category, as far as there are found or true ones.
struct PictureMatches {
    struct OfCategory {
        std::vector<MatchedBox> boxes;  ///< highest score first, at most 100
        std::size_t truths = 0;         ///< without ignored ones
    };
    std::map<std::size_t, OfCategory> categories;
};

/// Matches found boxes, whose `label` is a category's position, with the true ones, category by category, as COCO's
/// evaluateImg() does (all areas, 100 boxes).
PictureMatches match_boxes(const std::vector<FoundBox>& found, const std::vector<TrueBox>& truth);

/// COCO's accumulate() over the pictures added so far.
class AveragePrecision {
public:
    struct Figures {
        double ap = 0, ap50 = 0, ap75 = 0;               ///< mean over categories with truth
        std::vector<std::optional<double>> of_category;  ///< AP@[.5:.95]; unset without truth
    };

    /// In any order; boxes of equal scores rank by ascending `picture`.
    void add(std::int64_t picture, PictureMatches&& matches);

    /// Throws Error(InvalidData) where no category has a true box.
    Figures figures(std::size_t categories) const;

private:
    std::multimap<std::int64_t, PictureMatches> pictures_;
};

}  // namespace octet
