#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "octet/accuracy_checker.hpp"
#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/checker/annotations.hpp"
#include "data/checker/steps.hpp"
#include "data/checker/texts.hpp"
#include "data/convert.hpp"
#include "data/model_inputs.hpp"
#include "data/picture_decode.hpp"
#include "data/preprocessing.hpp"

namespace octet {
namespace {

/// The values of a picture as a tensor's, cut off where the type is of whole numbers, as numpy's astype() does.
template <typename T>
void write_values(const cv::Mat& picture, bool is_channels_first, T* out) {
    cv::Mat values;
    picture.convertTo(values, CV_64F);
    const auto channels = static_cast<std::size_t>(values.channels());
    const auto rows = static_cast<std::size_t>(values.rows), columns = static_cast<std::size_t>(values.cols);
    for (std::size_t y = 0; y < rows; ++y) {
        const double* row = values.ptr<double>(static_cast<int>(y));
        for (std::size_t x = 0; x < columns; ++x) {
            for (std::size_t c = 0; c < channels; ++c) {
                const double value = row[x * channels + c];
                T& held = out[is_channels_first ? (c * rows + y) * columns + x : (y * columns + x) * channels + c];
                if (!hold(kIsReal<T> ? value : std::trunc(value), held)) {
                    throw Error(
                        ErrorCode::InvalidData, "",
                        "has a value of " + short_number(value) + " after all steps, which the input cannot hold");
                }
            }
        }
    }
}

/// The steps as one Preprocessing, where they are no more than that: stretched to the input, then colour, mean, scale.
class Summary {
public:
    Summary(const checker::DatasetRules& rules, PixelSize input, const std::string& layout) : input_(input) {
        result_.rgb = rules.reader == checker::Reader::Pillow;
        result_.mean = {0};
        result_.scale = {1};
        result_.crop_fraction = 1;
        result_.fit = Fit::Stretch;
        result_.layout = layout;
        for (const auto& step : rules.preprocessing) {
            std::visit([&](const auto& each) { take(each); }, step);
        }
    }

    /// As JSON; empty where there is more to it.
    std::string text() const {
        return is_whole_ && result_.resize ? to_json(result_) : "";
    }

private:
    void take(const checker::Resize& step) {
        static const std::map<checker::Interpolation, Resize> kResizes{{checker::Interpolation::Linear, Resize::Linear},
                                                                       {checker::Interpolation::Cubic, Resize::Cubic},
                                                                       {checker::Interpolation::Area, Resize::Area}};
        const auto found = kResizes.find(step.interpolation);
        const bool is_input = step.width == 0 || PixelSize{step.width, step.height} == input_;
        is_whole_ = is_whole_ && !result_.resize && !step.is_pillow && found != kResizes.end() && is_input &&
                    step.proportions == checker::Proportions::Free && !is_normalized_;
        result_.resize = found == kResizes.end() ? Resize::Linear : found->second;
    }
    void take(const checker::Normalization& step) {
        is_whole_ = is_whole_ && !is_normalized_;
        is_normalized_ = true;
        result_.mean = step.mean.empty() ? result_.mean : step.mean;
        result_.scale = step.std.empty() ? result_.scale : step.std;
    }
    void take(checker::Colour step) {
        is_whole_ = is_whole_ && step == checker::Colour::Swap && !is_normalized_;
        result_.rgb = !*result_.rgb;
    }
    void take(const checker::Crop&) {
        is_whole_ = false;
    }
    void take(const checker::Padding&) {
        is_whole_ = false;
    }

    PixelSize input_;
    Preprocessing result_;
    bool is_whole_ = true, is_normalized_ = false;
};

class CheckedPictures : public Dataset {
public:
    CheckedPictures(const ModelInput& input, PictureLayout layout, const checker::DatasetRules& rules,
                    Annotations annotations)
        : name_(input.name()),
          type_(input.type),
          layout_(std::move(layout)),
          rules_(rules),
          annotations_(std::move(annotations)) {
        leave_threads_to_callers();
        const auto extent = [&](std::size_t axis) {
            const auto& dim = input.shape[axis];
            return dim.is_static() && dim.get_length() <= INT16_MAX ? static_cast<int>(dim.get_length()) : 0;
        };
        size_ = {extent(layout_.width), extent(layout_.height)};
        preparation_ = Summary(rules_, size_, layout_.name).text();
    }

    std::size_t size() const override {
        return annotations_.names.size();
    }

    Sample sample(std::size_t index) const override {
        const std::string& label = annotations_.names.at(index);
        try {
            return {{name_, tensor_of(apply_steps(rules_.preprocessing, read(index), size_))}};
        } catch (const cv::Exception& error) {
            throw Error(ErrorCode::InvalidData, label, "is not a picture that can be prepared: " + error.err);
        } catch (const Error& error) {
            throw at_sample(error, ErrorCode::InvalidData, label);
        }
    }

