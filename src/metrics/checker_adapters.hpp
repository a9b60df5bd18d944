#pragma once

#include <cstddef>
#include <vector>

#include <openvino/runtime/tensor.hpp>

#include "octet/checker_rules.hpp"

#include "metrics/checker_boxes.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// Reads a model's outputs as boxes, as the tool's adapters do it.
class CheckerAdapter {
public:
    /// Throws Error(InvalidOption) or Error(UnsupportedModel) where the outputs are not there.
    CheckerAdapter(const checker::Adapter& adapter, const ModelFacts& facts);

    /// `area`: the size of the input. Throws Error(UnsupportedModel) for outputs of other shapes.
    std::vector<CheckedBox> decode(const std::vector<ov::Tensor>& outputs, const PixelArea& area) const;

private:
    const checker::Adapter& adapter_;
    std::vector<std::size_t> outputs_;
};

}  // namespace octet
