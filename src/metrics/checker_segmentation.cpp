#include "metrics/checker_segmentation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "octet/error.hpp"

namespace octet {
namespace {

using checker::MaskMetric;
using checker::Target;

[[noreturn]] void refuse(const std::string& text) {
    throw Error(ErrorCode::UnsupportedModel, "masks", text);
}

/// What the model gives: a plane for each class, or one of classes.
struct FoundMask {
    int width = 0, height = 0;
    std::size_t planes = 1;
    bool has_planes = false;  ///< is there an axis of planes?
    bool is_real = true;
    std::vector<double> values{};  ///< plane by plane

    std::size_t size() const {
        return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    }
};

FoundMask read_output(const ov::Tensor& output, bool is_channels_first) {
    ov::Shape shape = output.get_shape();
    if (shape.size() > 2 && shape[0] == 1) {
        shape.erase(shape.begin());
    }
    if (shape.size() != 2 && shape.size() != 3) {
        refuse("expected an output of masks [1,C,H,W], [1,H,W,C] or [1,H,W], got " +
               ov::PartialShape(output.get_shape()).to_string());
    }
    const ov::Tensor floats = as_floats(output);
    const auto* values = floats.data<const float>();
    FoundMask mask;
    mask.has_planes = shape.size() == 3;
    mask.is_real = output.get_element_type().is_real();
    const bool is_last = mask.has_planes && !is_channels_first;
    const std::size_t first = mask.has_planes && !is_last ? 1 : 0;
    mask.planes = !mask.has_planes ? 1 : is_last ? shape[2] : shape[0];
    mask.height = static_cast<int>(shape[first]);
    mask.width = static_cast<int>(shape[first + 1]);
    mask.values.resize(output.get_size());
    for (std::size_t p = 0; p < mask.planes; ++p) {
        for (std::size_t i = 0; i < mask.size(); ++i) {
            mask.values[p * mask.size() + i] = values[is_last ? i * mask.planes + p : p * mask.size() + i];
        }
    }
    return mask;
}

/// The first of the highest planes of each pixel.
void take_argmax(FoundMask& mask) {
    std::vector<double> best(mask.size());
    for (std::size_t i = 0; i < best.size(); ++i) {
        for (std::size_t p = 1; p < mask.planes; ++p) {
            const auto at = static_cast<std::size_t>(best[i]);
            best[i] =
                mask.values[p * mask.size() + i] > mask.values[at * mask.size() + i] ? static_cast<double>(p) : best[i];
        }
    }
    mask.values = std::move(best);
    mask.planes = 1;
    mask.has_planes = false;
    mask.is_real = false;
}

/// A plane as bytes, as the tool makes pictures of masks: what is real is spread over all of them.
void to_bytes(std::vector<double>::iterator first, std::vector<double>::iterator last, bool is_real) {
    const auto [low, high] = std::minmax_element(first, last);
    const double least = *low, most = *high;
    if (!is_real && least >= 0 && most <= 255) {
        return;
    }
    const double scale = 255 / (most == least ? 1 : most - least);
    std::transform(first, last, first,
                   [&](double value) { return std::trunc(std::clamp((value - least) * scale, 0.0, 255.0) + 0.5); });
}

template <class T>
std::vector<T> resized(const std::vector<T>& from, PixelSize size, std::size_t values, PixelSize to) {
    const auto columns = nearest_places(size.width, to.width), rows = nearest_places(size.height, to.height);
    std::vector<T> out;
    out.reserve(static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height) * values);
    for (const int row : rows) {
        for (const int column : columns) {
            const auto at = (static_cast<std::size_t>(row) * static_cast<std::size_t>(size.width) +
                             static_cast<std::size_t>(column)) *
                            values;
            out.insert(out.end(), from.begin() + static_cast<std::ptrdiff_t>(at),
                       from.begin() + static_cast<std::ptrdiff_t>(at + values));
        }
    }
    return out;
}

/// The steps for masks, in their order.
class PostProcessor {
public:
    PostProcessor(const checker::Measurement& checker, const StepTrace& trace, CheckedMask& truth, FoundMask& found)
        : checker_(checker), trace_(trace), truth_(truth), found_(found) {}

    void operator()(const checker::ResizeMask& step) {
        PixelSize size = step.is_to_input && trace_.resized ? *trace_.resized : trace_.picture;
        size = {step.width > 0 ? step.width : size.width, step.height > 0 ? step.height : size.height};
        if (step.target != Target::Prediction) {
            truth_.values =
                resized(truth_.values, {truth_.width, truth_.height}, static_cast<std::size_t>(truth_.channels), size);
            truth_.width = size.width;
            truth_.height = size.height;
        }
        if (step.target != Target::Annotation) {
            resize_found(size);
        }
    }

    void operator()(const checker::EncodeMask&) {
        encode_truth();
    }

