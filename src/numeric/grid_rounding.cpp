#include "numeric/grid_rounding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "numeric/multiversion.hpp"

namespace octet {
namespace {

/// to[i] += factor * from[i]
OCTET_MULTIVERSION
void add_scaled(const double* from, double factor, double* to, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        to[i] += factor * from[i];
    }
}

/// Eight sums side by side, in an order that does not depend on the machine.
OCTET_MULTIVERSION
double dot(const double* a, const double* b, std::size_t size) {
    constexpr std::size_t kLanes = 8;
    double sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            sums[lane] += a[i + lane] * b[i + lane];
        }
    }
    double sum = 0;
    for (; i < size; ++i) {
        sum += a[i] * b[i];
    }
    for (const double lane : sums) {
        sum += lane;
    }
    return sum;
}

/// H (w - v)
std::vector<double> gradient(std::span<const double> products, std::span<const double> wanted,
                             std::span<const double> weights) {
    const std::size_t size = weights.size();
    std::vector<double> result(size, 0);
    for (std::size_t i = 0; i < size; ++i) {
        if (const double off = weights[i] - wanted[i]; off != 0) {
            add_scaled(products.data() + i * size, off, result.data(), size);
        }
    }
    return result;
}

}  // namespace

double WeightGrid::nearest(double value) const {
    return std::clamp(std::nearbyint(value / step), low, high) * step;
}

double round_in_turn(std::span<const double> factor, std::span<const double> wanted, const WeightGrid& grid,
                     std::span<double> weights) {
    const std::size_t size = weights.size();
    std::vector<double> off(size, 0);
    double error = 0;
    for (std::size_t k = size; k-- > 0;) {
        const double* row = factor.data() + k * size;
        const double carried = dot(row + k + 1, off.data() + k + 1, size - k - 1);
        const double target = row[k] > 0 ? wanted[k] - carried / row[k] : wanted[k];
        weights[k] = grid.nearest(target);
        off[k] = weights[k] - wanted[k];
        const double left = row[k] * off[k] + carried;
        error += left * left;
    }
    return error;
}

void descend(std::span<const double> products, std::span<const double> wanted, const WeightGrid& grid,
             std::size_t sweeps, std::span<double> weights) {
    const std::size_t size = weights.size();
    auto slope = gradient(products, wanted, weights);
    for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
        bool has_moved = false;
        for (std::size_t i = 0; i < size; ++i) {
            const double curvature = products[i * size + i];
            if (!(curvature > 0)) {
                continue;
            }
            const double moved = grid.nearest(weights[i] - slope[i] / curvature);
            const double by = moved - weights[i];
            if (std::fabs(by) < grid.step / 2 || by * (slope[i] + by * curvature / 2) >= 0) {
                continue;
            }
            weights[i] = moved;
            add_scaled(products.data() + i * size, by, slope.data(), size);
            has_moved = true;
        }
        if (!has_moved) {
            return;
        }
    }
}

double error_of(std::span<const double> products, std::span<const double> wanted, std::span<const double> weights) {
    const auto slope = gradient(products, wanted, weights);
    double error = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        error += (weights[i] - wanted[i]) * slope[i];
    }
    return error;
}

}  // namespace octet
