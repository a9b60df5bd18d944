#include "numeric/products.hpp"

#include <algorithm>
#include <vector>

#include "numeric/multiversion.hpp"

namespace octet {
namespace {

constexpr std::size_t kTileRows = 64, kTileColumns = 256;  // of sums: together with a block they stay in the cache
constexpr std::size_t kBlock = 8;                          // rows of the operands

/// out[k][i] for the columns of one block of rows, less the means, times weights (none: 1); rows that are missing are
/// 0.
void center(const Rows& rows, std::span<const double> means, std::span<const double> weights, std::size_t first,
            std::vector<double>& out) {
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t k = 0; k < kBlock && first + k < rows.count; ++k) {
        const float* row = rows[first + k];
        const double weight = weights.empty() ? 1 : weights[first + k];
        for (std::size_t i = 0; i < rows.width; ++i) {
            out[k * rows.width + i] = (static_cast<double>(row[i]) - means[i]) * weight;
        }
    }
}

/// sums[i][j] += sum over k of a[k][i] * b[k][j].
OCTET_MULTIVERSION
void add_block(const double* a, std::size_t a_width, const double* b, std::size_t b_width, double* sums,
               std::size_t stride) {
    for (std::size_t i = 0; i < a_width; ++i) {
        double factors[kBlock];
        for (std::size_t k = 0; k < kBlock; ++k) {
            factors[k] = a[k * a_width + i];
        }
        double* row = sums + i * stride;
        for (std::size_t j = 0; j < b_width; ++j) {
            double sum = row[j];
            for (std::size_t k = 0; k < kBlock; ++k) {
                sum += factors[k] * b[k * b_width + j];
            }
            row[j] = sum;
        }
    }
}

}  // namespace

void add_columns(const Rows& rows, std::span<const double> weights, std::span<double> sums) {
    for (std::size_t r = 0; r < rows.count; ++r) {
        for (std::size_t c = 0; c < rows.width; ++c) {
            sums[c] += weights[r] * static_cast<double>(rows[r][c]);
        }
    }
}

void add_products(const Rows& a, std::span<const double> a_means, const Rows& b, std::span<const double> b_means,
                  std::span<const double> weights, std::span<double> sums) {
    for (std::size_t i = 0; i < a.width; i += kTileRows) {
        const std::size_t height = std::min(kTileRows, a.width - i);
        const auto a_part = a.columns(i, height);
        std::vector<double> a_block(kBlock * height);
        for (std::size_t j = 0; j < b.width; j += kTileColumns) {
            const std::size_t width = std::min(kTileColumns, b.width - j);
            const auto b_part = b.columns(j, width);
            std::vector<double> b_block(kBlock * width);
            for (std::size_t row = 0; row < a.count; row += kBlock) {
                center(a_part, a_means.subspan(i, height), weights, row, a_block);
                center(b_part, b_means.subspan(j, width), {}, row, b_block);
                add_block(a_block.data(), height, b_block.data(), width, sums.data() + i * b.width + j, b.width);
            }
        }
    }
}

}  // namespace octet
