#include "graph/kernel_shares.hpp"

#include <utility>

#include "graph/convolution_geometry.hpp"

namespace octet {

std::vector<double> kernel_shares(const ov::Node& node, const WeightLayout& layout, const ov::Shape& input) {
    const auto axis_shares = is_transposed_convolution(node) ? transposed_convolution_shares : convolution_shares;
    std::vector<double> shares{1};
    for (const auto& axis : convolution_axes(node, layout, input)) {
        const auto along = axis_shares(axis);
        std::vector<double> product;
        for (const double before : shares) {
            for (const double share : along) {
                product.push_back(before * share);
            }
        }
        shares = std::move(product);
    }
    return shares;
}

}  // namespace octet
