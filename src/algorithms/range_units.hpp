#pragma once

#include <cstddef>
#include <vector>

#include "algorithms/algorithm.hpp"
#include "numeric/ranges.hpp"

namespace octet {

/// The quantizers of activations, inserted by now, whose range may still be chosen (see has_free_width()), in units of
/// what has one range: a quantizer, or a group.
class RangeUnits {
public:
    explicit RangeUnits(const Context& context);

    /// Is there a unit, and are there samples to try ranges on?
    bool may_be_tried() const {
        return !units_.empty() && context_.samples > 0;
    }

    std::size_t size() const {
        return units_.size();
    }

    /// Numbers in the plan.
    const std::vector<std::size_t>& operator[](std::size_t unit) const {
        return units_[unit];
    }

    /// The range that a unit has in the model now.
    Range current(std::size_t unit) const;

    /// Gives each unit its range in Context::trial; `ranges`: one for each unit.
    void try_ranges(const std::vector<Range>& ranges) const;

    /// The same in the model.
    void set(const std::vector<Range>& ranges) const;

private:
    const Context& context_;
    std::vector<std::vector<std::size_t>> units_;
};

}  // namespace octet
