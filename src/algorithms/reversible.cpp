#include "algorithms/reversible.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <openvino/op/fake_quantize.hpp>

#include "graph/bias.hpp"
#include "graph/bodies.hpp"
#include "graph/constants.hpp"
#include "graph/operations.hpp"

namespace octet {
namespace {

using FakeQuantize = ov::op::v0::FakeQuantize;

/// The FakeQuantize that an input reads, or null.
const FakeQuantize* quantizer_of(const ov::Node& node, std::size_t port) {
    return ov::as_type<const FakeQuantize>(node.get_input_node_ptr(port));
}

/// By how much the quantizer's output is larger than its input: 2 for weights on half of the grid.
double output_factor(const FakeQuantize& quantizer) {
    const auto in = float_values(*find_constant(quantizer.input_value(2)));
    const auto out = float_values(*find_constant(quantizer.input_value(4)));
    for (std::size_t i = 0; i < std::min(in.size(), out.size()); ++i) {
        if (in[i] != 0) {
            return static_cast<double>(out[i]) / in[i];
        }
    }
    return 1;
}

std::shared_ptr<ov::op::v0::Constant> scaled(const std::shared_ptr<ov::op::v0::Constant>& constant, double factor,
                                             const ov::element::Type& type) {
    if (factor == 1 && constant->get_element_type() == type) {
        return constant;
    }
    auto values = float_values(*constant);
    for (float& value : values) {
        value = static_cast<float>(value * factor);
    }
    return ov::op::v0::Constant::create(type, constant->get_shape(), values);
}

/// Sets of numbers that grow together.
class Unions {
public:
    explicit Unions(std::size_t count) : parents_(count) {
        std::iota(parents_.begin(), parents_.end(), std::size_t{0});
    }
    std::size_t root(std::size_t member) const {
        while (parents_[member] != member) {
            member = parents_[member];
        }
        return member;
    }
    void join(std::size_t a, std::size_t b) {
        const std::size_t first = root(a), second = root(b);
        parents_[std::max(first, second)] = std::min(first, second);
    }

private:
    std::vector<std::size_t> parents_;
};

/// Numbers of quantizers that go together.
Unions join_quantizers(const QuantizerPlan& plan) {
    Unions unions(plan.quantizers.size());
    std::map<const ov::Node*, std::size_t> of_operation;
    std::map<std::size_t, std::size_t> of_group;
    for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
        const auto& quantizer = plan.quantizers[q];
        for (const auto& input : quantizer.inputs) {
            for (const auto* operation : input.operations) {
                unions.join(of_operation.emplace(operation, q).first->second, q);
            }
        }
        if (quantizer.group) {
            unions.join(of_group.emplace(*quantizer.group, q).first->second, q);
        }
    }
    return unions;
}

}  // namespace

Uncorrected::Uncorrected(const QuantizerPlan& plan) {
    for (const auto& quantizer : plan.quantizers) {
        for (const auto& input : quantizer.inputs) {
            const auto* inserted = quantizer_of(*input.node, input.port);
            const auto constant = inserted ? find_constant(inserted->input_value(0)) : nullptr;
            if (constant) {
                weights_[{input.node, input.port}] = {constant, output_factor(*inserted)};
            }
            for (const auto* operation : input.operations) {
                const auto bias = is_weighted(*operation) ? bias_values(*operation) : std::nullopt;
                if (bias) {
                    biases_.emplace(operation, *bias);
                }
            }
        }
    }
}

/// The blocks of a model, and what taking each back means.
class ReversibleModel::Finder {
public:
    Finder(ReversibleModel& found, const ov::Model& model, const QuantizerPlan& plan, const Uncorrected& uncorrected)
        : found_(found), plan_(plan), uncorrected_(uncorrected), unions_(join_quantizers(plan)) {
        for (std::size_t q = 0; q < plan.quantizers.size(); ++q) {
            for (const auto& input : plan.quantizers[q].inputs) {
                for (const auto* operation : input.operations) {
                    roots_.emplace(operation, unions_.root(q));
                }
            }
        }
        const auto graphs = all_graphs(model);
        for (std::size_t g = 0; g < graphs.size(); ++g) {
            const auto nodes = graphs[g].model->get_ordered_ops();
            for (std::size_t n = 0; n < nodes.size(); ++n) {
                places_[nodes[n].get()] = {g, n};
                add_operation(*nodes[n], graphs[g].prefix);
            }
        }
    }

