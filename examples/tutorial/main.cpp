#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include <octet/octet.hpp>
#include <openvino/openvino.hpp>

namespace fs = std::filesystem;

class RawFiles : public octet::Dataset {
public:
    RawFiles(const fs::path& folder, ov::Shape shape)
        : shape_(std::move(shape)), files_(fs::directory_iterator(folder), fs::directory_iterator()) {
        std::sort(files_.begin(), files_.end());  // the same order on every machine
    }

    std::size_t size() const override {
        return files_.size();
    }

    octet::Sample sample(std::size_t index) const override {
        ov::Tensor tensor(ov::element::f32, shape_);
        std::ifstream file(files_[index], std::ios::binary);
        file.read(static_cast<char*>(tensor.data()), static_cast<std::streamsize>(tensor.get_byte_size()));
        if (!file) {
            throw octet::Error(octet::ErrorCode::InvalidData, label(index), "is too short");
        }
        return {{"", tensor}};  // "": the only input; with several, a tensor under each one's name
    }

    std::string label(std::size_t index) const override {
        return files_[index].filename().string();
    }

private:
    ov::Shape shape_;
    std::vector<fs::path> files_;
};

double share_of_text(const std::shared_ptr<const ov::Model>& model, const octet::Dataset& samples) {
    ov::Core core;
    auto request =
        core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32)).create_infer_request();
    std::size_t text = 0, all = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        request.set_input_tensor(samples.sample(i).at(""));
        request.infer();
        const auto map = request.get_output_tensor();
        text +=
            static_cast<std::size_t>(std::count_if(map.data<const float>(), map.data<const float>() + map.get_size(),
                                                   [](float probability) { return probability > 0.3F; }));
        all += map.get_size();
    }
    return static_cast<double>(text) / static_cast<double>(all);
}

class Progress : public octet::Observer {
public:
    void phase(std::string_view name, std::size_t) override {
        std::cerr << name << " ...\n";
    }
    void log(octet::LogLevel level, std::string_view, std::string_view text) override {
        if (level >= octet::LogLevel::Warning) {
            std::cerr << text << '\n';
        }
    }
};

void quantize(const fs::path& file, const fs::path& folder, const fs::path& out) {
    const auto model = octet::read_model(file);
    const RawFiles data(folder, model->input().get_shape());

    std::vector<std::size_t> calibration, validation;
    for (std::size_t i = 0; i < data.size(); ++i) {
        (i % 4 == 3 ? validation : calibration).push_back(i);
    }
    const auto known = octet::select_samples(data, calibration);
    const auto unknown = octet::select_samples(data, validation);

    Progress progress;
    octet::Options options;
    options.preset = octet::Preset::Mixed;
    auto result = octet::quantize(model, *known, options, {}, &progress);

    for (const auto& output : octet::compare(model, result.model, *unknown).outputs) {
        std::cout << output.output << ": " << output.sqnr_db << " dB\n";
    }
    const double before = share_of_text(model, *unknown), after = share_of_text(result.model, *unknown);
    std::cout << "text: " << before << " of the picture, in INT8 " << after << '\n';

    if (std::abs(after - before) > 0.01 * before) {
        octet::AccuracyOptions goal;
        goal.maximal_drop = 0.01 * before;
        goal.max_iter_num = 5;
        goal.metric = [&](const std::shared_ptr<const ov::Model>& tried, const octet::Dataset& samples) {
            return -std::abs(share_of_text(tried, samples) - share_of_text(model, samples));
        };
        result = octet::quantize_with_accuracy(model, *known, {}, options, goal, {}, &progress).quantized;
    }
    std::cout << octet::save(result, out, "model", file).xml.string() << '\n';
}

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: tutorial MODEL FOLDER OUT\n";
        return 2;
    }
    try {
        quantize(argv[1], argv[2], argv[3]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
