#pragma once

// Volumes in NIfTI's format, whatever type and orientation they are stored in.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nifti2_io.h>
#include <octet/octet.hpp>

/// A volume whose axes point to the right, to the front and to the top, [x,y,z].
using Volume = std::vector<float>;

template <class T>
void read_as(const nifti_image& image, Volume& values) {
    const auto* data = static_cast<const T*>(image.data);
    values.assign(data, data + image.nx * image.ny * image.nz);
}

inline Volume stored_values(const nifti_image& image, const std::filesystem::path& file) {
    Volume values;
    switch (image.datatype) {
        case NIFTI_TYPE_UINT8:
            read_as<std::uint8_t>(image, values);
            break;
        case NIFTI_TYPE_INT16:
            read_as<std::int16_t>(image, values);
            break;
        case NIFTI_TYPE_UINT16:
            read_as<std::uint16_t>(image, values);
            break;
        case NIFTI_TYPE_FLOAT32:
            read_as<float>(image, values);
            break;
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

/// Reads a volume, turns it, and takes it to `size` voxels in each direction, linearly.
inline Volume read_volume(const std::filesystem::path& file, std::size_t size) {
    const std::unique_ptr<nifti_image, void (*)(nifti_image*)> image(nifti_image_read(file.c_str(), 1),
                                                                     nifti_image_free);
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
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t step = directions[axis] % 2 == 1 ? i : size - 1 - i;
            const double at = std::clamp(
                (static_cast<double>(step) + 0.5) * static_cast<double>(extent) / static_cast<double>(size) - 0.5, 0.0,
                static_cast<double>(extent - 1));
            const auto first = static_cast<std::size_t>(at), second = std::min(first + 1, extent - 1);
            places[ours].push_back(
                {first * strides[axis], second * strides[axis], static_cast<float>(at - static_cast<double>(first))});
        }
    }
    Volume turned;
    turned.reserve(size * size * size);
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
