#include "algorithms/layerwise_tuning.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "algorithms/correctable.hpp"
#include "algorithms/fitted_weights.hpp"
#include "algorithms/gradient_fit.hpp"
#include "algorithms/layer_fit.hpp"
#include "algorithms/layer_rows.hpp"
#include "algorithms/trial.hpp"
#include "base/text.hpp"
#include "graph/bias.hpp"
#include "graph/index.hpp"
#include "graph/row_tap.hpp"
#include "placement/ignored.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostHeldOut = 16, kHeldOut = 4;  // one of so many
constexpr double kMostFitted = 128, kFewestFitted = 16, kMultiplications = 4e12;
constexpr std::size_t kWidest = 6144;  // weights of an output channel: memory and time grow with the square
constexpr std::size_t kFewestRows = 4096, kRowsPerWeight = 6, kMostBytes = std::size_t{96} << 20U;

SampleSplit split_samples(std::size_t samples, std::size_t most_fitted) {
    SampleSplit split;
    const std::size_t held_out = std::min(kMostHeldOut, std::max<std::size_t>(1, samples / kHeldOut));
    std::vector<bool> is_held_out(samples, false);
    for (std::size_t i = 0; i < held_out; ++i) {
        split.held_out.push_back((2 * i + 1) * samples / (2 * held_out));
        is_held_out[split.held_out.back()] = true;
    }
    std::vector<std::size_t> others;
    for (std::size_t sample = 0; sample < samples; ++sample) {
        if (!is_held_out[sample]) {
            others.push_back(sample);
        }
    }
    const std::size_t fitted = std::min(most_fitted, others.size());
    for (std::size_t i = 0; i < fitted; ++i) {
        split.fitted.push_back(others[(2 * i + 1) * others.size() / (2 * fitted)]);
    }
    return split;
}

/// The layers in topological order, with the stages they are in.
std::vector<FittedLayer> plan_layers(const GraphIndex& graph, const std::vector<ov::Node*>& nodes) {
    std::map<const ov::Node*, ov::Node*> wanted;  // by what makes the output; looked up only
    for (auto* node : nodes) {
        wanted.emplace(node, node);
    }
    std::vector<std::size_t> stages(graph.size(), 0);  // of what comes out
    std::vector<FittedLayer> layers;
    for (std::size_t number = 0; number < graph.size(); ++number) {
        for (const auto& input : graph[number].input_values()) {
            stages[number] = std::max(stages[number], stages[graph.number(input.get_node())]);
        }
        if (wanted.count(&graph[number])) {
            layers.push_back({graph[number].shared_from_this(), stages[number]++, 1});
        }
    }
    return layers;
}

/// So many points of a sample that the rows tell the weights, within the bound on memory.
std::size_t choose_points(const ov::Node& node, std::size_t samples) {
    const auto weights = *read_weights(node);
    const std::size_t row = (weights.groups * weights.width + weights.groups * weights.outputs) * sizeof(float);
    const std::size_t rows = std::min(std::max(kFewestRows, kRowsPerWeight * weights.width), kMostBytes / row + 1);
    const std::size_t positions = count_positions(node);
    const std::size_t points = std::max<std::size_t>(1, (rows + samples - 1) / samples);
    return positions > 0 ? std::min(points, positions) : points;
}

class Tuner {
public:
    Tuner(ov::Model& model, Context& context) : model_(model), context_(context) {
        const GraphIndex graph(model);
        auto nodes = due_corrections(graph, context);
        const auto is_ignored = fits_any(context.options.tuning.ignored);
        std::erase_if(nodes, [&](const ov::Node* node) {
            const auto weights = read_weights(*node);
            return is_ignored(node->get_friendly_name()) || !weights || weights->width > kWidest;
        });
        layers_ = plan_layers(graph, nodes);
        for (const auto& layer : layers_) {
            stages_ = std::max(stages_, layer.stage + 1);
        }
        split_ = split_samples(context.samples, choose_samples());
        for (auto& layer : layers_) {
            layer.points = choose_points(*layer.node, std::max<std::size_t>(1, split_.fitted.size()));
            const bool is_wanted =
                is_gradient() ? read_weights(*layer.node)->groups == 1 : context.options.tuning.input_ranges;
            layer.is_before_quantizer = is_wanted && read_input(*layer.node).has_value();
        }
    }

