#include <algorithm>
#include <cmath>

#include "config/checker_parts.hpp"

// Adapters and metrics.
namespace octet {
namespace {

using namespace checker;

/// Anchors that have a name.
const Words<std::vector<double>> kNamedAnchors{
    {"yolo_v3", {10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326}},
    {"tiny_yolo_v3", {10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319}}};

std::vector<double> read_anchors(SectionReader& section) {
    const Json& json = section.value("anchors");
    const std::string word = json.is_null() ? "yolo_v3" : json.is_string() ? json.get<std::string>() : "";
    for (const auto& [name, anchors] : kNamedAnchors) {
        if (word == name) {
            return anchors;
        }
    }
    const auto anchors = read_numbers(json);
    if (!anchors || anchors->size() % 2 != 0) {
        section.problems().add(section.path_of("anchors"),
                               "expected pairs of numbers, yolo_v3 or tiny_yolo_v3; got " + in_short(json));
        return kNamedAnchors.front().second;
    }
    return *anchors;
}

/// The pairs of `all` at the positions that `anchor_masks` gives for each output.
std::vector<std::vector<double>> masked_anchors(SectionReader& section, const std::vector<double>& all,
                                                std::size_t outputs) {
    const Json& masks = section.value("anchor_masks");
    if (masks.is_null()) {
        return {all};
    }
    std::vector<std::vector<double>> anchors;
    for (const auto& mask : masks.is_array() ? masks : Json::array()) {
        auto& of_output = anchors.emplace_back();
        for (const auto& place : mask.is_array() ? mask : Json::array({mask})) {
            if (!place.is_number_integer() || place.get<double>() < 0 ||
                2 * place.get<double>() >= double(all.size())) {
                section.problems().add(section.path_of("anchor_masks"),
                                       "expected positions of pairs among the anchors; "
                                       "got " +
                                           in_short(masks));
                return {all};
            }
            const auto at = 2 * place.get<std::size_t>();
            of_output.insert(of_output.end(), {all[at], all[at + 1]});
        }
    }
    if (anchors.size() != outputs ||
        std::any_of(anchors.begin(), anchors.end(), [](const auto& a) { return a.empty(); })) {
        section.problems().add(section.path_of("anchor_masks"), "expected a list of positions for each output");
        return {all};
    }
    return anchors;
}

Adapter read_yolo_grid(SectionReader& section, bool is_v5) {
    YoloGridAdapter adapter;
    adapter.is_v5 = is_v5;
    adapter.outputs = read_texts(section, "outputs", "the outputs' names");
    adapter.anchors = masked_anchors(section, read_anchors(section), adapter.outputs.size());
    adapter.classes = section.whole("classes", 1, 100000).value_or(80);
    adapter.boxes = section.whole("num", 1, 1000).value_or(3);
    adapter.threshold = section.number("threshold", 0, 1e30).value_or(0.001);
    const Json& cells = section.value("cells");
    if (!cells.is_null()) {
        adapter.cells.clear();
        for (const auto& count : cells.is_array() ? cells : Json::array({cells})) {
            if (!count.is_number_integer() || count.get<double>() < 1 || count.get<double>() > 10000) {
                section.problems().add(section.path_of("cells"),
                                       "expected the sides of the grids; got " + in_short(cells));
                break;
            }
            adapter.cells.push_back(count.get<int>());
        }
    }
    if (2 * static_cast<std::size_t>(adapter.boxes) > adapter.anchors.front().size() && !section.has("anchor_masks")) {
        section.problems().add(section.path_of("num"), "is more than there are anchors");
    }
    adapter.is_reshaped = section.flag("do_reshape", false);
    adapter.is_raw = section.flag("raw_output", false);
    adapter.is_channels_last = section.choice<bool>("output_format", {{"BHW", false}, {"HWB", true}}, false);
    adapter.has_several_labels = section.flag("multiple_labels", false);
    section.refuse("transpose", nullptr, "is not available");
    section.refuse("coords", 4, "expected 4");
    return adapter;
}

Adapter read_classification(SectionReader& section) {
    for (const char* name : {"argmax_output", "fixed_output", "block", "label_as_array"}) {
        section.refuse(name, false, "is not available; expected false");
    }
    section.refuse("multi_label_threshold", nullptr, "is not available");
    section.skip({"do_softmax", "fixed_output_index"});  // a softmax keeps the order of scores
    return ClassificationAdapter{section.text("classification_output")};
}

Adapter read_bert_classification(SectionReader& section) {
    BertClassificationAdapter adapter;
    adapter.output = section.text("classification_out");
    if (!section.has("num_classes")) {
        section.problems().add(section.path_of("num_classes"), "is missing; expected how many classes there are");
    }
    adapter.classes = static_cast<std::size_t>(section.whole("num_classes", 1, 1000000).value_or(2));
    adapter.is_single_score = section.flag("single_score", false);
    return adapter;
}

Adapter read_ssd(SectionReader&) {
    return SsdAdapter{};
}

Adapter read_yolo_v3(SectionReader& section) {
    return read_yolo_grid(section, false);
}

Adapter read_yolo_v5(SectionReader& section) {
    return read_yolo_grid(section, true);
}

Adapter read_yolox(SectionReader& section) {
    section.refuse("num", 5, "expected 5");
    return YoloxAdapter{false, section.number("threshold", 0, 1e30).value_or(0.001), section.text("output_name")};
}

Adapter read_yolor(SectionReader& section) {
    section.refuse("num", 5, "expected 5");
    return YoloxAdapter{true, section.number("threshold", 0, 1e30).value_or(0.001), section.text("output_name")};
}

Adapter read_yolo_v8(SectionReader& section) {
    return YoloV8Adapter{section.number("conf_threshold", 0, 1e30).value_or(0.25), section.flag("multi_label", true)};
}

Adapter read_segmentation(SectionReader& section) {
    return SegmentationAdapter{section.flag("make_argmax", false)};
}

const Words<Adapter (*)(SectionReader&)> kAdapters{{"classification", read_classification},
                                                   {"bert_classification", read_bert_classification},
                                                   {"ssd", read_ssd},
                                                   {"yolo_v3", read_yolo_v3},
                                                   {"yolo_v5", read_yolo_v5},
                                                   {"yolox", read_yolox},
                                                   {"yolor", read_yolor},
                                                   {"yolov8_detection", read_yolo_v8},
                                                   {"segmentation", read_segmentation}};

std::size_t read_top_k(SectionReader& section) {
    return static_cast<std::size_t>(section.whole("top_k", 1).value_or(1));
}

Metric read_accuracy_metric(SectionReader& section) {
    section.refuse("match", false, "is not available; expected false");
    section.skip({"cast_to_int"});
    return {{}, Accuracy{read_top_k(section)}};
}

Metric read_accuracy_per_class(SectionReader& section) {
    section.refuse("label_map", "label_map", "is not available");
    return {{}, AccuracyPerClass{read_top_k(section)}};
}

Metric read_matthews(SectionReader&) {
    return {{}, MatthewsCorrelation{}};
}

Metric read_f1(SectionReader& section) {
    section.refuse("pixel_level", false, "is not available; expected false");
    section.refuse("label_map", "label_map", "is not available");
    ClassificationF1 metric;
    if (const auto positive = section.whole("pos_label", 0)) {
        metric.positive = static_cast<std::size_t>(*positive);
    }
    return {{}, metric};
}

Metric read_map(SectionReader& section) {
    MeanAp metric;
    metric.overlap = section.number("overlap_threshold", 0, 1).value_or(0.5);
    metric.is_11_point = section.choice<bool>("integral", {{"max", false}, {"11point", true}}, false);
    metric.is_ioa = section.choice<bool>("overlap_method", {{"iou", false}, {"ioa", true}}, false);
    metric.ignores_difficult = section.flag("ignore_difficult", true);
    metric.has_boundaries = section.flag("include_boundaries", true);
    metric.has_distinct_scores = section.flag("distinct_conf", false);
    metric.allows_matches_per_ignored = section.flag("allow_multiple_matches_per_ignored", false);
    metric.counts_filtered = section.flag("use_filtered_tp", false);
    section.refuse("label_map", "label_map", "is not available");
    return {{}, metric};
}

/// COCO's IoU thresholds by name, as numpy's linspace() makes them.
std::vector<double> coco_thresholds() {
    std::vector<double> values;
    constexpr double kStep = (.95 - .5) / 9;
    for (int i = 0; i < 9; ++i) {
        values.push_back(i * kStep + .5);
    }
    values.push_back(.95);
    return values;
}

Metric read_coco(SectionReader& section) {
    CocoPrecision metric;
    metric.most = static_cast<std::size_t>(section.whole("max_detections", 1).value_or(20));
    const Json& json = section.value("threshold");
    std::string text = json.is_string() ? json.get<std::string>() : json.is_null() ? "0.5:0.05:0.95" : "";
    std::replace(text.begin(), text.end(), ':', ',');
    const auto numbers = text.empty() ? read_numbers(json) : read_numbers(Json(text));
    const bool is_range = numbers && !text.empty() && *numbers == std::vector<double>{.5, .05, .95};
    const bool is_list = numbers && (text.empty() || numbers->size() == 1);
    if (is_range) {
        metric.thresholds = coco_thresholds();
    } else if (is_list && std::all_of(numbers->begin(), numbers->end(), [](double t) { return t >= 0 && t <= 1; })) {
        metric.thresholds = *numbers;
    } else {
        section.problems().add(
            section.path_of("threshold"),
            "expected a number from 0 to 1, a list of them, or 0.5:0.05:0.95; got " + in_short(json));
        metric.thresholds = coco_thresholds();
    }
    return {{}, metric};
}

Metric read_mask_metric(SectionReader& section, MaskMetric::Kind kind) {
    MaskMetric metric{kind, section.flag("use_argmax", true), {}};
    if (const auto ignored = section.whole("ignore_label", 0)) {
        metric.ignored = *ignored;
    }
    return {{}, metric};
}

Metric read_mean_iou(SectionReader& section) {
    return read_mask_metric(section, MaskMetric::Kind::MeanIou);
}

Metric read_mask_accuracy(SectionReader& section) {
    return read_mask_metric(section, MaskMetric::Kind::Accuracy);
}

const Words<Metric (*)(SectionReader&)> kMetrics{{"accuracy", read_accuracy_metric},
                                                 {"accuracy_per_class", read_accuracy_per_class},
                                                 {"classification_f1-score", read_f1},
                                                 {"metthews_correlation_coef", read_matthews},
                                                 {"map", read_map},
                                                 {"coco_precision", read_coco},
                                                 {"mean_iou", read_mean_iou},
                                                 {"segmentation_accuracy", read_mask_accuracy}};

}  // namespace

Adapter read_adapter(SectionReader& section) {
    const Json& json = section.value("adapter");
    if (json.is_null()) {
        section.problems().add(section.path_of("adapter"), "is missing; expected how the outputs are to be read");
        return {};
    }
    const Json whole = json.is_string() ? Json{{"type", json}} : json;
    SectionReader adapter(whole, section.path_of("adapter"), section.problems());
    if (!json.is_object() && !json.is_string()) {
        return {};
    }
    return read_kind<Adapter>(adapter, "type", kAdapters).value_or(Adapter{});
}

std::optional<Metric> read_metric(SectionReader section) {
    section.skip({"reference", "abs_threshold", "rel_threshold", "presenter"});
    section.refuse("annotation_source", nullptr, "is not available");
    section.refuse("prediction_source", nullptr, "is not available");
    const std::string type = section.text("type"), name = section.text("name");
    auto metric = read_kind<Metric>(section, "type", kMetrics);
    if (metric) {
        metric->name = name.empty() ? type : name;
    }
    return metric;
}

}  // namespace octet
