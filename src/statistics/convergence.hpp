#pragma once

#include <cstddef>
#include <vector>

#include "statistics/calibration_graph.hpp"
#include "statistics/totals.hpp"

namespace octet {

/// Decides after growing numbers of samples whether more of them would still move what is measured.
///
/// Looks at the mean over the samples of what each request asks for, so at the ranges' ends and at the channels' means.
/// How far these moved since the last look counts in parts of the tensor's range; of a tensor's channels it is the root
/// of the mean square that counts, since of thousands one always moves. Extremes over all samples do not count: they
/// grow as long as one looks.
class Convergence {
public:
    explicit Convergence(double tolerance) : tolerance_(tolerance) {}

    /// The number of samples to look at next: 16, and half as many more each time.
    std::size_t next() const {
        return next_;
    }

    /// One look. True where nothing moved by more than the tolerance in this step and the one before.
    bool has_settled(const std::vector<Tap>& taps, const std::vector<Total>& totals);

    /// How far what moves most went in the last step, in parts of its tensor's range.
    double movement() const {
        return movement_;
    }

private:
    double tolerance_;
    std::size_t next_ = 16;
    std::size_t calm_steps_ = 0;
    double movement_ = 0;
    std::vector<std::vector<std::vector<double>>> before_;  // of each tap: Total::means()
};

}  // namespace octet
