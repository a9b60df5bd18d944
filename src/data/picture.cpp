#include "data/picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"
#include "data/picture_decode.hpp"
#include "data/picture_frame.hpp"
#include "data/rt_info.hpp"

namespace octet {
namespace {

constexpr std::size_t kFill = 256;             // row of the letterbox's fill in a table
constexpr std::size_t kTableRows = kFill + 1;  // for each channel

template <typename T>
void fill_table(const ModelInput& input, const Preprocessing& p, std::size_t channels,
                std::vector<std::uint8_t>& bytes) {
    bytes.resize(channels * kTableRows * sizeof(T));
    const auto pick = [](const std::vector<double>& values, std::size_t c) {
        return values.size() == 1 ? values[0] : values[c];
    };
    for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t row = 0; row < kTableRows; ++row) {
            const double pixel = row < kFill ? static_cast<double>(row) : p.letterbox ? p.letterbox->value : 0.0;
            const double value = (pixel - pick(*p.mean, c)) / pick(*p.scale, c);
            T held{};
            if (!hold(value, held)) {
                throw Error(ErrorCode::InvalidOption, "input \"" + input.name() + "\"",
                            "pixel " + number_text(pixel) + " becomes " + number_text(value) + ", which " +
                                input.type.get_type_name() + " cannot hold; leave out mean and scale");
            }
            std::memcpy(bytes.data() + (c * kTableRows + row) * sizeof(T), &held, sizeof(T));
        }
    }
}

std::size_t extent(const ov::Dimension& dim) {
    return dim.is_static() ? static_cast<std::size_t>(dim.get_length()) : 0;
}

int interpolation(Resize resize) {
    switch (resize) {
        case Resize::Cubic:
            return cv::INTER_CUBIC;
        case Resize::Area:
            return cv::INTER_AREA;
        case Resize::Linear:
            break;
    }
    return cv::INTER_LINEAR;
}

/// The part of `decoded` that the frame keeps, at the size that it takes in the tensor.
cv::Mat shape_picture(const cv::Mat& decoded, const PictureFrame& frame, Resize resize) {
    const auto& [left, top, width, height] = frame.kept;
    const cv::Mat picture = decoded(cv::Rect(left, top, width, height));
    const cv::Size size(frame.placed.width, frame.placed.height);
    if (picture.size() == size) {
        return picture;
    }
    cv::Mat resized;
    cv::resize(picture, resized, size, 0, 0, interpolation(resize));
    return resized;
}

/// Where a picture goes in the tensor, and how.
struct Placement {
    std::size_t height, width;  // of the tensor
    std::size_t top, left;
    bool channels_first;
    bool reverse;  // fed channel c is the picture's channel 2 - c
};

template <typename T>
void fill_around(T* out, const T* table, std::size_t channels, const Placement& place) {
    const std::size_t plane = place.height * place.width;
    for (std::size_t c = 0; c < channels; ++c) {
        const T fill = table[c * kTableRows + kFill];
        if (place.channels_first) {
            std::fill_n(out + c * plane, plane, fill);
        } else {
            for (std::size_t i = 0; i < plane; ++i) {
                out[i * channels + c] = fill;
            }
        }
    }
}

/// One pass from the picture's interleaved bytes to the tensor.
template <std::size_t Channels, typename T>
void write_pixels(const cv::Mat& picture, const T* table, const Placement& place, T* out) {
    const std::size_t plane = place.channels_first ? place.height * place.width : 1;
    const std::size_t step = place.channels_first ? 1 : Channels;
    for (int y = 0; y < picture.rows; ++y) {
        const std::uint8_t* from = picture.ptr<std::uint8_t>(y);
        T* to = out + ((place.top + static_cast<std::size_t>(y)) * place.width + place.left) * step;
        for (std::size_t c = 0; c < Channels; ++c) {
            const T* lookup = table + c * kTableRows;
            const std::uint8_t* source = from + (place.reverse ? Channels - 1 - c : c);
            T* target = to + c * plane;
            for (int x = 0; x < picture.cols; ++x) {
                target[static_cast<std::size_t>(x) * step] = lookup[source[static_cast<std::size_t>(x) * Channels]];
            }
        }
    }
}

}  // namespace

