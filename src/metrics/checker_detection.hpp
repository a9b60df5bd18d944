#pragma once

#include <cstdint>
#include <vector>

#include "octet/evaluate.hpp"

#include "metrics/checker_adapters.hpp"
#include "metrics/checker_boxes.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// Detection as accuracy checker measures it; a task of evaluate().
class CheckerDetection {
public:
    struct Truth {
        StepTrace trace;
        PixelArea area;
    };
    using Score = CheckedPicture;

    /// `facts` are of the first readable sample.
    CheckerDetection(const BoxLabels& labels, const checker::Measurement& checker, const ModelFacts& facts,
                     std::size_t models);

    Truth read(std::size_t index, const std::vector<ov::Tensor>& inputs) const;
    Score score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const;
    void add(std::size_t index, std::vector<Score>& scores, SampleEvaluation& sample);
    void finish(Evaluation& result, Observer& observer) const;

private:
    const BoxLabels& labels_;
    const checker::Measurement& checker_;
    const ModelFacts& facts_;
    CheckerAdapter adapter_;
    std::vector<std::vector<CheckedPicture>> of_model_;
};

}  // namespace octet
