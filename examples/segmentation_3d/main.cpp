// Segmentation in 3-D: NIfTI volumes in whatever orientation they are stored, a 3-D network, the Dice coefficient.

#include <algorithm>
#include <cmath>

#include "example.hpp"
#include "volume.hpp"

namespace {

constexpr std::size_t kSize = 128;  // of the network's input [1,1,128,128,128], in each direction

/// As the network was trained: the 0.5 % darkest and brightest cut off, then a mean of 0.449 and a deviation of 0.226.
void normalize(Volume& volume) {
    Volume sorted = volume;
    std::sort(sorted.begin(), sorted.end());
    const float low = sorted[sorted.size() / 200], high = sorted[sorted.size() - 1 - sorted.size() / 200];
    double sum = 0, squares = 0;
    for (auto& value : volume) {
        value = std::clamp((value - low) / std::max(high - low, 1e-6F), 0.0F, 1.0F);
        sum += value;
        squares += static_cast<double>(value) * value;
    }
    const double mean = sum / static_cast<double>(volume.size());
    const double deviation = std::sqrt(squares / static_cast<double>(volume.size()) - mean * mean);
    for (auto& value : volume) {
        value = static_cast<float>(0.226 * (value - mean) / std::max(deviation, 1e-6) + 0.449);
    }
}

std::filesystem::path mask_of(const std::filesystem::path& volume) {
    const auto name = volume.filename().string();
    return volume.parent_path() / (name.substr(0, name.find('.')) + ".mask.nii.gz");
}

std::vector<std::filesystem::path> list_volumes(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (name.find(".nii") != std::string::npos && name.find(".mask.") == std::string::npos) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Volumes are read when the library asks for them, by several threads at once.
std::unique_ptr<octet::Dataset> dataset(const std::vector<std::filesystem::path>& files) {
    return octet::make_dataset(files.size(), [files](std::size_t i) {
        Volume volume = read_volume(files[i], kSize);
        normalize(volume);
        ov::Tensor tensor(ov::element::f32, {1, 1, kSize, kSize, kSize});
        std::copy(volume.begin(), volume.end(), tensor.data<float>());
        return octet::Sample{{"", tensor}};
    });
}

/// Twice the voxels that both have over those of each, the mean over the volumes. The output is [1,2,x,y,z], the second
/// channel the probability of brain.
double dice(const example::Model& model, const std::vector<std::filesystem::path>& files) {
    example::Inference infer(model);
    const auto volumes = dataset(files);
    double sum = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const Volume truth = read_volume(mask_of(files[i]), kSize);
        const auto output = infer(volumes->sample(i));
        const float* brain = output.data<const float>() + truth.size();
        double common = 0, all = 0;
        for (std::size_t voxel = 0; voxel < truth.size(); ++voxel) {
            const bool is_true = truth[voxel] > 0.5F, is_found = brain[voxel] > 0.5F;
            common += is_true && is_found;
            all += is_true + is_found;
        }
        sum += all > 0 ? 2 * common / all : 1;
    }
    return sum / static_cast<double>(files.size());
}

void segment(const example::Arguments& given) {
    const auto model = octet::read_model(given.model);
    const auto calibration = dataset(list_volumes(given.data / "calibration"));

    const example::Stopwatch watch;
    const auto result = octet::quantize(model, *calibration);
    const auto files = octet::save(result, given.out, "brain", given.model);
    const double seconds = watch.seconds();

    const auto validation = list_volumes(given.data / "validation");
    example::report({.variant = "CPU",
                     .metric = "Dice",
                     .original = dice(model, validation),
                     .quantized = dice(result.model, validation),
                     .seconds = seconds,
                     .path = files.xml},
                    model, result.model, *dataset(validation));
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, segment);
}
