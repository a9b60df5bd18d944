#include "numeric/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace octet {
namespace {

template <class Value>
double select_quantile(std::span<Value> values, double probability) {
    if (values.empty()) {
        return 0;
    }
    const double place = probability * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
    const double share = place - std::floor(place);
    const auto nth = values.begin() + below;
    std::nth_element(values.begin(), nth, values.end());
    const double low = *nth;
    if (share == 0) {
        return low;
    }
    const double high = *std::min_element(nth + 1, values.end());
    return low + (high - low) * share;
}

}  // namespace

double quantile(std::span<float> values, double probability) {
    return select_quantile(values, probability);
}

double quantile(std::span<double> values, double probability) {
    return select_quantile(values, probability);
}

}  // namespace octet
