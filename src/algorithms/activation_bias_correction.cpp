#include "algorithms/activation_bias_correction.hpp"

#include <optional>
#include <utility>

#include <openvino/op/fake_quantize.hpp>

#include "algorithms/correctable.hpp"
#include "algorithms/mean_correction.hpp"
#include "algorithms/trial.hpp"
#include "graph/index.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

constexpr double kUsualThreshold = 2;
constexpr std::size_t kWidestLevels = 256;  // beyond, the error is nothing, and the plugin does not run them

struct Means {
    StatisticRequest before, behind;
};

/// An operation whose input has a quantizer.
struct Corrected {
    ov::Node* node = nullptr;
    Means means;
};

/// Means on both sides of the quantizer in front of `node`, or nothing where there is none.
std::optional<Means> means_around(const ov::Node& node) {
    const auto quantizer = ov::as_type_ptr<ov::op::v0::FakeQuantize>(node.get_input_node_shared_ptr(0));
    if (!quantizer || quantizer->get_levels() > kWidestLevels) {
        return std::nullopt;
    }
    const auto mean = [&](const ov::Output<ov::Node>& tensor) {
        return StatisticRequest{tensor, input_channel_axis(node), {Reducer::Mean, 0}, Keep::Mean};
    };
    return Means{mean(quantizer->input_value(0)), mean(quantizer->output(0))};
}

std::vector<double> numbers(const Statistics& statistics, const StatisticRequest& request) {
    const auto found = statistics.find(request);
    return {found.begin(), found.end()};
}

std::vector<Corrected> find_operations(const GraphIndex& graph, const Context& context) {
    std::vector<Corrected> operations;
    for (auto* node : due_corrections(graph, context)) {
        if (const auto means = means_around(*node)) {
            operations.push_back({node, *means});
        }
    }
    return operations;
}

std::string correct(MeanCorrector& corrector, const Statistics& statistics, const Corrected& operation) {
    auto& node = *operation.node;
    const auto before = numbers(statistics, operation.means.before);
    const auto behind = numbers(statistics, operation.means.behind);
    if (!has_channel_means(node, before.size()) || behind.size() != before.size()) {
        return "bias left: its input has no channel means";
    }
    const auto weights = seen_weights(node).quantized;
    const auto& shape = statistics.facts(operation.means.before.tensor)->shape;
    const auto wanted = output_means(node, weights, shape, before);
    return corrector.correct(node, wanted, weights, shape, behind, kUsualThreshold);
}

}  // namespace

void ActivationBiasCorrection::request(const ov::Model&, const Context&, StatisticPlan&) const {}

std::vector<Change> ActivationBiasCorrection::apply(ov::Model& model, Context& context) const {
    const GraphIndex graph(model);
    const auto operations = find_operations(graph, context);
    if (operations.empty() || !model.get_variables().empty()) {
        return {};
    }
    const auto& error = output_error(context);
    if (!error.tells_anything()) {
        return {{name(), "", "biases left: the outputs tell no error"}};
    }
    const double usual = error.level(model);

    StatisticPlan plan;
    std::vector<ov::Node*> nodes;
    for (const auto& operation : operations) {
        nodes.push_back(operation.node);
        plan.request(operation.means.before);
        plan.request(operation.means.behind);
    }
    const auto statistics = measure_on_trial(model, plan, context);
    const EarlierBiases earlier(nodes);
    std::vector<Change> changes;
    MeanCorrector corrector(context);
    for (const auto& operation : operations) {
        const auto done = correct(corrector, statistics, operation);
        changes.push_back({name(), operation.node->get_friendly_name(), done});
    }
    if (error.level(model) < usual) {
        return changes;
    }
    // Where few values are rounded very often, as on plain backgrounds, one correction undoes the ground of the next.
    earlier.keep_share(context, 0.5);
    if (error.level(model) < usual) {
        return changes;
    }
    earlier.keep_share(context, 0);
    return {{name(), "", "biases left: the outputs come no nearer"}};
}

}  // namespace octet
