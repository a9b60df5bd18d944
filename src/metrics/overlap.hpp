#pragma once

#include "octet/evaluate.hpp"

namespace octet {

/// The area that two boxes share.
double shared_area(const Box& a, const Box& b);

/// Intersection over union; 0 where they share nothing.
double overlap(const Box& a, const Box& b);

/// A box that a model found.
struct FoundBox {
    Box box;
    double score = 0;
    std::int64_t label = 0;  ///< the model's class number
};

/// Non-maximum suppression within each class: of boxes that overlap by more than `most`, the one with the highest score
/// stays (the first of equals). At most `count` boxes stay, highest scores first; of more than 30000 only these, the
/// best, are looked at.
std::vector<FoundBox> suppress(std::vector<FoundBox> boxes, double most, std::size_t count);

}  // namespace octet
