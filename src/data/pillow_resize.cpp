#include "data/pillow_resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "data/checker/trace.hpp"

namespace octet {
namespace {

using checker::Interpolation;

constexpr double kHalf = 0.5;  // which Pillow adds and cuts off, also below 0
constexpr double kPi = 3.14159265358979323846;
constexpr int kFractionBits = 32 - 8 - 2;  // of a weight; sums of products with a pixel stay within 32 bits

double sinc(double x) {
    return x == 0 ? 1 : std::sin(kPi * x) / (kPi * x);
}

/// Half of a filter's width, in pixels of the source.
double support(Interpolation filter) {
    switch (filter) {
        case Interpolation::Box:
            return 0.5;
        case Interpolation::Cubic:
            return 2;
        case Interpolation::Lanczos:
            return 3;
        default:
            return 1;
    }
}

double weight(Interpolation filter, double x) {
    const double distance = std::abs(x);
    switch (filter) {
        case Interpolation::Box:
            return x > -0.5 && x <= 0.5 ? 1 : 0;
        case Interpolation::Hamming:
            return distance >= 1 ? 0 : sinc(distance) * (0.54 + 0.46 * std::cos(kPi * distance));
        case Interpolation::Cubic: {
            constexpr double kA = -0.5;
            if (distance < 1) {
                return ((kA + 2) * distance - (kA + 3)) * distance * distance + 1;
            }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * kA : 0;
        }
        case Interpolation::Lanczos:
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        default:
            return std::max(0.0, 1 - distance);
    }
}

/// The source's pixels that make one of the result, and their weights in fixed point.
struct Taps {
    int first = 0;
    std::vector<std::int32_t> weights;
};

std::vector<Taps> taps_of(int from, int to, Interpolation filter) {
    const double scale = static_cast<double>(from) / to, widened = std::max(scale, 1.0);
    const double reach = support(filter) * widened;
    std::vector<Taps> all;
    for (int i = 0; i < to; ++i) {
        const double center = (i + kHalf) * scale;
        const int first = std::max(0, static_cast<int>(center - reach + kHalf));
        const int end = std::min(from, static_cast<int>(center + reach + kHalf));
        std::vector<double> weights;
        double sum = 0;
        for (int x = first; x < end; ++x) {
            weights.push_back(weight(filter, (x - center + 0.5) * (1 / widened)));
            sum += weights.back();
        }
        Taps taps{first, {}};
        for (const double value : weights) {
            const double scaled = (sum == 0 ? value : value / sum) * (1 << kFractionBits);
            taps.weights.push_back(static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5 : 0.5)));
        }
        all.push_back(std::move(taps));
    }
    return all;
}

std::uint8_t clipped(std::int32_t sum) {
    return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

/// One axis: `step` bytes lie between neighbours along it.
void resample(const std::uint8_t* from, std::size_t step, const Taps& taps, std::uint8_t* to, std::size_t channels) {
    for (std::size_t c = 0; c < channels; ++c) {
        std::int32_t sum = 1 << (kFractionBits - 1);
        const std::uint8_t* pixel = from + static_cast<std::size_t>(taps.first) * step + c;
        for (const std::int32_t tap : taps.weights) {
            sum += *pixel * tap;
            pixel += step;
        }
        to[c] = clipped(sum);
    }
}

cv::Mat resample_rows(const cv::Mat& picture, int width, Interpolation filter) {
    const auto taps = taps_of(picture.cols, width, filter);
    const std::size_t channels = static_cast<std::size_t>(picture.channels());
    cv::Mat out(picture.rows, width, picture.type());
    for (int y = 0; y < out.rows; ++y) {
        for (int x = 0; x < width; ++x) {
            resample(picture.ptr(y), channels, taps[static_cast<std::size_t>(x)], out.ptr(y, x), channels);
        }
    }
    return out;
}

cv::Mat resample_columns(const cv::Mat& picture, int height, Interpolation filter) {
    const auto taps = taps_of(picture.rows, height, filter);
    const std::size_t channels = static_cast<std::size_t>(picture.channels());
    cv::Mat out(height, picture.cols, picture.type());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < out.cols; ++x) {
            resample(picture.ptr(0, x), picture.step[0], taps[static_cast<std::size_t>(y)], out.ptr(y, x), channels);
        }
    }
    return out;
}

cv::Mat resize_nearest(const cv::Mat& picture, cv::Size size) {
    const auto columns = nearest_places(picture.cols, size.width), rows = nearest_places(picture.rows, size.height);
    cv::Mat out(size, picture.type());
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            std::copy_n(picture.ptr(rows[static_cast<std::size_t>(y)], columns[static_cast<std::size_t>(x)]),
                        picture.elemSize(), out.ptr(y, x));
        }
    }
    return out;
}

}  // namespace

std::vector<int> nearest_places(int from, int to) {
    // Added up as Pillow does it, so that roundings are the same.
    std::vector<int> places;
    const double scale = static_cast<double>(from) / to;
    double at = scale * 0.5;
    for (int i = 0; i < to; ++i, at += scale) {
        places.push_back(std::min(static_cast<int>(at), from - 1));
    }
    return places;
}

cv::Mat pillow_resize(const cv::Mat& picture, cv::Size size, Interpolation filter) {
    if (filter == Interpolation::Nearest) {
        return resize_nearest(picture, size);
    }
    cv::Mat out = picture.cols == size.width ? picture : resample_rows(picture, size.width, filter);
    return out.rows == size.height ? out : resample_columns(out, size.height, filter);
}

}  // namespace octet
