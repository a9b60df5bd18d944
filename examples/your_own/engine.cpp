// engine MODEL PICTURES OUT: two models in a row, with code in between. (Here the same one twice, to have no more than
// one model to fetch; examples/face_detection has three different ones.)

#include <algorithm>
#include <iostream>

#include <octet/octet.hpp>

namespace {

/// Looks at a picture, then closer at the part where it found most.
class CloserLook : public octet::Engine {
public:
    explicit CloserLook(const octet::Dataset& pictures) : pictures_(pictures) {}

    std::size_t size() const override {
        return pictures_.size();
    }
    std::string label(std::size_t index) const override {
        return pictures_.label(index);
    }

    std::vector<ov::Tensor> run(std::size_t index, const octet::Infer& infer) const override {
        const ov::Tensor picture = pictures_.sample(index).begin()->second;
        const auto found = infer(0, {{"", picture}});
        return infer(1, {{"", enlarged(picture, position(found[0]))}});
    }

private:
    /// Of the highest value of a map [1,1,H,W]: row and column.
    static std::pair<std::size_t, std::size_t> position(const ov::Tensor& map) {
        const auto* values = map.data<const float>();
        const auto best = static_cast<std::size_t>(std::max_element(values, values + map.get_size()) - values);
        return {best / map.get_shape()[3], best % map.get_shape()[3]};
    }

    /// The quarter of a picture [1,3,H,W] around `centre`, twice as large.
    static ov::Tensor enlarged(const ov::Tensor& picture, std::pair<std::size_t, std::size_t> centre) {
        const auto shape = picture.get_shape();
        const std::size_t height = shape[2], width = shape[3];
        const std::size_t top = std::min(std::max(centre.first, height / 4) - height / 4, height / 2);
        const std::size_t left = std::min(std::max(centre.second, width / 4) - width / 4, width / 2);
        ov::Tensor quarter(ov::element::f32, shape);
        for (std::size_t i = 0; i < quarter.get_size(); ++i) {
            const std::size_t channel = i / (height * width), row = i / width % height, column = i % width;
            quarter.data<float>()[i] =
                picture.data<const float>()[(channel * height + top + row / 2) * width + left + column / 2];
        }
        return quarter;
    }

    const octet::Dataset& pictures_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: engine MODEL PICTURES OUT\n";
        return 2;
    }
    try {
        const auto model = octet::read_model(argv[1]);
        const auto pictures = octet::open_dataset(*model, {{.path = argv[2]}}, {.mean = {{127.5}}, .scale = {{127.5}}});
        const std::vector<octet::CascadeModel> models{{"far", model}, {"near", model}};

        octet::Options left;  // for the second model: one type of operation stays in floating point
        left.ignored.types = {{.type = "Add"}};
        const auto results = octet::quantize_cascade(models, CloserLook(*pictures), {{}, left});
        for (std::size_t i = 0; i < models.size(); ++i) {
            const auto files = octet::save(
                results[i],
                octet::Destination{.folder = argv[3], .stem = "look", .part = models[i].name, .source = argv[1]});
            std::cout << files.xml.filename().string() << ": " << results[i].report.quantized.size()
                      << " operations in INT8\n";
        }
    } catch (const octet::Error& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
