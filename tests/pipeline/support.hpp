#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "octet/dataset.hpp"

#include "support/builders.hpp"

namespace octet::testing {

inline std::unique_ptr<Dataset> random_dataset(std::size_t count, const ov::Shape& shape) {
    return make_dataset(count, [shape](std::size_t index) {
        return Sample{{"x", random_tensor(shape, static_cast<unsigned>(index) + 1, 1, 0.2F)}};
    });
}

inline double sqnr_db(const std::vector<float>& reference, const std::vector<float>& other) {
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        signal += std::pow(reference[i], 2);
        noise += std::pow(reference[i] - other[i], 2);
    }
    return 10 * std::log10(signal / noise);
}

}  // namespace octet::testing
