// Segmentation in 3-D: NIfTI volumes in whatever orientation they are stored, a 3-D network, the Dice coefficient.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <nifti2_io.h>

#include "example.hpp"

namespace {

constexpr std::size_t kSize = 128;  // of the network's input [1,1,128,128,128], in each direction

/// A volume whose axes point to the right, to the front and to the top, [x,y,z].
using Volume = std::vector<float>;

template <class T>
void append(const nifti_image& image, Volume& values) {
    const auto* data = static_cast<const T*>(image.data);
    values.assign(data, data + image.nx * image.ny * image.nz);
}

Volume stored_values(const nifti_image& image, const std::filesystem::path& file) {
    Volume values;
    switch (image.datatype) {
        case NIFTI_TYPE_UINT8: append<std::uint8_t>(image, values); break;
        case NIFTI_TYPE_INT16: append<std::int16_t>(image, values); break;
        case NIFTI_TYPE_UINT16: append<std::uint16_t>(image, values); break;
        case NIFTI_TYPE_FLOAT32: append<float>(image, values); break;
        default:
            throw octet::Error(octet::ErrorCode::InvalidData, file.string(),
                               std::string("cannot use values of type ") + nifti_datatype_string(image.datatype));
    }
    return values;
}

/// Where along its stored axis a voxel of ours lies: the two stored ones beside it, and how far it is to the second.
struct Place {
    std::size_t first, second;
    float share;
};

/// Reads a volume, turns it, and takes it to 128 voxels in each direction, linearly.
Volume read_volume(const std::filesystem::path& file) {
    const std::unique_ptr<nifti_image, void (*)(nifti_image*)> image(nifti_image_read(file.c_str(), 1), nifti_image_free);
    if (!image || !image->data) {
        throw octet::Error(octet::ErrorCode::InvalidData, file.string(), "is no NIfTI volume");
    }
    const Volume values = stored_values(*image, file);
    const std::size_t extents[] = {static_cast<std::size_t>(image->nx), static_cast<std::size_t>(image->ny),
                                   static_cast<std::size_t>(image->nz)};
    const std::size_t strides[] = {1, extents[0], extents[0] * extents[1]};
    int directions[3];  // of the stored axes: NIFTI_L2R = 1 (to the right), 2 (to the left), 3 (front), 4, 5 (top), 6
    nifti_dmat44_to_orientation(image->sform_code > 0 ? image->sto_xyz : image->qto_xyz, &directions[0], &directions[1],
                                &directions[2]);

    std::vector<Place> places[3];  // by our axis, as offsets into `values`
    for (int axis = 0; axis < 3; ++axis) {
        const std::size_t ours = static_cast<std::size_t>(directions[axis] - 1) / 2, extent = extents[axis];
        for (std::size_t i = 0; i < kSize; ++i) {
            const std::size_t step = directions[axis] % 2 == 1 ? i : kSize - 1 - i;
            const double at = std::clamp((static_cast<double>(step) + 0.5) * static_cast<double>(extent) / kSize - 0.5, 0.0,
                                         static_cast<double>(extent - 1));
            const auto first = static_cast<std::size_t>(at), second = std::min(first + 1, extent - 1);
            places[ours].push_back({first * strides[axis], second * strides[axis],
                                    static_cast<float>(at - static_cast<double>(first))});
        }
    }
    Volume turned;
    turned.reserve(kSize * kSize * kSize);
    const auto between = [](float a, float b, float share) { return a + share * (b - a); };
    for (const auto& x : places[0]) {
        for (const auto& y : places[1]) {
            for (const auto& z : places[2]) {
                const auto along_z = [&](std::size_t start) {
                    return between(values[start + z.first], values[start + z.second], z.share);
                };
                const auto along_y = [&](std::size_t start) {
                    return between(along_z(start + y.first), along_z(start + y.second), y.share);
                };
                turned.push_back(between(along_y(x.first), along_y(x.second), x.share));
            }
        }
    }
    return turned;
}

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
        Volume volume = read_volume(files[i]);
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
        const Volume truth = read_volume(mask_of(files[i]));
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