    void operator()(const checker::CropOrPadMask& step) {
        const auto channels = static_cast<std::size_t>(truth_.channels);
        // Halves go down, as Python's // does.
        const auto half = [](int difference) { return difference >= 0 ? difference / 2 : -((1 - difference) / 2); };
        const int wide = step.width - truth_.width, high = step.height - truth_.height;
        const int from_left = std::max(half(-wide), 0), from_top = std::max(half(-high), 0);
        const int to_left = std::max(half(wide), 0), to_top = std::max(half(high), 0);
        std::vector<std::uint8_t> out(static_cast<std::size_t>(step.width) * static_cast<std::size_t>(step.height) *
                                      channels);
        // The tool takes the wanted size for the end of what is cut out, not its length; the rest is of class 0.
        const int columns = std::min(step.width, truth_.width) - from_left;
        const int rows = std::min(step.height, truth_.height) - from_top;
        if (columns < 1 || rows < 1) {
            refuse("crop_or_pad leaves nothing of a mask of " + std::to_string(truth_.width) + " x " +
                   std::to_string(truth_.height));
        }
        for (int y = 0; y < rows; ++y) {
            const auto from = (static_cast<std::size_t>(y + from_top) * static_cast<std::size_t>(truth_.width) +
                               static_cast<std::size_t>(from_left)) *
                              channels;
            const auto to = (static_cast<std::size_t>(y + to_top) * static_cast<std::size_t>(step.width) +
                             static_cast<std::size_t>(to_left)) *
                            channels;
            std::copy_n(truth_.values.begin() + static_cast<std::ptrdiff_t>(from),
                        static_cast<std::size_t>(columns) * channels, out.begin() + static_cast<std::ptrdiff_t>(to));
        }
        truth_.values = std::move(out);
        truth_.width = step.width;
        truth_.height = step.height;
    }

    template <class Other>
    void operator()(const Other&) {}  // of boxes

private:
    void resize_found(PixelSize size) {
        std::vector<double> all;
        for (std::size_t p = 0; p < found_.planes; ++p) {
            const auto first = found_.values.begin() + static_cast<std::ptrdiff_t>(p * found_.size());
            const auto last = first + static_cast<std::ptrdiff_t>(found_.size());
            to_bytes(first, last, found_.is_real);
            const auto plane = resized(std::vector<double>(first, last), {found_.width, found_.height}, 1, size);
            all.insert(all.end(), plane.begin(), plane.end());
        }
        found_.values = std::move(all);
        found_.width = size.width;
        found_.height = size.height;
        found_.is_real = false;
    }

    void encode_truth() {
        if (truth_.channels != 3) {
            refuse("encode_segmentation_mask takes masks of colours; this one holds numbers");
        }
        if (checker_.classes.colours.empty()) {
            refuse("encode_segmentation_mask needs segmentation_colors in dataset_meta_file");
        }
        std::vector<std::uint8_t> classes(truth_.values.size() / 3);
        for (std::size_t i = 0; i < classes.size(); ++i) {
            for (std::size_t c = 0; c < checker_.classes.colours.size(); ++c) {
                const auto& colour = checker_.classes.colours[c];
                if (std::equal(colour.begin(), colour.end(),
                               truth_.values.begin() + static_cast<std::ptrdiff_t>(3 * i))) {
                    classes[i] = static_cast<std::uint8_t>(c);
                }
            }
        }
        truth_.values = std::move(classes);
        truth_.channels = 1;
    }

    const checker::Measurement& checker_;
    const StepTrace& trace_;
    CheckedMask& truth_;
    FoundMask& found_;
};

ClassPairs count_pairs(const CheckedMask& truth, FoundMask found, const MaskMetric& metric, std::size_t classes) {
    if (metric.is_argmax && !found.has_planes) {
        refuse("the masks hold classes already; expected use_argmax: false of the metric");
    }
    if (metric.is_argmax) {
        take_argmax(found);
    }
    if (truth.channels != 1 || found.planes != 1 || truth.width != found.width || truth.height != found.height) {
        refuse("the true mask is " + std::to_string(truth.width) + " x " + std::to_string(truth.height) + " of " +
               std::to_string(truth.channels) + " values, the found one " + std::to_string(found.width) + " x " +
               std::to_string(found.height) + " of " + std::to_string(found.planes) +
               "; expected equal ones of one value, see resize_segmentation_mask and encode_segmentation_mask");
    }
    ClassPairs pairs;
    const auto limit = static_cast<double>(classes);
    for (std::size_t i = 0; i < truth.values.size(); ++i) {
        const double mine = std::trunc(found.values[i]);
        if (truth.values[i] < classes && mine >= 0 && mine < limit) {
            const auto pair = std::pair<std::int64_t, std::int64_t>(truth.values[i], static_cast<std::int64_t>(mine));
            if (pair.first != metric.ignored && pair.second != metric.ignored) {
                ++pairs[pair];
            }
        }
    }
    return pairs;
}

struct Sums {
    double shared = 0, truth = 0, found = 0;
};

std::map<std::int64_t, Sums> sums_of(const ClassPairs& pairs) {
    std::map<std::int64_t, Sums> sums;
    for (const auto& [pair, pixels] : pairs) {
        const auto count = static_cast<double>(pixels);
        sums[pair.first].truth += count;
        sums[pair.second].found += count;
        sums[pair.first].shared += pair.first == pair.second ? count : 0;
    }
    return sums;
}

double iou(const Sums& sums) {
    return sums.shared / (sums.truth + sums.found - sums.shared);
}

double value_of(const MaskMetric& metric, const ClassPairs& pairs) {
    double ious = 0, right = 0, all = 0, classes = 0;
    for (const auto& [number, sums] : sums_of(pairs)) {
        ious += iou(sums);
        right += sums.shared;
        all += sums.truth;
        ++classes;
    }
    if (classes == 0) {
        throw Error(ErrorCode::InvalidData, "labels", "the masks have no pixel that counts");
    }
    return metric.kind == MaskMetric::Kind::MeanIou ? ious / classes : right / all;
}

bool is_mask(const OutputFacts& output) {
    return output.shape().size() >= 2 && output.shape().size() <= 4;
}

}  // namespace

