#include "algorithms/fast_bias_correction.hpp"

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/correctable.hpp"
#include "algorithms/mean_correction.hpp"
#include "base/ordered_pool.hpp"
#include "base/threads.hpp"
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

/// What is known of an operation's input.
struct InputMeans {
    std::vector<double> means{};  ///< of its channels; empty where there are none
    ov::Shape shape{};
};

InputMeans find_means(const Context& context, const ov::Node& node) {
    const auto source = behind_fake_quantize(node.input_value(0));
    const auto measured = context.statistics.find(input_mean(source, node));
    if (!has_channel_means(node, measured.size())) {
        return {};
    }
    return {{measured.begin(), measured.end()}, context.statistics.facts(source)->shape};
}

/// What the correction of one operation needs.
struct Products {
    bool has_means = false;
    std::vector<double> means, quantized_weights;
    ov::Shape input;
    std::vector<double> original, quantized;  ///< means of the outputs, one of the two: see BiasFormula
};

/// Looks at nothing but the operation's weights and attributes, as biases change meanwhile.
Products multiply(const Context& context, const ov::Node& node, const InputMeans& known) {
    if (known.means.empty()) {
        return {};
    }
    auto weights = seen_weights(node);
    Products made{true, known.means, {}, known.shape, {}, {}};
    if (context.options.bias_formula == BiasFormula::OutputMean) {
        made.quantized = output_means(node, weights.quantized, made.input, made.means);
    } else {
        made.original = output_means(node, weights.original, made.input, made.means);
        made.quantized_weights = std::move(weights.quantized);
    }
    return made;
}

std::string correct(Context& context, MeanCorrector& corrector, ov::Node& node, Products&& made) {
    if (!made.has_means) {
        return "bias left: weights or input of a form that has no channel means";
    }
    if (context.options.bias_formula == BiasFormula::OutputMean) {
        return replace(context, node, made.quantized);
    }
    return corrector.correct(node, made.original, made.quantized_weights, made.input, std::move(made.means),
                             kUsualThreshold);
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
    const auto due = due_corrections(graph, context);
    std::vector<InputMeans> known;  // before the first bias changes: new ones take over the names of statistics
    for (const auto* node : due) {
        known.push_back(find_means(context, *node));
    }
    run_in_order<Products>(
        due.size(), usable_threads(context.threads),
        [&](std::size_t, std::size_t index) { return multiply(context, *due[index], known[index]); },
        [&](std::size_t index, Products&& made) {
            const auto what = correct(context, corrector, *due[index], std::move(made));
            changes.push_back({name(), due[index]->get_friendly_name(), what});
        });
    return changes;
}

}  // namespace octet
