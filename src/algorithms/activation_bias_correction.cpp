#include "algorithms/activation_bias_correction.hpp"

#include <map>
#include <utility>

#include "algorithms/correctable.hpp"
#include "algorithms/mean_correction.hpp"
#include "algorithms/trial.hpp"
#include "graph/index.hpp"

namespace octet {
namespace {

constexpr double kUsualThreshold = 2;

/// A weighted operation whose input has a quantizer, and the means of its input's channels.
struct Corrected {
    ov::Node* node = nullptr;
    MeansAround means{};

    /// `share` of what the quantizer took from the mean of each channel.
    std::vector<float> shift(double share) const {
        std::vector<float> lost(means.before.size());
        for (std::size_t c = 0; c < lost.size(); ++c) {
            lost[c] = static_cast<float>(share * (means.before[c] - means.behind[c]));
        }
        return lost;
    }
};

std::vector<Corrected> find_operations(const std::vector<ov::Node*>& due, const TrialModel& trial) {
    std::vector<Corrected> operations;
    for (auto* node : due) {
        if (trial.channels(*node) > 0) {
            operations.push_back({node});
        }
    }
    return operations;
}

std::string correct(MeanCorrector& corrector, const Context& context, const Corrected& operation) {
    auto& node = *operation.node;
    const auto* facts = context.statistics.facts(node.get_input_node_ptr(0)->input_value(0));
    if (!facts) {
        return "bias left: its input was not measured";
    }
    const auto weights = seen_weights(node).quantized;
    const auto wanted = output_means(node, weights, facts->shape, operation.means.before);
    return corrector.correct(node, wanted, weights, facts->shape, operation.means.behind, kUsualThreshold);
}

/// Does `share` of the correction bring the outputs nearer than `usual`?
bool is_better(TrialModel& trial, const std::vector<Corrected>& operations, double share, double usual) {
    for (const auto& operation : operations) {
        trial.set_shift(*operation.node, operation.shift(share));
    }
    return trial.level() < usual;
}

}  // namespace

void ActivationBiasCorrection::request(const ov::Model&, const Context&, StatisticPlan&) const {}

std::vector<Change> ActivationBiasCorrection::apply(ov::Model& model, Context& context) const {
    if (!model.get_variables().empty()) {
        return {};
    }
    const auto due = due_corrections(GraphIndex(model), context);
    if (due.empty()) {
        return {};
    }
    const auto& error = output_error(context);
    if (!error.tells_anything()) {
        return {{name(), "", "biases left: the outputs tell no error"}};
    }
    const auto trial = context.trial ? context.trial : std::make_shared<TrialModel>(error, model, context);
    auto operations = find_operations(due, *trial);
    if (operations.empty()) {
        return {};
    }
    std::map<const ov::Node*, MeansAround> means;
    const double usual = trial->level(means);
    for (auto& operation : operations) {
        operation.means = std::move(means.at(operation.node));
    }
    // Where few values are rounded very often, as on plain backgrounds, one correction undoes the ground of the next.
    const double share = is_better(*trial, operations, 1, usual)     ? 1
                         : is_better(*trial, operations, 0.5, usual) ? 0.5
                                                                     : 0;
    if (share == 0) {
        return {{name(), "", "biases left: the outputs come no nearer"}};
    }
    const EarlierBiases earlier(due);
    std::vector<Change> changes;
    MeanCorrector corrector(context);
    for (const auto& operation : operations) {
        const auto done = correct(corrector, context, operation);
        changes.push_back({name(), operation.node->get_friendly_name(), done});
    }
    if (share < 1) {
        earlier.keep_share(context, share);
    }
    return changes;
}

}  // namespace octet
