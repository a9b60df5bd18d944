#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "octet/evaluate.hpp"

#include "data/checker/mask.hpp"
#include "data/checker/trace.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// Pixels by their true and their found class.
using ClassPairs = std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t>;

/// Semantic segmentation as accuracy checker measures it; a task of evaluate().
class CheckerSegmentation {
public:
    struct Truth {
        CheckedMask mask;
        StepTrace trace;
        bool is_channels_first = true;
    };
    using Score = std::vector<ClassPairs>;  // of each metric

    /// `facts` are of the first readable sample.
    CheckerSegmentation(const MaskLabels& labels, const checker::Measurement& checker, const ModelFacts& facts,
                        std::size_t models);

    /// Throws Error(InvalidData) or Error(Io) for a mask that cannot be read.
    Truth read(std::size_t index, const std::vector<ov::Tensor>& inputs) const;
    Score score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const;
    void add(std::size_t index, const std::vector<Score>& scores, SampleEvaluation& sample);
    void finish(Evaluation& result, Observer& observer) const;

private:
    const MaskLabels& labels_;
    const checker::Measurement& checker_;
    const ModelFacts& facts_;
    std::size_t output_;
    std::vector<Score> of_model_;
};

}  // namespace octet
