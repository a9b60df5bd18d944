// Face detection: MTCNN, a cascade of three networks with code of one's own between them. Each network is calibrated
// with what the ones before it let through. Recall: the share of true faces that are found.

#include <array>

#include "example.hpp"
#include "mtcnn.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pictures_of(const fs::path& folder) {
    std::vector<fs::path> pictures(fs::directory_iterator(folder), fs::directory_iterator{});
    std::sort(pictures.begin(), pictures.end());
    return pictures;
}

/// A true face is found where a detection overlaps it by half or more; each detection finds one.
class Recall : public octet::Metric {
public:
    explicit Recall(octet::BoxLabels labels) : labels_(std::move(labels)) {}

    void reset() override {
        faces_ = found_ = 0;
    }

    void update(std::size_t index, const std::string&, const std::vector<ov::Tensor>& outputs) override {
        std::vector<Face> missing;
        for (const auto& face : labels_.of_sample[index].boxes) {
            const auto& box = face.box;
            const auto left = static_cast<float>(box.left), top = static_cast<float>(box.top);
            missing.push_back(
                {left, top, left + static_cast<float>(box.width), top + static_cast<float>(box.height), 1});
        }
        faces_ += missing.size();
        for (const auto& face : faces_of(outputs[0])) {
            const auto hit = std::find_if(missing.begin(), missing.end(),
                                          [&](const Face& other) { return overlap(face, other) >= 0.5F; });
            if (hit != missing.end()) {
                missing.erase(hit);
                ++found_;
            }
        }
    }

    double value() const override {
        return faces_ == 0 ? 0 : static_cast<double>(found_) / static_cast<double>(faces_);
    }

private:
    octet::BoxLabels labels_;
    std::size_t faces_ = 0, found_ = 0;
};

void detect(const example::Arguments& given) {
    const std::array sources{given.data / "pnet.xml", given.model, given.data / "onet.xml"};
    const std::array names{"pnet", "rnet", "onet"};
    std::vector<octet::CascadeModel> originals, quantized;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        originals.push_back({names[i], octet::read_model(sources[i])});
    }

    const example::Stopwatch watch;
    const auto results = octet::quantize_cascade(originals, Mtcnn(pictures_of(given.data / "calibration")),
                                                 {octet::Options{.subset = 300}});
    fs::path path;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const octet::Destination to{.folder = given.out, .stem = "mtcnn", .part = names[i], .source = sources[i]};
        path = octet::save(results[i], to).xml;
        quantized.push_back({names[i], octet::read_model(path)});
    }
    const double seconds = watch.seconds();

    const auto& rnet = *originals[1].model;
    const auto validation = octet::open_dataset(rnet, {{.path = given.data / "validation"}});  // for its labels
    Recall recall(std::get<octet::BoxLabels>(octet::open_labels(rnet, *validation, given.data / "annotations.json")));
    const Mtcnn engine(pictures_of(given.data / "validation"));
    std::array<double, 2> values{}, times{};
    for (int round = 0; round < 2; ++round) {  // in turn, so that both see the same machine
        for (const std::size_t which : {0, 1}) {
            const example::Stopwatch each;
            values[which] = octet::measure(which == 0 ? originals : quantized, engine, recall);
            times[which] += each.seconds();
        }
    }
    const auto inputs = octet::record_inputs(originals, engine);
    example::write({.variant = "CPU",
                    .metric = "recall",
                    .original = values[0],
                    .quantized = values[1],
                    .seconds = seconds,
                    .path = path},
                   example::mean_sqnr(originals[2].model, quantized[2].model, *inputs.of_model[2]),
                   times[0] / times[1]);
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, detect);
}
