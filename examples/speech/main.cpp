// Speech: features out of Kaldi archives or sound files, a network for CPU and for GNA, accuracy of telling words
// apart.

#include "example.hpp"
#include "nearest_class.hpp"
#include "recordings.hpp"

namespace {

constexpr std::size_t kFrames = 76, kStep = 8;  // a window of the network's input, and the next one's start

/// All windows of a recording as one batch [W,76,32,1].
ov::Tensor windows(const Recording& recording) {
    const std::size_t frames = recording.features.size() / kBands, size = kFrames * kBands;
    const std::size_t count = frames < kFrames ? 0 : (frames - kFrames) / kStep + 1;
    ov::Tensor batch(ov::element::f32, {count, kFrames, kBands, 1});
    for (std::size_t i = 0; i < count; ++i) {
        std::copy_n(recording.features.data() + i * kStep * kBands, size, batch.data<float>() + i * size);
    }
    return batch;
}

/// Recordings as samples: each as a whole, or each of its windows.
std::unique_ptr<octet::Dataset> dataset(const std::vector<Recording>& recordings, bool window_by_window) {
    std::vector<ov::Tensor> samples;
    for (const auto& recording : recordings) {
        const auto batch = windows(recording);
        if (!window_by_window) {
            samples.push_back(batch);
            continue;
        }
        for (std::size_t i = 0; i < batch.get_shape()[0]; ++i) {
            samples.emplace_back(ov::Tensor(batch, {i, 0, 0, 0}, {i + 1, kFrames, kBands, 1}));
        }
    }
    return octet::make_dataset(samples.size(), [samples](std::size_t i) { return octet::Sample{{"", samples[i]}}; });
}

octet::ClassLabels labels(const std::vector<Recording>& recordings, std::vector<std::string> names = {}) {
    octet::ClassLabels result{.of_sample = {}, .names = std::move(names)};
    for (const auto& recording : recordings) {
        const auto label = recording.name.substr(0, recording.name.rfind('-'));
        result.of_sample.push_back(example::class_number(result.names, label));
    }
    return result;
}

/// A recording's vector: of each number the largest among the windows' vectors.
example::Model recording_vector(const example::Model& model) {
    namespace op = ov::opset13;
    const auto batched = octet::with_shapes(model, {{"", {-1, kFrames, kBands, 1}}})->clone();
    const auto vectors = batched->get_results().front()->input_value(0);
    const auto windows = op::Constant::create(ov::element::i64, {1}, {0});
    return example::with_unit_output(*batched, std::make_shared<op::ReduceMax>(vectors, windows, true));
}

/// GNA's own grids: 16 bits for activations, 8 or 16 for weights (of convolutions 8 from GNA 3.0 on). A range holds all
/// that was seen, as sums must not overflow; where they would, OverflowCorrection makes the weights smaller.
octet::Options for_gna(const std::string& device, octet::Preset preset) {
    octet::Options options{.preset = preset, .target_device = device, .subset = 2000};
    octet::RangeEstimatorOptions widest;
    widest.max.type = octet::RangeStatistic::AbsMax;
    widest.max.aggregator = octet::Aggregator::Max;
    options.activations.range_estimator = options.outputs.range_estimator = widest;
    return options;
}

void recognize(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    const auto spectrogram = given.data / "melspectrogram.onnx";
    const auto calibration = dataset(read_folder(given.data / "calibration", spectrogram), true);

    const auto known = read_folder(given.data / "validation/known", spectrogram);
    const auto clips = read_folder(given.data / "validation/clips", spectrogram);
    const auto known_labels = labels(known);
    const auto vectors = example::embed(recording_vector(model), *dataset(known, false), known_labels);

    struct Variant {
        std::string name, folder;
        octet::Options options;
    };
    for (const auto& [name, folder, options] :
         {Variant{"CPU", "cpu", {.subset = 2000}},
          Variant{"GNA, 16-bit weights", "gna16", for_gna("GNA", octet::Preset::Accuracy)},
          Variant{"GNA3, 8-bit weights", "gna8", for_gna("GNA3", octet::Preset::Performance)}}) {
        const example::Stopwatch watch;
        const auto result = octet::quantize(model, *calibration, options);
        const auto files = octet::save(result, given.out / folder, "speech_embedding", given.model);
        const double seconds = watch.seconds();

        // OpenVINO has no GNA device any more, and its CPU device drops quantizers of 65536 levels. So evaluate() and
        // compare() run a copy in which these are spelled out: the figures are those of GNA's grids, the speed is not.
        const auto accuracy = octet::evaluate({example::with_scores(recording_vector(model), vectors),
                                               example::with_scores(recording_vector(result.model), vectors)},
                                              *dataset(clips, false), labels(clips, known_labels.names), {.top = {1}});
        example::report({.variant = name,
                         .metric = "accuracy",
                         .original = accuracy.metrics[0].values[0],
                         .quantized = accuracy.metrics[0].values[1],
                         .seconds = seconds,
                         .path = files.xml},
                        model, result.model, *dataset(clips, true), name == "CPU");
    }
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, recognize);
}