    std::string label(std::size_t index) const override {
        return annotations_.names.at(index);
    }

    std::string preparation() const override {
        return preparation_;
    }

private:
    cv::Mat read(std::size_t index) const {
        if (annotations_.pictures) {
            return from_planes(annotations_.picture_of_sample[index]);
        }
        const std::string& name = annotations_.names[index];
        const auto path = rules_.data_source / name;
        if (rules_.reader == checker::Reader::OpenCv) {
            return decode_picture(path, cv::IMREAD_COLOR, name);
        }
        cv::Mat picture = decode_picture(path, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION, name), swapped;
        cv::cvtColor(picture, swapped, cv::COLOR_BGR2RGB);
        return swapped;
    }

    cv::Mat from_planes(std::size_t picture) const {
        constexpr auto kSide = CifarBatch::kSide;
        const std::uint8_t* planes = annotations_.pictures->pixels.data() + picture * CifarBatch::kBytes;
        const bool is_bgr = rules_.reader == checker::Reader::OpenCv;
        cv::Mat out(kSide, kSide, CV_8UC3);
        for (std::size_t i = 0; i < kSide * kSide; ++i) {
            for (std::size_t c = 0; c < 3; ++c) {
                out.data[3 * i + c] = planes[(is_bgr ? 2 - c : c) * kSide * kSide + i];
            }
        }
        return out;
    }

    ov::Tensor tensor_of(const cv::Mat& picture) const {
        ov::Shape shape(layout_.name.size(), 1);
        shape[layout_.channels] = static_cast<std::size_t>(picture.channels());
        shape[layout_.height] = static_cast<std::size_t>(picture.rows);
        shape[layout_.width] = static_cast<std::size_t>(picture.cols);
        ov::Tensor tensor(type_, shape);
        with_type(type_, [&](auto zero) {
            using T = decltype(zero);
            write_values(picture, layout_.is_channels_first(), static_cast<T*>(tensor.data()));
        });
        return tensor;
    }

    std::string name_;
    ov::element::Type type_;
    PictureLayout layout_;
    PixelSize size_;
    checker::DatasetRules rules_;
    Annotations annotations_;
    std::string preparation_;
};

EvaluateOptions evaluation_of(const checker::Rules& rules, const checker::DatasetRules& part,
                              const checker::ClassMap& classes) {
    EvaluateOptions options;
    const auto* masks = std::get_if<checker::MaskAnnotation>(&part.annotation);
    const bool is_voc = std::holds_alternative<checker::VocMaskAnnotation>(part.annotation);
    options.checker = {rules.adapter,
                       part.preprocessing,
                       part.postprocessing,
                       part.metrics,
                       masks != nullptr ? masks->reader
                       : is_voc         ? checker::MaskReader::Scipy
                                        : checker::MaskReader::Pillow,
                       classes};
    if (const auto* adapter = std::get_if<checker::ClassificationAdapter>(&rules.adapter)) {
        options.output = adapter->output;
    } else if (const auto* bert = std::get_if<checker::BertClassificationAdapter>(&rules.adapter)) {
        options.output = bert->output;
    }
    return options;
}

std::unique_ptr<Dataset> open_pictures(const std::vector<ModelInput>& inputs, const checker::Rules& rules,
                                       const checker::DatasetRules& part, Annotations annotations) {
    const ModelInput& input = inputs[find_picture_input(inputs, "", part.name)];
    auto layout = picture_layout(input, rules.layout);
    if (!is_plain_number(input.type)) {
        throw Error(ErrorCode::InvalidOption, "input \"" + input.name() + "\"",
                    "takes " + input.type.get_type_name() + ", which is no type of pixels");
    }
    if (inputs.size() != 1) {
        throw Error(ErrorCode::InvalidOption, part.name, "feeds one input, the model has " + list_names(inputs));
    }
    return std::make_unique<CheckedPictures>(input, std::move(layout), part, std::move(annotations));
}

}  // namespace

CheckedSamples open_checked(const ov::Model& model, const checker::Rules& rules, const checker::DatasetRules& part) {
    const auto inputs = model_inputs(model);
    Annotations annotations = read_annotations(part);
    CheckedSamples out{nullptr, annotations.labels, evaluation_of(rules, part, annotations.classes)};
    const bool is_text = checker::tokenization_of(part.annotation) != nullptr;
    out.dataset = (is_text ? open_texts : open_pictures)(inputs, rules, part, std::move(annotations));
    return out;
}

}  // namespace octet
