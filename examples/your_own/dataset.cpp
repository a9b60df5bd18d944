// dataset MODEL OUT: quantizes a model of pictures with samples of one's own, here a camera that is not there.

#include <iostream>

#include <octet/octet.hpp>

namespace {

/// Frames of a camera. Called from several threads at once, so nothing is changed by sample().
class Camera : public octet::Dataset {
public:
    explicit Camera(const ov::Model& model) : shape_(model.input().get_shape()) {}

    std::size_t size() const override {
        return 20;
    }

    octet::Sample sample(std::size_t index) const override {
        ov::Tensor frame(ov::element::f32, shape_);
        for (std::size_t i = 0; i < frame.get_size(); ++i) {
            const std::size_t column = i % shape_[3];
            const bool is_stripe = (column / (index + 1)) % 2 == 0;
            frame.data<float>()[i] = is_stripe ? 1.0F : -1.0F;
        }
        return {{"", frame}};  // the only input
    }

    std::string label(std::size_t index) const override {
        return "frame " + std::to_string(index);
    }

private:
    ov::Shape shape_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: dataset MODEL OUT\n";
        return 2;
    }
    try {
        const auto model = octet::read_model(argv[1]);
        const auto result = octet::quantize(model, Camera(*model));
        octet::save(result, octet::Destination{.folder = argv[2], .stem = "model", .source = argv[1]});
        std::cout << result.report.samples << " frames measured\n";
    } catch (const octet::Error& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