    bool has_work() const {
        return !layers_.empty() && !split_.fitted.empty();
    }

    std::vector<Change> run(const std::string& algorithm) {
        const OutputError error(context_, split_.held_out);
        if (!error.tells_anything()) {
            return {{algorithm, "", "layers left: the outputs tell no error"}};
        }
        std::vector<ov::Node*> nodes;
        for (const auto& layer : layers_) {
            nodes.push_back(layer.node.get());
        }
        const EarlierWeights earlier(nodes);
        const double before = error.level(model_);
        std::vector<Change> changes;
        for (std::size_t stage = 0; stage < stages_; ++stage) {
            run_stage(stage, algorithm, changes);
        }
        const double after = error.level(model_);
        const std::string levels = short_number(before) + " to " + short_number(after) + " dB";
        if (!(after < before)) {
            earlier.restore(context_);
            return {{algorithm, "", "layers left: error of the outputs on samples held out from " + levels}};
        }
        changes.push_back({algorithm, "", "error of the outputs on samples held out from " + levels});
        return changes;
    }

private:
    bool is_gradient() const {
        return context_.options.tuning.method == TuningMethod::Gradient;
    }

    /// Each stage runs the model up to there.
    std::size_t choose_samples() const {
        if (context_.options.tuning.samples) {
            return *context_.options.tuning.samples;
        }
        const double work = count_multiplications(*context_.original) * static_cast<double>(stages_);
        return static_cast<std::size_t>(std::clamp(kMultiplications / std::max(1.0, work), kFewestFitted, kMostFitted));
    }

    std::optional<LayerFit> fit(const FittedLayer& layer, const SplitRows& rows) const {
        const auto cancelled = [this] { return context_.observer.cancelled(); };
        const auto weights = *read_weights(*layer.node);
        const auto input = layer.is_before_quantizer ? read_input(*layer.node) : std::nullopt;
        const auto& tuning = context_.options.tuning;
        if (!is_gradient()) {
            return input ? fit_layer(weights, *input, rows, tuning, context_.threads, cancelled)
                         : fit_layer(weights, rows, tuning, context_.threads, cancelled);
        }
        return fit_by_gradient(weights, input, rows, split_.fitted.size(), tuning, context_.options.seed,
                               context_.threads, cancelled);
    }

    void run_stage(std::size_t stage, const std::string& algorithm, std::vector<Change>& changes) {
        std::vector<FittedLayer> layers;
        std::copy_if(layers_.begin(), layers_.end(), std::back_inserter(layers),
                     [&](const FittedLayer& layer) { return layer.stage == stage; });
        const auto& reference = context_.aligned ? *context_.aligned : *context_.original;
        const auto rows = collect_rows(model_, reference, layers, split_, context_.options.seed + stage, context_);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            auto& node = *layers[i].node;
            const auto fitted = fit(layers[i], rows[i]);
            std::string done = "left: comes no nearer on samples held out";
            if (fitted) {
                write_weights(context_, node, *fitted);
                done =
                    "weights fitted, error from " + short_number(fitted->before) + " to " + short_number(fitted->after);
            }
            context_.observer.step(++done_, layers_.size());
            changes.push_back({algorithm, node.get_friendly_name(), done});
            context_.observer.log(LogLevel::Debug, "tune", node.get_friendly_name() + ": " + done);
        }
    }

    ov::Model& model_;
    Context& context_;
    std::vector<FittedLayer> layers_;
    std::size_t stages_ = 0, done_ = 0;
    SampleSplit split_;
};

}  // namespace

void LayerwiseTuning::request(const ov::Model&, const Context&, StatisticPlan&) const {}

std::vector<Change> LayerwiseTuning::apply(ov::Model& model, Context& context) const {
    if (!model.get_variables().empty()) {
        return {{name(), "", "layers left: the model keeps a state"}};
    }
    Tuner tuner(model, context);
    return tuner.has_work() ? tuner.run(name()) : std::vector<Change>{};
}

}  // namespace octet
