#include "statistics/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace octet {
namespace {

constexpr std::size_t kCalmSteps = 2;  // one may come about by chance
constexpr double kNever = std::numeric_limits<double>::infinity();

double mean_square(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value * value;
    }
    return sum / static_cast<double>(values.size());
}

/// Of one request's means; `span`: of its tensor's readings.
double movement_of(std::vector<double> before, const std::vector<double>& now, double span) {
    if (before.size() != now.size()) {
        return kNever;  // nothing was seen of it before
    }
    if (now.empty()) {
        return 0;
    }
    std::transform(now.begin(), now.end(), before.begin(), before.begin(), std::minus<>());
    const double moved = std::sqrt(mean_square(before));
    // A tensor that is constant within a sample, such as a single number, has no span of its own.
    const double size = span > 0 ? span : std::sqrt(mean_square(now));
    return moved == 0 ? 0 : size > 0 ? moved / size : kNever;
}

}  // namespace

bool Convergence::has_settled(const std::vector<Tap>& taps, const std::vector<Total>& totals) {
    const bool is_first = before_.empty();
    before_.resize(taps.size());
    movement_ = is_first ? kNever : 0;
    for (std::size_t i = 0; i < taps.size(); ++i) {
        auto now = totals[i].means(taps[i]);
        before_[i].resize(now.size());
        for (std::size_t r = 0; r < now.size() && !is_first; ++r) {
            movement_ = std::max(movement_, movement_of(before_[i][r], now[r], totals[i].mean_span()));
        }
        before_[i] = std::move(now);
    }
    calm_steps_ = movement_ <= tolerance_ ? calm_steps_ + 1 : 0;
    next_ += next_ / 2;
    return calm_steps_ >= kCalmSteps;
}

}  // namespace octet
