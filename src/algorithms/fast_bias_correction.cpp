#include "algorithms/fast_bias_correction.hpp"

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/correctable.hpp"
#include "algorithms/mean_correction.hpp"
#include "graph/bias.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

constexpr double kUsualThreshold = 2;

ov::Output<ov::Node> behind_fake_quantize(const ov::Output<ov::Node>& output) {
    const auto* node = output.get_node();
    return ov::is_type<ov::op::v0::FakeQuantize>(node) ? node->input_value(0) : output;
}

StatisticRequest input_mean(const ov::Output<ov::Node>& tensor, const ov::Node& node) {
    return {tensor, input_channel_axis(node), {Reducer::Mean, 0}, Keep::Mean};
}

/// POT's formula: what must be added for the bias to become the measured mean less that of the quantized product.
std::string replace(Context& context, ov::Node& node, const std::vector<double>& quantized) {
    const auto old = bias_values(node);
    const auto measured = context.statistics.find(output_mean(node, Keep::Mean));
    if (!find_bias(node) || !old || measured.size() != quantized.size() || old->size() != quantized.size()) {
        return "bias left: none, or not one value per channel";
    }
    std::vector<double> change(quantized.size());
    for (std::size_t c = 0; c < change.size(); ++c) {
        change[c] = measured[c] - quantized[c] - (*old)[c];
    }
    return correct_bias(context, node, change, kUsualThreshold);
}

std::string correct(Context& context, MeanCorrector& corrector, ov::Node& node) {
    const auto source = behind_fake_quantize(node.input_value(0));
    const auto measured = context.statistics.find(input_mean(source, node));
    if (!has_channel_means(node, measured.size())) {
        return "bias left: weights or input of a form that has no channel means";
    }
    const auto weights = seen_weights(node);
    const auto& shape = context.statistics.facts(source)->shape;
    const std::vector<double> means(measured.begin(), measured.end());
    if (context.options.bias_formula == BiasFormula::OutputMean) {
        return replace(context, node, output_means(node, weights.quantized, shape, means));
    }
    const auto wanted = output_means(node, weights.original, shape, means);
    return corrector.correct(node, wanted, weights.quantized, shape, means, kUsualThreshold);
}

}  // namespace

void FastBiasCorrection::request(const ov::Model& model, const Context& context, StatisticPlan& statistics) const {
    const GraphIndex graph(model);
    for (const auto* node : planned_corrections(graph, context)) {
        statistics.request(input_mean(node->input_value(0), *node));
        if (context.options.bias_formula == BiasFormula::OutputMean) {  // alignment may give a bias to who has none
            statistics.request(output_mean(*node, Keep::Mean));
        }
        request_acceptance(*node, context.options, statistics);
    }
}

std::vector<Change> FastBiasCorrection::apply(ov::Model& model, Context& context) const {
    std::vector<Change> changes;
    MeanCorrector corrector(context);
    const GraphIndex graph(model);
    for (auto* node : due_corrections(graph, context)) {
        changes.push_back({name(), node->get_friendly_name(), correct(context, corrector, *node)});
    }
    return changes;
}

}  // namespace octet
