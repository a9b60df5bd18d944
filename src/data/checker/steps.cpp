#include "data/checker/steps.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "octet/error.hpp"

#include "data/checker/trace.hpp"
#include "data/pillow_resize.hpp"

namespace octet {
namespace {

using checker::Crop;
using checker::Interpolation;
using checker::Padding;
using checker::Proportions;

constexpr int kLargestSide = 32767;

[[noreturn]] void refuse(const std::string& text) {
    throw Error(ErrorCode::InvalidData, "", text);
}

cv::Size checked(double width, double height) {
    if (!(width >= 1 && height >= 1 && width <= kLargestSide && height <= kLargestSide)) {
        refuse("would become " + std::to_string(width) + " x " + std::to_string(height) +
               " pixels; expected sides from 1 to 32767");
    }
    return {static_cast<int>(width), static_cast<int>(height)};
}

cv::Size fit_to_window(double width, double height, cv::Size of) {
    const double scale = std::min(height / of.height, width / of.width);
    return checked(scale * of.width, scale * of.height);
}

/// The shorter side becomes `width` or `height`.
cv::Size scale_greater(double width, double height, cv::Size of) {
    return of.height > of.width ? checked(width, height * of.height / of.width)
                                : checked(width * of.width / of.height, height);
}

cv::Size in_proportion(const checker::Resize& step, cv::Size wanted, cv::Size of) {
    const double width = wanted.width, height = wanted.height;
    switch (step.proportions) {
        case Proportions::Free:
            break;
        case Proportions::Width:
            return checked(width * of.width / of.height, height);
        case Proportions::Height:
            return checked(width, height * of.height / of.width);
        case Proportions::Greater:
            return scale_greater(width, height, of);
        case Proportions::FitToWindow:
            return fit_to_window(width, height, of);
        case Proportions::FasterRcnn: {
            const double least = std::min(width, height), most = std::max(width, height);
            const cv::Size size = scale_greater(least, least, of);
            return std::max(size.width, size.height) <= most ? size : fit_to_window(most, most, of);
        }
        case Proportions::MinRatio: {
            const double ratio = std::min(of.height / height, of.width / width);
            return checked(of.width / ratio, of.height / ratio);
        }
    }
    return wanted;
}

cv::Size resized_size(const checker::Resize& step, cv::Size of, cv::Size input) {
    const cv::Size wanted = step.width > 0 ? cv::Size(step.width, step.height) : input;
    if (wanted.width < 1 || wanted.height < 1) {
        refuse("auto_resize needs a fixed height and width of the input; fix them with --shape");
    }
    cv::Size size = in_proportion(step, wanted, of);
    if (step.factor > 0 && step.proportions != Proportions::Free) {
        const int rest = step.has_boundary ? 0 : 1;
        const auto floored = [&](int side) { return side - ((side - rest) % step.factor + step.factor) % step.factor; };
        size = checked(floored(size.width), floored(size.height));
    }
    return size;
}

cv::Size cropped_size(const Crop& step, cv::Size of) {
    if (step.is_square) {
        const int side = std::min(of.width, of.height);
        return {side, side};
    }
    if (step.central_fraction > 0) {
        return checked(of.width * step.central_fraction, of.height * step.central_fraction);
    }
    return {step.width, step.height};
}

/// Where a crop by OpenCV has to be enlarged before.
cv::Size enlarged_size(cv::Size of, cv::Size wanted) {
    double width = of.width, height = of.height;
    if (of.width < wanted.width) {
        height = height * wanted.width / width;
        width = wanted.width;
    }
    if (height < wanted.height) {
        width = width * wanted.height / height;
        height = wanted.height;
    }
    return checked(std::ceil(width), std::ceil(height));
}

int rounded_up(int side, int stride) {
    return static_cast<int>((static_cast<std::int64_t>(side) + stride - 1) / stride * stride);
}

/// `aimed`: the size that the last resize aimed at; none before one.
StepTrace::Border border_of(const Padding& step, cv::Size of, cv::Size aimed) {
    const int wanted_height = step.height > 0 ? step.height : aimed.height > 0 ? aimed.height : of.height;
    const int wanted_width = step.width > 0 ? step.width : aimed.width > 0 ? aimed.width : of.width;
    // A picture that is larger keeps its width, and its height counts as the wanted one.
    const int height = std::min(of.height, wanted_height);
    StepTrace::Border border;
    border.height = rounded_up(wanted_height, step.stride);
    border.width = rounded_up(std::max(wanted_width, of.width), step.stride);
    const int down = border.height - height, across = border.width - of.width;
    if (step.side == Padding::Side::Center) {
        border.top = down / 2 + (step.is_left_top_extended ? down % 2 : 0);
        border.left = across / 2 + (step.is_left_top_extended ? across % 2 : 0);
    } else if (step.side == Padding::Side::LeftTop) {
        border.top = down;
        border.left = across;
    }
    border.bottom = down - border.top;
    border.right = across - border.left;
    return border;
}

int opencv_filter(Interpolation filter) {
    switch (filter) {
        case Interpolation::Nearest:
            return cv::INTER_NEAREST;
        case Interpolation::Cubic:
            return cv::INTER_CUBIC;
        case Interpolation::Area:
            return cv::INTER_AREA;
        case Interpolation::Lanczos4:
            return cv::INTER_LANCZOS4;
        default:
            return cv::INTER_LINEAR;
    }
}

/// Half to even, as Python's round().
int rounded(double value) {
    return static_cast<int>(std::nearbyint(value));
}

/// Runs the steps over a size, and where there is one over a picture.
class Runner {
public:
    Runner(cv::Size picture, cv::Size input, cv::Mat* pixels) : input_(input), pixels_(pixels) {
        size_ = picture;
    }

