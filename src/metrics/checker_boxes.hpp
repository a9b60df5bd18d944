#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "octet/checker_rules.hpp"

#include "data/checker/trace.hpp"

namespace octet {

struct CheckedBox {
    double left = 0, top = 0, right = 0, bottom = 0;
    double score = 0;  ///< of found ones
    std::int64_t label = 0;
    bool is_crowd = false;  ///< of true ones
};

/// The true or the found boxes of a picture as accuracy checker keeps them.
struct CheckedBoxes {
    std::vector<CheckedBox> boxes{};
    std::vector<std::ptrdiff_t> difficult{};  ///< positions of those that do not count; below 0: from the end

    /// Without the boxes at `positions` (ascending). What becomes of `difficult` is the tool's: those behind the last
    /// of `positions` count again, and that of a box that goes may pass to another, or as -1 to the last.
    void remove(const std::vector<std::size_t>& positions);
    std::vector<char> is_difficult() const;
};

struct CheckedPicture {
    CheckedBoxes truth, found;
};

/// All steps for boxes, in their order; those for masks are passed over.
void post_process(const std::vector<checker::PostStep>& steps, const StepTrace& trace, CheckedPicture& picture);

}  // namespace octet
