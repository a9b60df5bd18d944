#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support.hpp"

namespace octet::testing {

/// Nine convolutions with an activation each, one after the other.
inline std::shared_ptr<ov::Model> deep_model() {
    const auto x = parameter({1, 3, 12, 12});
    Output tensor = x;
    for (unsigned i = 0; i < 9; ++i) {
        const std::string name = "c" + std::to_string(i);
        tensor =
            make<ov::op::v4::Swish>(name + "/act", convolution(tensor, name, 10 + 2 * i, {.outputs = 6, .pad = 1}));
    }
    return model_of({tensor}, {x});
}

/// Every fifth is six times as large.
inline ov::Tensor uneven_sample(std::size_t index) {
    return random_tensor({1, 3, 12, 12}, static_cast<unsigned>(index) + 1, index % 5 == 0 ? 6.F : 1.F);
}

inline std::unique_ptr<Dataset> uneven_data(std::size_t count) {
    return make_dataset(count, [](std::size_t index) { return Sample{{"x", uneven_sample(index)}}; });
}

/// Over the first `count` samples.
inline double sqnr_of_all(const std::shared_ptr<ov::Model>& model, const std::shared_ptr<ov::Model>& quantized,
                          std::size_t count) {
    std::vector<float> wanted, made;
    for (std::size_t i = 0; i < count; ++i) {
        const auto a = infer(model, {uneven_sample(i)})[0], b = infer(quantized, {uneven_sample(i)})[0];
        wanted.insert(wanted.end(), a.begin(), a.end());
        made.insert(made.end(), b.begin(), b.end());
    }
    return sqnr_db(wanted, made);
}

}  // namespace octet::testing
