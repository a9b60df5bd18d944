// Object detection: a network of the YOLO kind, pictures with boxes as COCO annotations, mAP@[.5:.95].

#include "example.hpp"

namespace {

// The picture keeps its proportions: it is fitted into the upper left corner, the rest is grey. BGR, 0...255.
const octet::Preprocessing kPreparation{.letterbox = octet::Letterbox{.value = 114, .center = false}};

// The network puts out [1,N,5+C] as YOLOX trains it, a row for each cell of grids of 8, 16 and 32 pixels. Decoding: the
// centre is the cell's place plus the first two numbers, times the cell's size; width and height are the exponentials
// of the next two, times the cell's size; the score is the fifth (is there anything?) times the best of the rest
// (what?). Then non-maximum suppression: of two boxes that overlap by more than `nms_iou` only the better one stays.
// All of that, and the way back through the letterbox to the picture's own pixels, is in octet::evaluate(); other heads
// are other values of BoxFormat.
const octet::EvaluateOptions kDecoding{.boxes = octet::BoxFormat::YoloX, .nms_iou = 0.45, .score_threshold = 0.05};

void detect(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    const auto calibration = octet::open_dataset(*model, {{.path = given.data / "calibration"}}, kPreparation);

    // Boxes come out of one tensor, centres, sizes and scores side by side, which an asymmetric grid fits better: the
    // default preset loses a little more than 1 % of the metric, this one less than half a percent.
    const example::Stopwatch watch;
    const auto result = octet::quantize(model, *calibration, {.preset = octet::Preset::Mixed, .subset = 300});
    const auto files = octet::save(result, given.out, "yolox", given.model);
    const double seconds = watch.seconds();

    const auto validation = octet::open_dataset(*model, {{.path = given.data / "validation"}}, kPreparation);
    const auto labels = octet::open_labels(*model, *validation, given.data / "annotations.json");
    const auto evaluation = octet::evaluate({model, result.model}, *validation, labels, kDecoding);
    for (const auto& metric : evaluation.metrics) {
        std::cout << metric.name << ": " << metric.values[0] << " in FP32, " << metric.values[1] << " in INT8\n";
    }

    const auto& precision = evaluation.metrics.at(0);  // mAP@[.5:.95]
    example::report({.variant = "CPU",
                     .metric = precision.name,
                     .original = precision.values[0],
                     .quantized = precision.values[1],
                     .seconds = seconds,
                     .path = files.xml},
                    model, result.model, *validation);
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, detect);
}
