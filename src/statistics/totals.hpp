#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "statistics/calibration_graph.hpp"
#include "statistics/statistics.hpp"
#include "statistics/tap.hpp"

namespace octet {

/// What has come together of one tap's readings.
class Total {
public:
    /// Adds the reading of one sample, of one item of its batch or of one iteration. An empty tensor has no values, and
    /// adds nothing. Throws Error(InvalidData) where the number of channels changes.
    void add(const Tap& tap, const TapReading& reading);

    /// Adds what came together of later samples.
    void merge(const Tap& tap, Total&& later);

    /// Gives the answers to the tap's requests.
    void answer(const Tap& tap, Statistics& statistics) &&;

    /// How wide a reading is on average, max - min; 0 for none.
    double mean_span() const {
        return samples_ > 0 ? spans_ / static_cast<double>(samples_) : 0;
    }

    /// What the readings of each request come to as means over the samples, in units of the tensor's values:
    /// [requests][1 or channels]. None for extremes over all samples.
    std::vector<std::vector<double>> means(const Tap& tap) const;

private:
    std::vector<std::vector<double>> values_;                // for each request
    std::vector<std::map<std::size_t, std::size_t>> sizes_;  // for each axis: how often which size was seen
    bool is_bounded_ = true;
    double spans_ = 0;  // their sum
    std::size_t samples_ = 0;
};

}  // namespace octet
