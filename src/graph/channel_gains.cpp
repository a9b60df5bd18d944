#include "graph/channel_gains.hpp"

#include <algorithm>
#include <cmath>

#include "graph/constants.hpp"
#include "graph/operations.hpp"
#include "graph/weight_layout.hpp"

namespace octet {
namespace {

/// The weighted operations that take `tensor` as their activation, with its channels on `axis`.
std::vector<const ov::Node*> weighted_readers(const ov::Output<ov::Node>& tensor, std::size_t axis) {
    std::vector<const ov::Node*> readers;
    for (const auto& input : tensor.get_target_inputs()) {
        const auto& node = *input.get_node();
        if (input.get_index() == 0 && is_weighted(node) && weight_layout(node) && find_constant(node.input_value(1)) &&
            input_channel_axis(node) == axis) {
            readers.push_back(&node);
        }
    }
    std::sort(readers.begin(), readers.end(), [](const auto* a, const auto* b) {  // sums must not depend on addresses
        return a->get_friendly_name() < b->get_friendly_name();
    });
    return readers;
}

void add_squares(const ov::Node& node, std::vector<double>& sums) {
    const auto layout = *weight_layout(node);
    const auto weights = float_values(*find_constant(node.input_value(1)));
    std::vector<double> own(layout.groups * layout.inputs, 0);
    for_each_weight(layout, [&](std::size_t, std::size_t input, std::size_t place) {
        const double weight = weights[place];
        own[input] += weight * weight;
    });
    sums.resize(std::max(sums.size(), own.size()), 0);
    for (std::size_t c = 0; c < own.size(); ++c) {
        sums[c] += own[c];
    }
}

}  // namespace

std::vector<double> channel_gains(const ov::Output<ov::Node>& tensor, std::size_t axis) {
    constexpr double kMost = 65536;
    std::vector<double> gains;
    for (const auto* reader : weighted_readers(tensor, axis)) {
        add_squares(*reader, gains);
    }
    const double largest = gains.empty() ? 0 : *std::max_element(gains.begin(), gains.end());
    if (!(largest > 0) || !std::isfinite(largest)) {
        return {};
    }
    for (double& gain : gains) {
        gain = std::nearbyint(gain / largest * kMost);
    }
    return gains;
}

}  // namespace octet
