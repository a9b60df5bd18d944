#pragma once

#include <map>
#include <string>
#include <vector>

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/algorithm.hpp"

namespace octet {

// What a weighted operation makes of the mean of each of its input channels, in closed form.

/// A quantized constant as it was, and as the operation now sees it; both the same where it is not quantized.
struct SeenWeights {
    std::vector<double> original, quantized;
};
SeenWeights seen_weights(const ov::Node& node);

/// Of a FakeQuantize of a constant. The original is the constant times output over input range, as half of the grid
/// doubles it.
SeenWeights seen_constant(const ov::op::v0::FakeQuantize& quantizer);

/// Are there `channels` means for the weights of `node` to act on, i.e. are these of a form that has channels?
bool has_channel_means(const ov::Node& node, std::size_t channels);

/// Mean of each output channel of `node`, without its bias, for an input of `means` per channel and of shape `input`.
/// has_channel_means(node, means.size()) must hold.
std::vector<double> output_means(const ov::Node& node, const std::vector<double>& weights, const ov::Shape& input,
                                 const std::vector<double>& means);

/// Corrects one operation after the other, in topological order.
class MeanCorrector {
public:
    explicit MeanCorrector(Context& context) : context_(context) {}

    /// Adds wanted - (output_means(node, weights, input, means)) to the bias of `node`, where output channels of the
    /// operation before it that have no bias of their own already count in: these hand on what they are missing, as an
    /// addition of their own would cost speed. Returns what was done.
    std::string correct(ov::Node& node, const std::vector<double>& wanted, const std::vector<double>& weights,
                        const ov::Shape& input, std::vector<double> means, double usual_threshold);

private:
    Context& context_;
    std::map<const ov::Node*, std::vector<double>> missing_;  // from the mean of an operation's input; looked up only
};

}  // namespace octet
