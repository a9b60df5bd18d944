#pragma once

#include <cstddef>
#include <span>

namespace octet {

/// A matrix of f32, row-major; its rows may be parts of longer ones.
struct Rows {
    const float* first = nullptr;
    std::size_t count = 0, width = 0, stride = 0;

    const float* operator[](std::size_t row) const {
        return first + row * stride;
    }
    Rows columns(std::size_t from, std::size_t number) const {
        return {first + from, count, number, stride};
    }
    Rows rows(std::size_t from, std::size_t number) const {
        return {first + from * stride, number, width, stride};
    }
};

/// Adds up each column: sums[c] += sum over rows of weights[r] * rows[r][c].
void add_columns(const Rows& rows, std::span<const double> weights, std::span<double> sums);

/// Adds up products of columns less their means: sums[i * b.width + j] += sum over rows of
/// weights[r] * (a[r][i] - a_means[i]) * (b[r][j] - b_means[j]), in the order of the rows. Expects as many rows in `a`
/// as in `b`.
void add_products(const Rows& a, std::span<const double> a_means, const Rows& b, std::span<const double> b_means,
                  std::span<const double> weights, std::span<double> sums);

}  // namespace octet