    StepTrace run(const std::vector<checker::Step>& steps) {
        trace_.picture = pixels(size_);
        for (const auto& step : steps) {
            std::visit([&](const auto& each) { take(each); }, step);
        }
        trace_.size = pixels(size_);
        return trace_;
    }

private:
    static PixelSize pixels(cv::Size size) {
        return {size.width, size.height};
    }

    void take(const checker::Resize& step) {
        const cv::Size size = resized_size(step, size_, input_);
        const cv::Size wanted = step.width > 0 ? cv::Size(step.width, step.height) : input_;
        aimed_ = {std::max(size.width, wanted.width), std::max(size.height, wanted.height)};
        size_ = size;
        trace_.resized = pixels(size);
        if (pixels_ == nullptr) {
            return;
        }
        if (step.is_pillow) {
            if (pixels_->depth() != CV_8U) {
                refuse("Pillow resizes pixels of 8 bits only");
            }
            *pixels_ = pillow_resize(*pixels_, size, step.interpolation);
            return;
        }
        cv::Mat out;
        cv::resize(*pixels_, out, size, 0, 0, opencv_filter(step.interpolation));
        out.convertTo(*pixels_, CV_32F);
    }

    void take(const Crop& step) {
        const cv::Size wanted = cropped_size(step, size_);
        const cv::Size before = size_;
        size_ = wanted;
        if (pixels_ == nullptr) {
            return;
        }
        if (step.is_pillow) {
            const int top = rounded((before.height - wanted.height) / 2.0);
            const int left = rounded((before.width - wanted.width) / 2.0);
            cv::Mat out = cv::Mat::zeros(wanted, pixels_->type());
            const cv::Rect there = cv::Rect(left, top, wanted.width, wanted.height) & cv::Rect({0, 0}, before);
            if (!there.empty()) {
                (*pixels_)(there).copyTo(out(there - cv::Point(left, top)));
            }
            *pixels_ = out;
            return;
        }
        if (before.width < wanted.width || before.height < wanted.height) {
            cv::Mat larger;
            cv::resize(*pixels_, larger, enlarged_size(before, wanted));
            *pixels_ = larger;
        }
        *pixels_ = (*pixels_)(cv::Rect((pixels_->cols - wanted.width) / 2, (pixels_->rows - wanted.height) / 2,
                                       wanted.width, wanted.height))
                       .clone();
    }

