#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <openvino/core/model.hpp>
#include <openvino/op/constant.hpp>

#include "placement/plan.hpp"

namespace octet {

// Quantized operations taken back to floating point, one by one, without quantizing anew: to learn what each costs.

/// What quantizers of weights stand on and what biases are, before anything is corrected; taken right after the
/// quantizers were inserted.
class Uncorrected {
public:
    Uncorrected() = default;
    explicit Uncorrected(const QuantizerPlan& plan);

private:
    friend class ReversibleModel;

    struct Weights {
        std::shared_ptr<ov::op::v0::Constant> constant;
        double factor = 1;  ///< by which the quantizer multiplies, see SaturationFix
    };
    std::map<std::pair<const ov::Node*, std::size_t>, Weights> weights_;  // by reader and port; looked up only
    std::map<const ov::Node*, std::vector<double>> biases_;               // of weighted operations; looked up only
};

/// Operations that go back to floating point together: those that share a quantizer, and those whose quantizers share
/// a range. In floating point they have no quantizer left.
struct Block {
    std::vector<std::string> operations;  ///< names, with those of the operations around a body; in topological order
    std::string name, type;               ///< of the one to call it by: the first weighted one, else the first
    std::vector<std::string> quantizers;  ///< names, in the plan's order
};

/// One quantizer that is there, and the operations for whose sake it is: names as those of Block.
struct ReversibleQuantizer {
    std::string name{};
    TensorKind kind = TensorKind::Weights;
    std::size_t levels = 0;
    std::vector<std::string> operations{}, types{};  ///< the types of these, one each
};

/// A quantized model in f32 arithmetic (FakeQuantize on f32 weights) with its quantizers, and its blocks of them.
class ReversibleModel {
public:
    /// Copies `model`, in which `plan` is carried out.
    ReversibleModel(const ov::Model& model, const QuantizerPlan& plan, const Uncorrected& uncorrected);

    /// In topological order of their first operations.
    const std::vector<Block>& blocks() const {
        return blocks_;
    }

    /// In the plan's order.
    const std::vector<ReversibleQuantizer>& quantizers() const {
        return quantizers_;
    }

    /// A copy in which these blocks are in floating point: without their quantizers, weights and biases as they were.
    std::shared_ptr<ov::Model> without(const std::vector<std::size_t>& blocks) const;

    /// A copy without these quantizers: what one of weights stood on, and the biases that go with it, as they were.
    std::shared_ptr<ov::Model> without_quantizers(const std::vector<std::size_t>& quantizers) const;

private:
    /// An operation of the model, by numbers that hold in copies, too.
    struct Place {
        std::size_t graph = 0, number = 0;
    };
    struct Reader {
        Place place;
        std::size_t port = 0;
        Uncorrected::Weights weights;  ///< without constant: reads an activation
    };
    struct Bias {
        Place place;
        std::vector<double> values;
    };
    struct Reversal {
        std::vector<Reader> readers{};
        std::vector<Bias> biases{};
    };
    class Finder;

    std::shared_ptr<ov::Model> reversed(const std::vector<Reversal>& reversals,
                                        const std::vector<std::size_t>& numbers) const;

    std::shared_ptr<ov::Model> model_;
    std::vector<Block> blocks_;
    std::vector<ReversibleQuantizer> quantizers_;
    std::vector<Reversal> block_reversals_, quantizer_reversals_;  // of each
};

}  // namespace octet
