#include "metrics/checker_detection.hpp"

#include <utility>

#include "octet/error.hpp"

#include "metrics/checker_precision.hpp"

namespace octet {
namespace {

CheckedBoxes true_boxes(const LabelledPicture& picture, const std::vector<BoxCategory>& categories) {
    CheckedBoxes boxes;
    for (const auto& truth : picture.boxes) {
        const auto& box = truth.box;
        if (truth.is_difficult) {
            boxes.difficult.push_back(static_cast<std::ptrdiff_t>(boxes.boxes.size()));
        }
        boxes.boxes.push_back({box.left, box.top, box.left + box.width, box.top + box.height, 0,
                               categories.at(truth.category).class_number, truth.is_crowd});
    }
    return boxes;
}

ClassFigures figures_of(const checker::Metric& metric, const std::vector<CheckedPicture>& pictures,
                        const std::vector<std::int64_t>& labels) {
    if (const auto* map = std::get_if<checker::MeanAp>(&metric.kind)) {
        return average_precisions(*map, pictures, labels);
    }
    return average_precisions(std::get<checker::CocoPrecision>(metric.kind), pictures, labels);
}

}  // namespace

CheckerDetection::CheckerDetection(const BoxLabels& labels, const checker::Measurement& checker,
                                   const ModelFacts& facts, std::size_t models)
    : labels_(labels), checker_(checker), facts_(facts), adapter_(checker.adapter, facts), of_model_(models) {
    for (const auto& metric : checker.metrics) {
        if (!std::holds_alternative<checker::MeanAp>(metric.kind) &&
            !std::holds_alternative<checker::CocoPrecision>(metric.kind)) {
            throw Error(ErrorCode::InvalidOption, metric.name, "measures no boxes; expected map or coco_precision");
        }
    }
}

CheckerDetection::Truth CheckerDetection::read(std::size_t index, const std::vector<ov::Tensor>& inputs) const {
    const auto& picture = labels_.of_sample[index];
    const auto area = picture_area(facts_, inputs);
    if (!area) {
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    "cannot tell which input takes the picture; expected one with 3 or 1 channels");
    }
    return {trace_steps(checker_.preprocessing, {static_cast<int>(picture.width), static_cast<int>(picture.height)},
                        {area->width, area->height}),
            *area};
}

CheckerDetection::Score CheckerDetection::score(std::size_t index, const Truth& truth,
                                                const std::vector<ov::Tensor>& outputs) const {
    CheckedPicture picture{true_boxes(labels_.of_sample[index], labels_.categories),
                           {adapter_.decode(outputs, truth.area), {}}};
    post_process(checker_.postprocessing, truth.trace, picture);
    return picture;
}

void CheckerDetection::add(std::size_t index, std::vector<Score>& scores, SampleEvaluation& sample) {
    sample.true_boxes = labels_.of_sample[index].boxes.size();
    for (std::size_t m = 0; m < scores.size(); ++m) {
        SampleFigures figures;
        figures.boxes = scores[m].found.boxes.size();
        sample.models.push_back(figures);
        of_model_[m].push_back(std::move(scores[m]));
    }
}

void CheckerDetection::finish(Evaluation& result, Observer&) const {
    result.task = "detection";
    std::vector<std::int64_t> labels;
    for (const auto& category : labels_.categories) {
        labels.push_back(category.class_number);
        result.classes.push_back({category.id, category.name, 0, {}});
    }
    for (const auto& picture : labels_.of_sample) {
        for (const auto& box : picture.boxes) {
            result.classes[box.category].count += 1;
        }
    }
    for (const auto& metric : checker_.metrics) {
        MetricValues& out = result.metrics.emplace_back(MetricValues{metric.name, {}});
        for (const auto& pictures : of_model_) {
            const auto figures = figures_of(metric, pictures, labels);
            out.values.push_back(mean_of(figures));
            for (std::size_t c = 0; c < labels.size() && result.metrics.size() == 1; ++c) {
                result.classes[c].values.push_back(figures[c]);
            }
        }
    }
    result.class_metric = result.metrics.empty() ? "" : result.metrics.front().name;
    std::erase_if(result.classes, [](const ClassEvaluation& each) { return each.count == 0; });
}

}  // namespace octet
