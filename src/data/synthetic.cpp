#include "octet/synthetic.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>
#include <openvino/op/convert.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/util/gather_base.hpp>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"
#include "data/model_inputs.hpp"
#include "data/picture.hpp"
#include "data/preprocessing.hpp"
#include "data/random.hpp"
#include "data/synthetic_picture.hpp"

namespace octet {
namespace {

constexpr std::size_t kMostSamples = 100000;
constexpr int kMostDrawn = 512;  // a side; larger ones are enlarged
constexpr int kOpenSide = 224;   // of a picture where the input says nothing

/// The lengths of the axes that a model's Gather operations take whole numbers of an input from; the least of them.
std::optional<std::size_t> indexed_length(const ov::Output<const ov::Node>& values) {
    std::optional<std::size_t> least;
    const auto take = [&](std::size_t length) { least = std::min(least.value_or(length), length); };
    for (const auto& target : values.get_target_inputs()) {
        const ov::Node* node = target.get_node();
        if (ov::is_type<ov::op::v0::Convert>(node)) {
            if (const auto length = indexed_length(node->output(0))) {
                take(*length);
            }
            continue;
        }
        const auto* gather = dynamic_cast<const ov::op::util::GatherBase*>(node);
        if (!gather || target.get_index() != 1) {
            continue;
        }
        const auto shape = gather->get_input_partial_shape(0);
        const auto axis = gather->get_axis();
        if (axis == std::numeric_limits<std::int64_t>::max() || shape.rank().is_dynamic()) {
            continue;  // the axis is no constant
        }
        const auto& length = shape[axis < 0 ? axis + shape.rank().get_length() : axis];
        if (length.is_static() && length.get_length() > 0) {
            take(static_cast<std::size_t>(length.get_length()));
        }
    }
    return least;
}

/// Where an input's numbers come from.
struct Numbers {
    ModelInput input;
    ov::Shape shape;
    std::optional<std::size_t> indices;  ///< how many there are to choose from; unset: ones
};

Numbers numbers_for(const ov::Output<const ov::Node>& parameter, const ModelInput& input) {
    Numbers numbers{input, {}, input.type.is_real() ? std::nullopt : indexed_length(parameter)};
    if (input.shape.rank().is_dynamic() || !is_plain_number(input.type)) {
        throw Error(ErrorCode::InvalidOption, "input \"" + input.name() + "\"",
                    describe(input.type, input.shape) +
                        " is not known well enough to make numbers for it; fix it with " + "--shape");
    }
    for (std::size_t axis = 0; axis < input.shape.size(); ++axis) {
        const auto& length = input.shape[axis];
        if (length.is_dynamic() && axis > 0) {
            throw Error(ErrorCode::InvalidOption, "input \"" + input.name() + "\"",
                        "takes " + describe(input.type, input.shape) + "; fix its open axes with --shape");
        }
        numbers.shape.push_back(length.is_dynamic() ? 1 : static_cast<std::size_t>(length.get_length()));
    }
    return numbers;
}

ov::Tensor make_numbers(const Numbers& numbers, Random& random) {
    ov::Tensor tensor(numbers.input.type, numbers.shape);
    with_type(numbers.input.type, [&](auto zero) {
        using T = decltype(zero);
        auto* values = static_cast<T*>(tensor.data());
        for (std::size_t i = 0; i < tensor.get_size(); ++i) {
            const double value = kIsReal<T>        ? random.normal()
                                 : numbers.indices ? static_cast<double>(random.below(*numbers.indices))
                                                   : 1;
            if (!hold(value, values[i])) {
                hold(0, values[i]);
            }
        }
    });
    return tensor;
}

/// Pictures of one input, kept as bytes: what asks for samples asks for them several times.
class PictureSource {
public:
    PictureSource(const ModelInput& input, const Preprocessing& preprocessing, const SyntheticOptions& options)
        : name_(input.name()),
          preparation_(to_json(preprocessing)),
          reader_(input, preprocessing),
          seed_(options.seed),
          made_(options.samples),
          kept_(options.samples) {}

