#include "metrics/detection.hpp"

#include <algorithm>
#include <string>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr double kFewPixels = 2;

PixelArea needed_area(const ModelFacts& facts, const std::vector<ov::Tensor>& inputs) {
    const auto area = picture_area(facts, inputs);
    if (!area) {
        throw Error(ErrorCode::UnsupportedModel, "boxes",
                    "cannot tell which input takes the picture; expected one with 3 or 1 channels, or say its layout "
                    "with --layout");
    }
    return *area;
}

void check_labels(const BoxLabels& labels) {
    const auto refuse = [](std::size_t sample, const std::string& text) {
        throw Error(ErrorCode::InvalidOption, "labels", "sample " + std::to_string(sample) + " " + text);
    };
    for (std::size_t i = 0; i < labels.of_sample.size(); ++i) {
        const auto& picture = labels.of_sample[i];
        if (picture.width < 1 || picture.height < 1 || picture.width > INT32_MAX || picture.height > INT32_MAX) {
            refuse(i, "has a picture without a size");
        }
        for (const auto& box : picture.boxes) {
            if (box.category >= labels.categories.size()) {
                refuse(i, "has a box of an unknown category");
            }
        }
    }
}

std::unordered_map<std::int64_t, std::size_t> categories_by_class(const std::vector<BoxCategory>& categories) {
    std::unordered_map<std::int64_t, std::size_t> out;
    for (std::size_t i = 0; i < categories.size(); ++i) {
        const auto [position, is_new] = out.emplace(categories[i].class_number, i);
        if (!is_new) {
            throw Error(ErrorCode::InvalidData, "labels",
                        "categories \"" + categories[position->second].name + "\" and \"" + categories[i].name +
                            "\" are both class " + std::to_string(categories[i].class_number) + " of the model");
        }
    }
    return out;
}

/// Throws where a true box is of a class that the model does not have.
void check_range(const BoxLabels& labels, std::size_t classes, Observer& observer) {
    if (classes == 0) {
        return;
    }
    if (classes != labels.categories.size()) {
        observer.log(LogLevel::Info, "evaluate",
                     "the model has " + std::to_string(classes) + " classes, the annotations " +
                         std::to_string(labels.categories.size()) + " categories");
    }
    for (const auto& picture : labels.of_sample) {
        for (const auto& box : picture.boxes) {
            const auto& category = labels.categories[box.category];
            if (category.class_number < 0 || category.class_number >= static_cast<std::int64_t>(classes)) {
                throw Error(ErrorCode::InvalidData, "labels",
                            "category \"" + category.name + "\" would be class " +
                                std::to_string(category.class_number) + ", but the model has the classes 0 to " +
                                std::to_string(classes - 1) + "; name the model's classes with --classes");
            }
        }
    }
}

}  // namespace

Box to_picture(const Box& box, const PictureFrame& frame) {
    const double across = static_cast<double>(frame.kept.width) / frame.placed.width;
    const double down = static_cast<double>(frame.kept.height) / frame.placed.height;
    return {frame.kept.left + (box.left - frame.placed.left) * across,
            frame.kept.top + (box.top - frame.placed.top) * down, box.width * across, box.height * down};
}

Detection::Detection(const BoxLabels& labels, const EvaluateOptions& options, const ModelFacts& facts,
                     const std::vector<ov::Tensor>& inputs, std::size_t models, Observer& observer)
    : labels_(labels),
      facts_(facts),
      decoding_{choose_boxes(facts, options.boxes, options.output, needed_area(facts, inputs)), options.score_threshold,
                options.nms_iou},
      of_model_(models),
      truths_(labels.categories.size()) {
    check_labels(labels);
    category_of_class_ = categories_by_class(labels.categories);
    check_range(labels, decoding_.reading.classes, observer);
    const auto& reading = decoding_.reading;
    if (reading.mask_coefficients > 0) {
        observer.log(LogLevel::Info, "evaluate", "masks are not measured, only boxes");
    }
    if (!reading.why.empty()) {
        observer.log(LogLevel::Info, "evaluate",
                     "boxes are read as " + format_name(reading.format) + ", " + format_shapes(reading.format) +
                         ", by " + reading.why);
    }
}

Detection::Truth Detection::read(std::size_t index, const std::vector<ov::Tensor>& inputs) const {
    const auto& picture = labels_.of_sample[index];
    const PixelArea area = needed_area(facts_, inputs);
    return {picture_frame(facts_.preparation, static_cast<int>(picture.width), static_cast<int>(picture.height),
                          area.width, area.height),
            area};
}

Detection::Score Detection::score(std::size_t index, const Truth& truth, const std::vector<ov::Tensor>& outputs) const {
    Score score;
    std::vector<FoundBox> found;
    for (const auto& box : decode_boxes(decoding_, outputs, truth.area)) {
        score.farthest = std::max({score.farthest, box.box.left + box.box.width, box.box.top + box.box.height});
        const auto category = category_of_class_.find(box.label);
        if (category == category_of_class_.end()) {
            ++score.left_out;
        } else {
            found.push_back({to_picture(box.box, truth.frame), box.score, static_cast<std::int64_t>(category->second)});
        }
    }
    score.matches = match_boxes(found, labels_.of_sample[index].boxes);
    return score;
}

void Detection::add(std::size_t index, std::vector<Score>& scores, SampleEvaluation& sample) {
    sample.true_boxes = 0;
    for (const auto& [category, part] : scores.front().matches.categories) {
        *sample.true_boxes += part.truths;
        truths_[category] += part.truths;
    }
    for (std::size_t m = 0; m < scores.size(); ++m) {
        SampleFigures figures;
        for (const auto& [category, part] : scores[m].matches.categories) {
            figures.boxes += part.boxes.size();
            figures.matched +=
                static_cast<std::size_t>(std::count_if(part.boxes.begin(), part.boxes.end(), [](const MatchedBox& box) {
                    return (box.matched & 1U) != 0 && (box.ignored & 1U) == 0;
                }));
        }
        sample.models.push_back(figures);
        left_out_ += scores[m].left_out;
        farthest_ = std::max(farthest_, scores[m].farthest);
        of_model_[m].add(labels_.of_sample[index].id, std::move(scores[m].matches));
    }
}

void Detection::finish(Evaluation& result, Observer& observer) const {
    result.task = "detection";
    result.metrics = {{"mAP@[.5:.95]", {}}, {"AP@.5", {}}, {"AP@.75", {}}};
    result.class_metric = result.metrics.front().name;
    for (std::size_t c = 0; c < labels_.categories.size(); ++c) {
        result.classes.push_back({labels_.categories[c].id, labels_.categories[c].name, truths_[c], {}});
    }
    for (const auto& precision : of_model_) {
        const auto figures = precision.figures(labels_.categories.size());
        result.metrics[0].values.push_back(figures.ap);
        result.metrics[1].values.push_back(figures.ap50);
        result.metrics[2].values.push_back(figures.ap75);
        for (std::size_t c = 0; c < result.classes.size(); ++c) {
            result.classes[c].values.push_back(figures.of_category[c]);
        }
    }
    std::erase_if(result.classes, [](const ClassEvaluation& each) { return each.count == 0; });
    if (farthest_ > 0 && farthest_ < kFewPixels) {
        observer.log(
            LogLevel::Warning, "evaluate",
            "all boxes lie within the first two pixels of the input; are they shares of its size? Expected pixels");
    }
    if (left_out_ > 0) {
        observer.log(LogLevel::Info, "evaluate",
                     std::to_string(left_out_) +
                         " boxes are of classes that the annotations have no category for; "
                         "they do not count");
    }
}

}  // namespace octet