    void add_quantizers() {
        for (std::size_t q = 0; q < plan_.quantizers.size(); ++q) {
            const auto block = block_of_root_.find(unions_.root(q));
            if (block == block_of_root_.end()) {
                continue;  // serves nothing that is left
            }
            const auto& quantizer = plan_.quantizers[q];
            Reversal reversal;
            for (const auto& input : quantizer.inputs) {
                add_reader(input, reversal);
            }
            found_.blocks_[block->second].quantizers.push_back(quantizer.prefix + quantizer.name);
            auto& readers = found_.block_reversals_[block->second].readers;
            readers.insert(readers.end(), reversal.readers.begin(), reversal.readers.end());
            if (!reversal.readers.empty()) {
                add_quantizer(quantizer, std::move(reversal));
            }
        }
    }

private:
    void add_operation(const ov::Node& node, const std::string& prefix) {
        const auto root = roots_.find(&node);
        if (root == roots_.end()) {
            return;
        }
        const auto [number, is_new] = block_of_root_.emplace(root->second, found_.blocks_.size());
        if (is_new) {
            found_.blocks_.emplace_back();
            found_.block_reversals_.emplace_back();
        }
        auto& block = found_.blocks_[number->second];
        auto& biases = found_.block_reversals_[number->second].biases;
        const std::string name = prefix + node.get_friendly_name();
        block.operations.push_back(name);
        const auto bias = uncorrected_.biases_.find(&node);
        const bool is_first_weighted = bias != uncorrected_.biases_.end() && biases.empty();
        if (block.name.empty() || is_first_weighted) {
            block.name = name;
            block.type = node.get_type_name();
        }
        if (bias != uncorrected_.biases_.end()) {
            biases.push_back({places_.at(&node), bias->second});
        }
    }

    void add_quantizer(const Quantizer& quantizer, Reversal&& reversal) {
        std::map<std::string, const ov::Node*> served;
        for (const auto& input : quantizer.inputs) {
            for (const auto* operation : input.operations) {
                served.emplace(quantizer.prefix + operation->get_friendly_name(), operation);
            }
        }
        ReversibleQuantizer made{
            .name = quantizer.prefix + quantizer.name, .kind = quantizer.kind, .levels = quantizer.scheme.levels()};
        for (const auto& [name, operation] : served) {
            made.operations.push_back(name);
            made.types.emplace_back(operation->get_type_name());
            const auto place = places_.find(operation);
            const auto bias = uncorrected_.biases_.find(operation);
            if (quantizer.kind == TensorKind::Weights && place != places_.end() && bias != uncorrected_.biases_.end()) {
                reversal.biases.push_back({place->second, bias->second});
            }
        }
        found_.quantizers_.push_back(std::move(made));
        found_.quantizer_reversals_.push_back(std::move(reversal));
    }

    void add_reader(const QuantizedInput& input, Reversal& reversal) const {
        const auto place = places_.find(input.node);
        if (place != places_.end() && quantizer_of(*input.node, input.port)) {
            const auto weights = uncorrected_.weights_.find({input.node, input.port});
            reversal.readers.push_back(
                {place->second, input.port,
                 weights == uncorrected_.weights_.end() ? Uncorrected::Weights{} : weights->second});
        }
    }

    ReversibleModel& found_;
    const QuantizerPlan& plan_;
    const Uncorrected& uncorrected_;
    Unions unions_;
    std::map<const ov::Node*, std::size_t> roots_;  // of operations; looked up only
    std::map<const ov::Node*, Place> places_;       // likewise
    std::map<std::size_t, std::size_t> block_of_root_;
};

ReversibleModel::ReversibleModel(const ov::Model& model, const QuantizerPlan& plan, const Uncorrected& uncorrected)
    : model_(model.clone()) {
    Finder(*this, model, plan, uncorrected).add_quantizers();
}

std::shared_ptr<ov::Model> ReversibleModel::without(const std::vector<std::size_t>& blocks) const {
    return reversed(block_reversals_, blocks);
}

std::shared_ptr<ov::Model> ReversibleModel::without_quantizers(const std::vector<std::size_t>& quantizers) const {
    return reversed(quantizer_reversals_, quantizers);
}

std::shared_ptr<ov::Model> ReversibleModel::reversed(const std::vector<Reversal>& reversals,
                                                     const std::vector<std::size_t>& numbers) const {
    const auto copy = model_->clone();
    std::vector<std::vector<std::shared_ptr<ov::Node>>> nodes;  // as they are numbered, whatever is inserted
    for (const auto& graph : all_graphs(*copy)) {
        nodes.push_back(graph.model->get_ordered_ops());
    }
    for (const std::size_t number : numbers) {
        for (const auto& reader : reversals[number].readers) {
            auto& node = *nodes[reader.place.graph][reader.place.number];
            if (const auto* quantizer = quantizer_of(node, reader.port)) {
                const auto& weights = reader.weights;
                const auto& type = quantizer->get_output_element_type(0);
                node.input(reader.port)
                    .replace_source_output(weights.constant ? scaled(weights.constant, weights.factor, type)->output(0)
                                                            : quantizer->input_value(0));
            }
        }
        for (const auto& bias : reversals[number].biases) {
            set_bias(*nodes[bias.place.graph][bias.place.number], bias.values);
        }
    }
    return copy;
}

}  // namespace octet
