// face_detection PNET RNET ONET CALIBRATION VALIDATION ANNOTATIONS OUT
//
// Quantizes MTCNN, a cascade of three networks: each of them is calibrated with what the ones before it let through.
// CALIBRATION and VALIDATION are folders of pictures, ANNOTATIONS are the faces of the latter as COCO's.

#include <fstream>
#include <iostream>
#include <map>

#include <nlohmann/json.hpp>
#include <octet/octet.hpp>

#include "mtcnn.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pictures_of(const fs::path& folder) {
    std::vector<fs::path> pictures(fs::directory_iterator(folder), fs::directory_iterator{});
    std::sort(pictures.begin(), pictures.end());
    return pictures;
}

/// The share of true faces that are found: a detection overlaps them by at least 0.5, each counts once.
class Recall : public octet::Metric {
public:
    explicit Recall(const fs::path& annotations) {
        const auto json = nlohmann::json::parse(std::ifstream(annotations));
        std::map<int, std::string> names;
        for (const auto& image : json.at("images")) {
            names[image.at("id")] = image.at("file_name");
        }
        for (const auto& each : json.at("annotations")) {
            const auto box = each.at("bbox").get<std::vector<float>>();
            faces_[names.at(each.at("image_id"))].push_back({box[0], box[1], box[0] + box[2], box[1] + box[3], 1});
        }
    }

    void reset() override {
        true_faces_ = found_ = 0;
    }

    void update(std::size_t, const std::string& picture, const std::vector<ov::Tensor>& outputs) override {
        auto missing = faces_[picture];
        true_faces_ += missing.size();
        const auto* values = outputs[0].data<const float>();
        for (std::size_t i = 0; i < outputs[0].get_shape()[0]; ++i, values += 5) {
            const Face face{values[0], values[1], values[2], values[3], values[4]};
            const auto hit = std::find_if(missing.begin(), missing.end(),
                                          [&](const Face& other) { return overlap(face, other) >= 0.5F; });
            if (hit != missing.end()) {
                missing.erase(hit);
                ++found_;
            }
        }
    }

    double value() const override {
        return true_faces_ == 0 ? 0 : double(found_) / double(true_faces_);
    }

private:
    std::map<std::string, std::vector<Face>> faces_;
    std::size_t true_faces_ = 0, found_ = 0;
};

int run(const std::vector<std::string>& arguments) {
    const fs::path sources[] = {arguments[0], arguments[1], arguments[2]};
    const std::vector<octet::CascadeModel> models{{"pnet", octet::read_model(sources[0])},
                                                  {"rnet", octet::read_model(sources[1])},
                                                  {"onet", octet::read_model(sources[2])}};
    const octet::Options options{.preset = octet::Preset::Mixed, .subset = 300};
    const auto quantized = octet::quantize_cascade(models, Mtcnn(pictures_of(arguments[3])), {options});

    std::vector<octet::CascadeModel> written;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto files =
            octet::save(quantized[i], octet::Destination{arguments[6], "mtcnn", models[i].name, sources[i]});
        written.push_back({models[i].name, octet::read_model(files.xml)});
        std::cout << files.xml.string() << ": " << quantized[i].report.quantized.size() << " operations in INT8\n";
    }
    const Mtcnn validation(pictures_of(arguments[4]));
    Recall recall{arguments[5]};
    std::cout << "recall: FP32 " << octet::measure(models, validation, recall);
    std::cout << ", INT8 " << octet::measure(written, validation, recall) << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 8) {
        std::cerr << "usage: face_detection PNET RNET ONET CALIBRATION VALIDATION ANNOTATIONS OUT\n";
        return 2;
    }
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