PictureReader::PictureReader(const ModelInput& input, const Preprocessing& preprocessing)
    : type_(input.type), layout_(picture_layout(input, *preprocessing.layout)), preprocessing_(preprocessing) {
    leave_threads_to_callers();
    const std::string where = "input \"" + input.name() + "\"";
    const auto& shape = input.shape;
    if (shape[layout_.channels].is_static()) {
        channels_ = extent(shape[layout_.channels]);
    }
    height_ = extent(shape[layout_.height]);
    width_ = extent(shape[layout_.width]);
    for (const std::size_t axis : {layout_.height, layout_.width}) {
        if (shape[axis].is_static() && (shape[axis].get_length() < 1 || shape[axis].get_length() > INT16_MAX)) {
            throw Error(ErrorCode::InvalidOption, where,
                        describe(input.type, shape) + " is no size of a picture; expected 1 to 32767 pixels a side");
        }
    }
    if (preprocessing.fit != Fit::Stretch && (height_ == 0 || width_ == 0)) {
        throw Error(ErrorCode::InvalidOption, where,
                    std::string(preprocessing.fit == Fit::Crop ? "cropping to proportions" : "letterboxing") +
                        " needs a fixed height and width, the input is " + describe(input.type, shape) +
                        "; fix them with --shape");
    }
    if (!with_type(type_, [&](auto zero) { fill_table<decltype(zero)>(input, preprocessing_, channels_, table_); })) {
        throw Error(ErrorCode::InvalidOption, where, "takes " + type_.get_type_name() + ", which is no type of pixels");
    }
}

ov::Tensor PictureReader::read(const std::filesystem::path& path, const std::string& label) const {
    try {
        return prepare(decode_picture(path, channels_ == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR, label), label);
    } catch (const cv::Exception& error) {
        throw Error(ErrorCode::InvalidData, label, "is not a picture that can be read: " + error.err);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Io) {
            throw Error(ErrorCode::InvalidData, label, error.what());
        }
        throw;
    }
}

ov::Tensor PictureReader::prepare(const cv::Mat& decoded, const std::string& label) const {
    const PictureFrame frame =
        picture_frame(preprocessing_, decoded.cols, decoded.rows, static_cast<int>(width_), static_cast<int>(height_));
    cv::Mat picture;
    try {
        picture = shape_picture(decoded, frame, *preprocessing_.resize);
    } catch (const cv::Exception& error) {
        throw Error(ErrorCode::InvalidData, label, "is not a picture that can be read: " + error.err);
    }
    const auto rows = static_cast<std::size_t>(picture.rows);
    const auto columns = static_cast<std::size_t>(picture.cols);
    const Placement place{height_ == 0 ? rows : height_,
                          width_ == 0 ? columns : width_,
                          static_cast<std::size_t>(frame.placed.top),
                          static_cast<std::size_t>(frame.placed.left),
                          layout_.is_channels_first(),
                          *preprocessing_.rgb && channels_ == 3};
    const bool has_border = rows != place.height || columns != place.width;
    ov::Shape shape(layout_.name.size(), 1);
    shape[layout_.channels] = channels_;
    shape[layout_.height] = place.height;
    shape[layout_.width] = place.width;
    ov::Tensor tensor(type_, shape);
    with_type(type_, [&](auto zero) {
        using T = decltype(zero);
        T* out = static_cast<T*>(tensor.data());
        const T* table = reinterpret_cast<const T*>(table_.data());
        if (has_border) {
            fill_around(out, table, channels_, place);
        }
        if (channels_ == 3) {
            write_pixels<3>(picture, table, place, out);
        } else {
            write_pixels<1>(picture, table, place, out);
        }
    });
    return tensor;
}

}  // namespace octet
