#include "data/picture_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <opencv2/imgcodecs.hpp>

#include "base/text.hpp"

namespace octet {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool starts_with(Bytes bytes, std::size_t at, std::string_view text) {
    return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

std::size_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value = value << 8 | bytes[at + i];
    }
    return value;
}

/// Position of the marker's FF after compressed data that begins at `at`, or bytes.size().
std::size_t after_scan(Bytes bytes, std::size_t at) {
    while (at + 1 < bytes.size()) {
        const auto* found =
            static_cast<const std::uint8_t*>(std::memchr(bytes.data() + at, 0xFF, bytes.size() - 1 - at));
        if (found == nullptr) {
            return bytes.size();
        }
        at = static_cast<std::size_t>(found - bytes.data());
        const std::uint8_t next = bytes[at + 1];
        const bool is_data = next == 0 || (next >= 0xD0 && next <= 0xD7);
        if (!is_data && next != 0xFF) {
            return at;
        }
        at += is_data ? 2 : 1;
    }
    return bytes.size();
}

/// Walks the segments to the end-of-image marker.
bool is_cut_jpeg(Bytes bytes) {
    std::size_t at = 2;
    while (at + 1 < bytes.size()) {
        if (bytes[at] != 0xFF) {
            return false;  // not as the format wants it, but not cut either
        }
        const std::uint8_t marker = bytes[at + 1];
        if (marker == 0xD9) {
            return false;
        }
        if (marker == 0xFF) {
            at += 1;
        } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
            at += 2;
        } else {
            if (at + 4 > bytes.size()) {
                return true;
            }
            at += 2 + big_endian(bytes, at + 2, 2);
            if (marker == 0xDA) {
                at = after_scan(bytes, at);
            }
        }
    }
    return true;
}

bool is_cut_png(Bytes bytes) {
    std::size_t at = 8;
    while (at + 12 <= bytes.size()) {
        if (starts_with(bytes, at + 4, "IEND")) {
            return false;
        }
        at += 12 + big_endian(bytes, at, 4);
    }
    return true;
}

bool is_cut_webp(Bytes bytes) {
    const std::size_t size = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | static_cast<std::size_t>(bytes[7]) << 24;
    return bytes.size() < size + 8;
}

}  // namespace

bool is_picture_file(const std::filesystem::path& path) {
    static constexpr std::array<std::string_view, 22> kExtensions{
        ".jpg", ".jpeg", ".jpe", ".jp2", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".pbm",
        ".pgm", ".ppm",  ".pxm", ".pnm", ".pam", ".sr",   ".ras", ".exr", ".hdr", ".pic",  ".pfm"};
    const std::string extension = lower_case(path.extension().string());
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() ||
           cv::haveImageReader(path.string());
}

bool is_cut_picture(Bytes bytes) {
    if (starts_with(bytes, 0, "\xFF\xD8\xFF")) {
        return is_cut_jpeg(bytes);
    }
    if (starts_with(bytes, 0, "\x89PNG\r\n\x1A\n")) {
        return is_cut_png(bytes);
    }
    if (starts_with(bytes, 0, "RIFF") && starts_with(bytes, 8, "WEBP")) {
        return is_cut_webp(bytes);
    }
    return false;
}

}  // namespace octet
