#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "octet/evaluate.hpp"

#include "metrics/average_precision.hpp"
#include "metrics/box_decoders.hpp"
#include "metrics/model_facts.hpp"

namespace octet {

/// `box` of a tensor in the picture's own pixels.
Box to_picture(const Box& box, const PictureFrame& frame);

/// COCO's average precision of boxes; a task of evaluate().
class Detection {
public:
    /// How the sample's picture lies in its tensor, whose size is `area`.
    struct Truth {
        PictureFrame frame;
        PixelArea area;
    };
    struct Score {
        PictureMatches matches;
        std::size_t left_out = 0;  // boxes of no known category
        double farthest = 0;       // right or lower edge, in pixels of the input
    };

    /// `facts` are of the first readable sample, whose inputs are `inputs`.
    Detection(const BoxLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
              const std::vector<ov::Tensor>& inputs, std::size_t models, Observer& observer);

    Truth read(std::size_t index, const std::vector<ov::Tensor>& inputs) const;
    Score score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const;
    void add(std::size_t index, std::vector<Score>& scores, SampleEvaluation& sample);
    void finish(Evaluation& result, Observer& observer) const;

private:
    const BoxLabels& labels_;
    const ModelFacts& facts_;
    BoxDecoding decoding_;
    std::unordered_map<std::int64_t, std::size_t> category_of_class_;
    std::vector<AveragePrecision> of_model_;
    std::vector<std::uint64_t> truths_;  // of each category
    std::size_t left_out_ = 0;
    double farthest_ = 0;
};

}  // namespace octet
