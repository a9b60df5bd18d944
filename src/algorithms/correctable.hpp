#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/algorithm.hpp"
#include "graph/index.hpp"

namespace octet {

// What FastBiasCorrection and BiasCorrection share: which biases may change, what tells how far, and by whose measure.

/// The weighted operations of the plan whose bias may be corrected, in topological order; with
/// Options::apply_for_all_nodes those without quantized weights, too. BiasFormula::OutputMean leaves transposed
/// convolutions out, as POT does.
std::vector<ov::Node*> planned_corrections(const GraphIndex& graph, const Context& context);

/// Those of planned_corrections() whose weights are quantized by now, or need not be.
std::vector<ov::Node*> due_corrections(const GraphIndex& graph, const Context& context);

/// The FakeQuantize of an operation's constant weights, or null.
std::shared_ptr<ov::op::v0::FakeQuantize> weights_quantizer(const ov::Node& operation);

/// The mean of each output channel, behind the bias.
StatisticRequest output_mean(const ov::Node& node, Keep keep);

/// Asks for what refuse_correction() needs of `node`.
void request_acceptance(const ov::Node& node, const Options& options, StatisticPlan& statistics);

/// Why the bias of `node` must not change by `change` [output channels], or empty. BiasFormula::OutputMean:
/// there is none, it is all zero, or max |change / b| >= threshold over the b that are not zero (as POT, which counts
/// every zero as too large). BiasFormula::Difference, where the user gives a threshold:
/// |change| >= threshold * max(|b|, half the measured range of the output) in a channel.
std::string refuse_correction(const Context& context, const ov::Node& node, const std::vector<double>& change,
                              double usual_threshold);

/// The biases of operations as they were, to go back to them.
class EarlierBiases {
public:
    explicit EarlierBiases(const std::vector<ov::Node*>& nodes);

    /// Leaves `share` of each change since then.
    void keep_share(Context& context, double share) const;

private:
    struct Earlier {
        ov::Node* node;
        std::vector<double> bias;
        bool had_one;
    };
    std::vector<Earlier> biases_;
};

/// Adds `change` to the bias of `node` unless refuse_correction() speaks against it. Returns what was done.
std::string correct_bias(Context& context, ov::Node& node, const std::vector<double>& change, double usual_threshold);

}  // namespace octet
