#include "numeric/aggregate.hpp"

#include <algorithm>
#include <vector>

#include "numeric/quantile.hpp"

namespace octet {
namespace {

constexpr double kOutlierShare = 0.01;
// Above this the pairs are those of evenly spread samples: all pairs of 300 samples are 45 000, of 4000 eight million.
constexpr std::size_t kLargestPaired = 4000;

double mean(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return sum / static_cast<double>(values.size());
}

double quantile_of(std::span<const double> values, double probability) {
    std::vector<double> copy(values.begin(), values.end());
    return quantile(std::span<double>(copy), probability);
}

double median(std::span<const double> values) {
    return quantile_of(values, 0.5);
}

std::vector<double> without_outliers(std::span<const double> values) {
    const double low = quantile_of(values, kOutlierShare);
    const double high = quantile_of(values, 1 - kOutlierShare);
    std::vector<double> kept;
    std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
                 [&](double value) { return value >= low && value <= high; });
    return kept.empty() ? std::vector<double>(values.begin(), values.end()) : kept;
}

double hodges_lehmann(std::span<const double> values) {
    if (values.size() == 1) {
        return values[0];
    }
    const std::size_t step = (values.size() + kLargestPaired - 1) / kLargestPaired;
    std::vector<double> sums;
    for (std::size_t i = step; i < values.size(); i += step) {
        for (std::size_t j = 0; j < i; j += step) {
            sums.push_back(values[i] + values[j]);
        }
    }
    return quantile(std::span<double>(sums), 0.5) / 2;
}

}  // namespace

double aggregate(std::span<const double> values, Aggregator aggregator) {
    if (values.empty()) {
        return 0;
    }
    switch (aggregator) {
        case Aggregator::Mean:
            return mean(values);
        case Aggregator::Max:
            return *std::max_element(values.begin(), values.end());
        case Aggregator::Min:
            return *std::min_element(values.begin(), values.end());
        case Aggregator::Median:
            return median(values);
        case Aggregator::MeanNoOutliers:
            return mean(without_outliers(values));
        case Aggregator::MedianNoOutliers:
            return median(without_outliers(values));
        case Aggregator::HodgesLehmann:
            return hodges_lehmann(values);
    }
    return 0;
}

}  // namespace octet