    void take(const checker::Normalization& step) {
        if (pixels_ == nullptr) {
            return;
        }
        cv::Mat values;
        pixels_->convertTo(values, CV_64F);
        const auto channels = static_cast<std::size_t>(values.channels());
        for (const auto* given : {&step.mean, &step.std}) {
            if (given->size() > 1 && given->size() != channels) {
                refuse("normalization has a value for each of " + std::to_string(given->size()) +
                       " channels, the picture has " + std::to_string(channels));
            }
        }
        const auto pick = [](const std::vector<double>& of, std::size_t c, double otherwise) {
            return of.empty() ? otherwise : of[of.size() == 1 ? 0 : c];
        };
        for (int y = 0; y < values.rows; ++y) {
            double* row = values.ptr<double>(y);
            for (std::size_t i = 0; i < static_cast<std::size_t>(values.cols) * channels; ++i) {
                row[i] = (row[i] - pick(step.mean, i % channels, 0)) / pick(step.std, i % channels, 1);
            }
        }
        *pixels_ = values;
    }

    void take(const Padding& step) {
        const auto border = border_of(step, size_, aimed_);
        cv::Size size(size_.width + border.left + border.right, size_.height + border.top + border.bottom);
        size = checked(size.width, size.height);
        // The tool stretches back what is larger than it was to become.
        const int wanted = step.width > 0 ? step.width : aimed_.width > 0 ? aimed_.width : size_.width;
        const cv::Size back(wanted, border.height);
        const bool is_stretched = step.is_resized && size != back;
        if (pixels_ != nullptr) {
            cv::Mat out;
            cv::copyMakeBorder(*pixels_, out, border.top, border.bottom, border.left, border.right, cv::BORDER_CONSTANT,
                               cv::Scalar(step.value[0], step.value[1], step.value[2]));
            if (is_stretched) {
                cv::Mat stretched;
                cv::resize(out, stretched, back);
                out = stretched;
            }
            *pixels_ = out;
        }
        size_ = is_stretched ? back : size;
        if (!trace_.border) {
            trace_.border = border;
            trace_.border->width = is_stretched ? back.width : border.width;
        }
    }

    void take(checker::Colour colour) {
        if (pixels_ == nullptr) {
            return;
        }
        if (pixels_->channels() != 3) {
            refuse("a change of colours needs three channels, the picture has " + std::to_string(pixels_->channels()));
        }
        cv::Mat out;
        if (colour == checker::Colour::Swap) {
            cv::Mat swapped(pixels_->size(), pixels_->type());
            const int pairs[] = {0, 2, 1, 1, 2, 0};
            cv::mixChannels(pixels_, 1, &swapped, 1, pairs, 3);
            *pixels_ = swapped;
            return;
        }
        if (pixels_->depth() == CV_64F) {  // which OpenCV makes no grey of
            cv::Mat narrowed;
            pixels_->convertTo(narrowed, CV_32F);
            *pixels_ = narrowed;
        }
        cv::cvtColor(*pixels_, out, colour == checker::Colour::GrayOfBgr ? cv::COLOR_BGR2GRAY : cv::COLOR_RGB2GRAY);
        out.convertTo(*pixels_, CV_32F);
    }

    cv::Size input_, size_;
    cv::Mat* pixels_;
    StepTrace trace_;
    cv::Size aimed_{};
};

}  // namespace

StepTrace trace_steps(const std::vector<checker::Step>& steps, PixelSize picture, PixelSize input) {
    return Runner({picture.width, picture.height}, {input.width, input.height}, nullptr).run(steps);
}

cv::Mat apply_steps(const std::vector<checker::Step>& steps, cv::Mat picture, PixelSize input) {
    Runner(picture.size(), {input.width, input.height}, &picture).run(steps);
    return picture;
}

}  // namespace octet