CheckerSegmentation::CheckerSegmentation(const MaskLabels& labels, const checker::Measurement& checker,
                                         const ModelFacts& facts, std::size_t models)
    : labels_(labels),
      checker_(checker),
      facts_(facts),
      output_(find_output(facts, "", is_mask, "a mask [1,C,H,W], [1,H,W,C] or [1,H,W]")),
      of_model_(models, Score(checker.metrics.size())) {
    if (checker.classes.names.empty()) {
        throw Error(ErrorCode::InvalidOption, "dataset_meta_file",
                    "is missing or names no classes; expected label_map or labels, by which masks are measured");
    }
    for (const auto& metric : checker.metrics) {
        if (!std::holds_alternative<MaskMetric>(metric.kind)) {
            throw Error(ErrorCode::InvalidOption, metric.name, "measures no masks; expected mean_iou");
        }
    }
}

CheckerSegmentation::Truth CheckerSegmentation::read(std::size_t index, const std::vector<ov::Tensor>& inputs) const {
    Truth truth;
    truth.mask = read_checked_mask(labels_.of_sample[index], checker_.mask_reader);
    const auto area = picture_area(facts_, inputs);
    const PixelSize input = area ? PixelSize{area->width, area->height} : PixelSize{};
    // The mask is of the picture's size.
    truth.trace = trace_steps(checker_.preprocessing, {truth.mask.width, truth.mask.height}, input);
    truth.is_channels_first = !facts_.picture_input || facts_.picture_input->layout.is_channels_first();
    return truth;
}

CheckerSegmentation::Score CheckerSegmentation::score(std::size_t, const Truth& truth,
                                                      const std::vector<ov::Tensor>& outputs) const {
    FoundMask found = read_output(outputs[output_], truth.is_channels_first);
    const auto* adapter = std::get_if<checker::SegmentationAdapter>(&checker_.adapter);
    if (adapter != nullptr && adapter->is_argmax) {
        take_argmax(found);
    }
    CheckedMask mask = truth.mask;
    PostProcessor process(checker_, truth.trace, mask, found);
    for (const auto& step : checker_.postprocessing) {
        std::visit(process, step);
    }
    Score score;
    for (const auto& metric : checker_.metrics) {
        score.push_back(count_pairs(mask, found, std::get<MaskMetric>(metric.kind), checker_.classes.names.size()));
    }
    return score;
}

void CheckerSegmentation::add(std::size_t, const std::vector<Score>& scores, SampleEvaluation& sample) {
    for (std::size_t m = 0; m < scores.size(); ++m) {
        for (std::size_t i = 0; i < scores[m].size(); ++i) {
            for (const auto& [pair, pixels] : scores[m][i]) {
                of_model_[m][i][pair] += pixels;
            }
        }
        SampleFigures figures;
        if (!scores[m].empty() && !scores[m].front().empty()) {
            figures.mean_iou = value_of({}, scores[m].front());
        }
        sample.models.push_back(figures);
    }
}

void CheckerSegmentation::finish(Evaluation& result, Observer&) const {
    result.task = "segmentation";
    result.class_metric = "IoU";
    std::map<std::int64_t, ClassEvaluation> classes;
    for (std::size_t i = 0; i < checker_.metrics.size(); ++i) {
        MetricValues& out = result.metrics.emplace_back(MetricValues{checker_.metrics[i].name, {}});
        for (const auto& pairs : of_model_) {
            out.values.push_back(value_of(std::get<MaskMetric>(checker_.metrics[i].kind), pairs[i]));
        }
    }
    for (std::size_t m = 0; m < of_model_.size() && !checker_.metrics.empty(); ++m) {
        for (const auto& [number, sums] : sums_of(of_model_[m].front())) {
            const auto name = checker_.classes.names.find(number);
            auto& each = classes[number];
            each.number = number;
            each.name = name == checker_.classes.names.end() ? "" : name->second;
            each.count = static_cast<std::uint64_t>(sums.truth);
            each.values.resize(of_model_.size());
            each.values[m] = iou(sums);
        }
    }
    for (auto& [number, each] : classes) {
        result.classes.push_back(std::move(each));
    }
}

}  // namespace octet
