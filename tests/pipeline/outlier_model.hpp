#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace octet::testing {

/// x -> a -> ReLU -> hard -> ReLU -> c -> mean. One input channel of `hard` is `outlier` times as large as the others
/// and weighs as much less: one range for all leaves the others few steps.
/// `bias`: of c; empty: none.
inline std::shared_ptr<ov::Model> model_with_outlier(float outlier, const std::vector<float>& bias = {}) {
    const auto x = parameter({1, 3, 8, 8});
    auto weights = random_floats(std::size_t{8} * 3, 1);
    std::for_each(weights.begin(), weights.begin() + 3, [&](float& weight) { weight *= outlier; });
    const auto pointwise = [](const Output& input, const std::string& name, std::size_t outputs,
                              const std::vector<float>& values) {
        const std::size_t inputs = static_cast<std::size_t>(input.get_partial_shape()[1].get_length());
        return make<ov::op::v1::Convolution>(name, input, constant({outputs, inputs, 1, 1}, values, name + "/weights"),
                                             ov::Strides{1, 1}, ov::CoordinateDiff{0, 0}, ov::CoordinateDiff{0, 0},
                                             ov::Strides{1, 1});
    };
    auto hard = random_floats(std::size_t{8} * 8, 2);
    for (std::size_t i = 0; i < hard.size(); i += 8) {
        hard[i] /= outlier * 4;
    }
    const auto a = relu(pointwise(x, "a", 8, weights), "ra");
    const auto b = relu(pointwise(a, "hard", 8, hard), "rb");
    Output c = pointwise(b, "c", 8, random_floats(64, 3));
    if (!bias.empty()) {
        c = make<ov::op::v1::Add>("c/add", c, constant({1, 8, 1, 1}, bias, "c/bias"));
    }
    return model_of({make<ov::op::v1::ReduceMean>("pool", c, integers({2, 3}), false)}, {x});
}

}  // namespace octet::testing
