#include "data/synthetic_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace octet {
namespace {

constexpr std::size_t kTextures = 2;
constexpr double kDrawings = 0.33;  // of all pictures
constexpr double kBlack = 0, kWhite = 255;

/// Two fields of noise of mean 0 and deviation 1 whose amplitudes fall with the frequency to the power of `slope`.
std::array<cv::Mat, 2> falling_noise(int height, int width, double slope, Random& random) {
    cv::Mat spectrum(height, width, CV_32FC2);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double down = std::min(y, height - y), across = std::min(x, width - x);
            const double square = down * down + across * across;
            const double amplitude = square > 0 ? std::pow(square, -slope / 2) : 0;
            const double real = random.normal(amplitude);
            spectrum.at<cv::Vec2f>(y, x) = {static_cast<float>(real), static_cast<float>(random.normal(amplitude))};
        }
    }
    cv::Mat field;
    cv::dft(spectrum, field, cv::DFT_INVERSE);
    std::array<cv::Mat, 2> fields;  // real and imaginary part do not depend on one another
    cv::split(field, fields.data());
    for (auto& each : fields) {
        cv::Scalar mean, deviation;
        cv::meanStdDev(each, mean, deviation);
        each = (each - mean[0]) / std::max(deviation[0], 1e-9);
    }
    return fields;
}

/// Three channels of noise that mostly go together, as those of photographs do; mean 0.
cv::Mat texture(int height, int width, Random& random) {
    const double slope = random.uniform(1, 2), together = random.uniform(0.6, 0.95), contrast = random.uniform(30, 70);
    const auto [common, first] = falling_noise(height, width, slope, random);
    const auto [second, third] = falling_noise(height, width, slope, random);
    const double scale = contrast / std::hypot(together, 1 - together);
    cv::Mat channels[3], texture;
    for (int c = 0; c < 3; ++c) {
        const auto& own = c == 0 ? first : c == 1 ? second : third;
        channels[c] = (together * common + (1 - together) * own) * scale;
    }
    cv::merge(channels, 3, texture);
    return texture;
}

using Outline = std::vector<cv::Point>;

/// An ellipse, a rectangle or a polygon with 3 to 8 corners, turned at random around `centre`.
Outline shape(cv::Point2d centre, double radius, Random& random) {
    std::vector<cv::Point2d> points;
    switch (random.below(3)) {
        case 0: {
            const double flat = random.uniform(0.4, 1);
            for (int i = 0; i < 23; ++i) {
                const double angle = 2 * std::numbers::pi * i / 23;
                points.emplace_back(std::cos(angle) * flat, std::sin(angle));
            }
            break;
        }
        case 1: {
            const double flat = random.uniform(0.2, 1);
            points = {{-1, -flat}, {1, -flat}, {1, flat}, {-1, flat}};
            break;
        }
        default: {
            std::vector<double> angles(3 + random.below(6));
            for (auto& angle : angles) {
                angle = random.uniform(0, 2 * std::numbers::pi);
            }
            std::sort(angles.begin(), angles.end());
            for (const double angle : angles) {
                const double distance = random.uniform(0.5, 1);
                points.emplace_back(distance * std::cos(angle), distance * std::sin(angle));
            }
        }
    }
    const double turn = random.uniform(0, 2 * std::numbers::pi);
    const double cosine = radius * std::cos(turn), sine = radius * std::sin(turn);
    Outline outline;
    for (const auto& point : points) {
        outline.emplace_back(static_cast<int>(centre.x + cosine * point.x - sine * point.y),
                             static_cast<int>(centre.y + sine * point.x + cosine * point.y));
    }
    return outline;
}

cv::Scalar colour(Random& random, double low, double high) {
    const double blue = random.uniform(low, high), green = random.uniform(low, high);
    return {blue, green, random.uniform(low, high)};
}

/// Puts `outline` filled with `fill`, and `pattern` on top of it where there is one, onto `picture`.
void cover(cv::Mat& picture, const Outline& outline, const cv::Scalar& fill, const cv::Mat& pattern) {
    if (pattern.empty()) {
        cv::fillPoly(picture, std::vector{outline}, fill);
        return;
    }
    cv::Mat mask = cv::Mat::zeros(picture.size(), CV_8U);
    cv::fillPoly(mask, std::vector{outline}, kWhite);
    cv::Mat filled = pattern + fill;
    filled.copyTo(picture, mask);
}

cv::Mat within_bytes(const cv::Mat& picture) {
    return cv::max(cv::min(picture, kWhite), kBlack);
}

}  // namespace

cv::Mat make_picture(int height, int width, Random& random) {
    // A drawing has plain shapes on plain ground; in what stands for a photograph half of the shapes are filled.
    const bool is_drawing = random.uniform() < kDrawings;
    std::array<cv::Mat, kTextures> textures;
    cv::Mat picture(height, width, CV_32FC3, colour(random, 20, 235));
    if (!is_drawing) {
        for (auto& each : textures) {
            each = texture(height, width, random);
        }
        picture = texture(height, width, random) + colour(random, 70, 180);
    }
    std::vector<cv::Scalar> palette(3 + random.below(7));
    for (auto& each : palette) {
        each = colour(random, 20, 235);
    }
    // Sizes as those of things at all distances: as many of a size as the inverse cube of that size says.
    const double side = std::max(height, width), largest = 0.4 * side, smallest = std::max(0.02 * side, 1.0);
    const std::size_t shapes = 40 + random.below(210);
    for (std::size_t i = 0; i < shapes; ++i) {
        const double radius = 1 / std::sqrt(random.uniform(1 / (largest * largest), 1 / (smallest * smallest)));
        const double x = random.uniform(0, width), y = random.uniform(0, height);
        cv::Scalar fill = palette[random.below(palette.size())];
        for (int c = 0; c < 3; ++c) {
            fill[c] = std::clamp(fill[c] + random.normal(20), kBlack, kWhite);
        }
        const bool is_plain = is_drawing || random.uniform() < 0.5;
        const auto& pattern = textures[random.below(kTextures)];
        const double strength = random.uniform(0.2, 1);
        const auto outline = shape({x, y}, radius, random);
        cover(picture, outline, fill, is_plain ? cv::Mat() : cv::Mat(pattern * strength));
    }
    picture = within_bytes(picture);
    if (random.uniform() < 0.5) {
        cv::GaussianBlur(picture, picture, {}, random.uniform(0.3, 1.2));
    }
    const double grain = random.uniform(0, 6);
    for (int y = 0; y < height; ++y) {
        auto* row = picture.ptr<float>(y);
        for (int x = 0; x < 3 * width; ++x) {
            row[x] += static_cast<float>(random.normal(grain));
        }
    }
    cv::Mat bytes;
    picture.convertTo(bytes, CV_8UC3);  // rounds and keeps to 0 ... 255
    return bytes;
}

}  // namespace octet
