// Segmentation: a network that puts out a map of text, a metric of your own: the h-mean of text regions at IoU 0.5.

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "example.hpp"

namespace {

const octet::Preprocessing kPreparation{.mean = {{127.5}}, .scale = {{127.5}}};

using Regions = std::vector<cv::Rect2d>;

/// The regions of text in a map [1,1,H,W] of probabilities. The network is trained to give their cores, so each is
/// widened by its area over its perimeter, times 1.6.
Regions find_regions(ov::Tensor map) {
    const auto shape = map.get_shape();
    const cv::Mat probability(static_cast<int>(shape[2]), static_cast<int>(shape[3]), CV_32F, map.data());
    cv::Mat mask, components, statistics, centres;
    cv::dilate(probability > 0.3, mask, cv::Mat::ones(2, 2, CV_8U));
    const int count = cv::connectedComponentsWithStats(mask, components, statistics, centres);
    Regions regions;
    for (int i = 1; i < count; ++i) {  // 0 is the background
        const cv::Rect core(statistics.at<int>(i, cv::CC_STAT_LEFT), statistics.at<int>(i, cv::CC_STAT_TOP),
                            statistics.at<int>(i, cv::CC_STAT_WIDTH), statistics.at<int>(i, cv::CC_STAT_HEIGHT));
        if (std::min(core.width, core.height) >= 3 && cv::mean(probability(core))[0] >= 0.5) {
            const double margin = 1.6 * core.area() / (2.0 * (core.width + core.height));
            regions.emplace_back(core.x - margin, core.y - margin, core.width + 2 * margin, core.height + 2 * margin);
        }
    }
    return regions;
}

/// How many of `found` have a partner among `truth` that they overlap by half or more; each has at most one.
std::size_t count_matches(const Regions& found, Regions truth) {
    std::size_t matches = 0;
    for (const auto& region : found) {
        const auto overlap = [&](const cv::Rect2d& other) {
            const double common = (region & other).area();
            return common / (region.area() + other.area() - common);
        };
        const auto best = std::max_element(truth.begin(), truth.end(),
                                           [&](const auto& a, const auto& b) { return overlap(a) < overlap(b); });
        if (best != truth.end() && overlap(*best) >= 0.5) {
            truth.erase(best);
            ++matches;
        }
    }
    return matches;
}

/// The harmonic mean of precision and recall: 2 * matches / (found + true).
double h_mean(const example::Model& model, const octet::Dataset& data, const octet::BoxLabels& labels) {
    example::Inference infer(model);
    std::size_t matches = 0, regions = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        Regions truth;
        for (const auto& text : labels.of_sample[i].boxes) {
            truth.emplace_back(text.box.left, text.box.top, text.box.width, text.box.height);
        }
        const auto found = find_regions(infer(data.sample(i)));
        matches += count_matches(found, truth);
        regions += found.size() + truth.size();
    }
    return 2.0 * static_cast<double>(matches) / static_cast<double>(regions);
}

void segment(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    const auto calibration = octet::open_dataset(*model, {{.path = given.data / "calibration"}}, kPreparation);

    const example::Stopwatch watch;
    const auto result = octet::quantize(model, *calibration, {.subset = 300});
    const auto files = octet::save(result, given.out, "text_map", given.model);
    const double seconds = watch.seconds();

    const auto validation = octet::open_dataset(*model, {{.path = given.data / "validation"}}, kPreparation);
    const auto labels = octet::open_labels(*model, *validation, given.data / "annotations.json");
    const auto& boxes = std::get<octet::BoxLabels>(labels);
    example::report({.variant = "CPU",
                     .metric = "h-mean",
                     .original = h_mean(model, *validation, boxes),
                     .quantized = h_mean(result.model, *validation, boxes),
                     .seconds = seconds,
                     .path = files.xml},
                    model, result.model, *validation);
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, segment);
}
