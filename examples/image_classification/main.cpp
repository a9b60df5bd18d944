// Image classification: a folder of pictures to calibrate on, labelled pictures to judge by, top-1 accuracy.

#include "example.hpp"

namespace {

// How the network was trained to see pictures: RGB, 224x224, each channel less its mean and over its deviation.
const octet::Preprocessing kPreparation{.mean = {{123.675, 116.28, 103.53}},
                                        .scale = {{58.395, 57.12, 57.375}},
                                        .rgb = true,
                                        .resize = octet::Resize::Cubic};

void classify(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    const auto calibration = octet::open_dataset(*model, {{.path = given.data / "calibration"}}, kPreparation);

    const example::Stopwatch watch;
    const auto result = octet::quantize(model, *calibration, {.subset = 300});
    const auto files = octet::save(result, given.out, "mobilenet_v2", given.model);
    const double seconds = watch.seconds();

    // A picture's folder is its class; "folders" may as well be a list or an array of labels, see octet::open_labels.
    const auto validation = octet::open_dataset(*model, {{.path = given.data / "validation"}}, kPreparation);
    const auto labels = octet::open_labels(*model, *validation, "folders");
    const auto accuracy = octet::evaluate({model, result.model}, *validation, labels, {.top = {1}}).metrics.at(0);

    example::report({.variant = "CPU",
                     .metric = accuracy.name,
                     .original = accuracy.values[0],
                     .quantized = accuracy.values[1],
                     .seconds = seconds,
                     .path = files.xml},
                    model, result.model, *validation);
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, classify);
}
