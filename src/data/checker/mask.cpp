#include "data/checker/mask.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "octet/error.hpp"

#include "data/mask.hpp"
#include "data/npy.hpp"
#include "data/picture_decode.hpp"

namespace octet {
namespace {

using checker::MaskReader;

CheckedMask from_numbers(const Mask& mask) {
    CheckedMask out{static_cast<int>(mask.width), static_cast<int>(mask.height), 1, {}};
    std::transform(mask.values.begin(), mask.values.end(), std::back_inserter(out.values),
                   [](std::uint16_t value) { return static_cast<std::uint8_t>(value); });  // as astype() does
    return out;
}

/// Grey or with a palette, whose values are the classes.
bool holds_numbers(const std::filesystem::path& path) {
    constexpr std::size_t kColourType = 25, kGrey = 0, kPalette = 3;
    const auto file = open_bytes(path);
    std::uint8_t head[kColourType + 1] = {};
    if (file->size() < sizeof(head)) {
        return false;
    }
    file->read(0, head);
    return head[0] == 0x89 && head[1] == 'P' && head[2] == 'N' && head[3] == 'G' &&
           (head[kColourType] == kGrey || head[kColourType] == kPalette);
}

CheckedMask from_picture(cv::Mat picture, bool is_rgb, const std::string& where) {
    if (picture.depth() != CV_8U || (picture.channels() != 1 && picture.channels() != 3)) {
        throw Error(ErrorCode::InvalidData, where, "is no mask of 8 bits in grey or RGB");
    }
    if (picture.channels() == 3 && is_rgb) {
        cv::Mat swapped;
        cv::cvtColor(picture, swapped, cv::COLOR_BGR2RGB);
        picture = swapped;
    }
    CheckedMask out{picture.cols, picture.rows, picture.channels(), {}};
    for (int y = 0; y < picture.rows; ++y) {
        const auto* row = picture.ptr(y);
        out.values.insert(out.values.end(), row, row + static_cast<std::ptrdiff_t>(picture.cols) * picture.channels());
    }
    return out;
}

CheckedMask read(const std::filesystem::path& path, MaskReader reader) {
    const std::string where = path.string();
    switch (reader) {
        case MaskReader::Numpy:
            return from_numbers(read_mask(path));
        case MaskReader::OpenCv:
            return from_picture(decode_picture(path, cv::IMREAD_COLOR, where), false, where);
        case MaskReader::OpenCvGray:
            return from_picture(decode_picture(path, cv::IMREAD_GRAYSCALE, where), false, where);
        case MaskReader::Pillow:
            if (holds_numbers(path)) {
                return from_numbers(read_mask(path));
            }
            break;
        case MaskReader::Scipy:
            break;
    }
    return from_picture(decode_picture(path, cv::IMREAD_UNCHANGED, where), true, where);
}

}  // namespace

CheckedMask read_checked_mask(const std::filesystem::path& path, MaskReader reader) {
    try {
        return read(path, reader);
    } catch (const cv::Exception& error) {
        throw Error(ErrorCode::InvalidData, path.string(), "is no mask that can be read: " + error.err);
    }
}

}  // namespace octet