    ov::Tensor sample(std::size_t index, const std::string& label) {
        std::call_once(made_[index], [&] {
            Random random{seed_, index};
            kept_[index] = make_picture(std::min(height(), kMostDrawn), std::min(width(), kMostDrawn), random);
            if (reader_.channels() == 1) {
                cv::cvtColor(kept_[index], kept_[index], cv::COLOR_BGR2GRAY);
            }
        });
        if (kept_[index].rows == height() && kept_[index].cols == width()) {
            return reader_.prepare(kept_[index], label);
        }
        cv::Mat enlarged;
        cv::resize(kept_[index], enlarged, cv::Size(width(), height()), 0, 0, cv::INTER_CUBIC);
        return reader_.prepare(enlarged, label);
    }
    const std::string& name() const {
        return name_;
    }
    const std::string& preparation() const {
        return preparation_;
    }

private:
    static int side(std::size_t length) {
        return length > 0 ? static_cast<int>(length) : kOpenSide;
    }
    int height() const {
        return side(reader_.height());
    }
    int width() const {
        return side(reader_.width());
    }

    std::string name_, preparation_;
    PictureReader reader_;
    std::uint64_t seed_;
    std::vector<std::once_flag> made_;
    std::vector<cv::Mat> kept_;
};

class SyntheticSamples : public Dataset {
public:
    SyntheticSamples(const SyntheticOptions& options, std::unique_ptr<PictureSource> pictures,
                     std::vector<Numbers> numbers)
        : options_(options), pictures_(std::move(pictures)), numbers_(std::move(numbers)) {}

    std::size_t size() const override {
        return options_.samples;
    }

    Sample sample(std::size_t index) const override {
        Sample sample;
        if (pictures_) {
            sample.emplace(pictures_->name(), pictures_->sample(index, label(index)));
        }
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            Random random{options_.seed, index, i + 1};
            sample.emplace(numbers_[i].input.name(), make_numbers(numbers_[i], random));
        }
        return sample;
    }

    std::string label(std::size_t index) const override {
        return "synthetic sample " + std::to_string(index);
    }

    std::string preparation() const override {
        return pictures_ ? pictures_->preparation() : "";
    }

    std::string fingerprint(std::size_t index) const override {
        return "synthetic " + std::to_string(options_.seed) + " " + std::to_string(index) + " " + preparation();
    }

    std::vector<std::string> remarks() const override {
        return {numbers_.empty()
                    ? std::to_string(size()) + " synthetic pictures instead of data: accuracy is not guaranteed"
                    : std::to_string(size()) + " synthetic samples instead of data: for speed measurements only"};
    }

private:
    SyntheticOptions options_;
    std::unique_ptr<PictureSource> pictures_;
    std::vector<Numbers> numbers_;
};

/// The input that takes pictures; unset where there is none, or where nothing tells which.
std::optional<std::size_t> picture_input(const std::vector<ModelInput>& inputs, const Preprocessing& preprocessing) {
    std::optional<std::size_t> found;
    try {
        found = find_picture_input(inputs, "", "data");
        picture_layout(inputs[*found], "");
    } catch (const Error&) {
        if (!found || !preprocessing.layout) {
            return std::nullopt;
        }
    }
    if (preprocessing.layout) {
        picture_layout(inputs[*found], *preprocessing.layout);  // what is wrong with it must be told
    }
    return found;
}

}  // namespace

std::unique_ptr<Dataset> make_synthetic_dataset(const ov::Model& model, const SyntheticOptions& options,
                                                const Preprocessing& preprocessing) {
    if (options.samples == 0 || options.samples > kMostSamples) {
        throw Error(ErrorCode::InvalidOption, "samples",
                    "expected 1 to " + std::to_string(kMostSamples) + " synthetic samples, got " +
                        std::to_string(options.samples));
    }
    const auto inputs = model_inputs(model);
    const auto picture = picture_input(inputs, preprocessing);
    if (!picture && !options.any_input) {
        throw Error(ErrorCode::InvalidOption, "data-free",
                    "no input of the model takes pictures (" + list_names(inputs) +
                        "); other numbers can be made up for speed measurements only: --synthetic");
    }
    std::unique_ptr<PictureSource> pictures;
    std::vector<Numbers> numbers;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (i == picture) {
            pictures = std::make_unique<PictureSource>(inputs[i], resolve(model, inputs[i], preprocessing), options);
        } else if (options.any_input) {
            numbers.push_back(numbers_for(model.input(i), inputs[i]));
        } else {
            throw Error(ErrorCode::InvalidOption, "input \"" + inputs[i].name() + "\"",
                        "takes " + describe(inputs[i].type, inputs[i].shape) +
                            ", no pictures; without data it can be fed for speed measurements only (--synthetic)");
        }
    }
    return std::make_unique<SyntheticSamples>(options, std::move(pictures), std::move(numbers));
}

}  // namespace octet
