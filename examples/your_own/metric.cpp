// metric MODEL PICTURES OUT: operations go back to floating point until a metric of one's own is good enough.

#include <cmath>
#include <iostream>
#include <map>

#include <octet/octet.hpp>

namespace {

/// The mean share of a picture that the model takes for text. Labels are not needed: what counts is that it stays what
/// the original says, so the value is the negated difference from that, picture by picture.
class TextArea : public octet::Metric {
public:
    void reset() override {
        difference_ = 0;
        count_ = 0;
    }

    void update(std::size_t, const std::string& picture, const std::vector<ov::Tensor>& outputs) override {
        const auto* map = outputs[0].data<const float>();
        double area = 0;
        for (std::size_t i = 0; i < outputs[0].get_size(); ++i) {
            area += map[i] > 0.3F ? 1 : 0;
        }
        area /= static_cast<double>(outputs[0].get_size());
        const auto [original, is_first] = originals_.emplace(picture, area);  // the original runs first
        difference_ += std::abs(area - original->second);
        ++count_;
    }

    double value() const override {
        return count_ == 0 ? 0 : -difference_ / static_cast<double>(count_);
    }

private:
    std::map<std::string, double> originals_;  // of each picture
    double difference_ = 0;
    std::size_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: metric MODEL PICTURES OUT\n";
        return 2;
    }
    try {
        const auto model = octet::read_model(argv[1]);
        const auto pictures = octet::open_dataset(*model, {{.path = argv[2]}}, {.mean = {{127.5}}, .scale = {{127.5}}});

        TextArea area;
        octet::measure(model, *pictures, area);
        octet::AccuracyOptions goal{.maximal_drop = 0.01, .max_iter_num = 2};
        goal.metric = [&](const std::shared_ptr<const ov::Model>& each, const octet::Dataset& samples) {
            return octet::measure(each, samples, area);
        };
        const auto result = octet::quantize_with_accuracy(model, *pictures, {}, {.subset = 20}, goal);
        octet::save(result.quantized, octet::Destination{.folder = argv[3], .stem = "model", .source = argv[1]});
        std::cout << "the area of text is off by " << -result.metrics[0].quantized << " of a picture, the goal is "
                  << (result.is_reached ? "reached" : "missed") << '\n';
    } catch (const octet::Error& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
