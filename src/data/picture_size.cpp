#include "data/picture_size.hpp"

#include <cstdint>
#include <utility>

namespace octet {
namespace {

class SizedPictures : public Dataset {
public:
    SizedPictures(std::unique_ptr<Dataset> pictures, std::string picture, const PictureLayout& layout, std::string size)
        : pictures_(std::move(pictures)), picture_(std::move(picture)), layout_(layout), size_(std::move(size)) {}

    std::size_t size() const override {
        return pictures_->size();
    }
    Sample sample(std::size_t index) const override {
        Sample sample = pictures_->sample(index);
        const ov::Shape shape = sample.at(picture_).get_shape();
        // Whole numbers, which Feed turns into the input's type or refuses where that cannot hold them.
        ov::Tensor row(ov::element::i64, {1, 3});
        auto* values = row.data<std::int64_t>();
        values[0] = static_cast<std::int64_t>(shape[layout_.height]);
        values[1] = static_cast<std::int64_t>(shape[layout_.width]);
        values[2] = static_cast<std::int64_t>(shape[layout_.channels]);
        sample.emplace(size_, row);
        return sample;
    }
    std::string label(std::size_t index) const override {
        return pictures_->label(index);
    }
    std::string preparation() const override {
        return pictures_->preparation();
    }
    std::string fingerprint(std::size_t index) const override {
        return pictures_->fingerprint(index);  // all that is added follows from the picture
    }
    std::vector<std::string> remarks() const override {
        auto remarks = pictures_->remarks();
        remarks.push_back("input \"" + size_ + "\", which has no data, gets the height, width and channels of each " +
                          "picture as it is fed");
        return remarks;
    }

private:
    std::unique_ptr<Dataset> pictures_;
    std::string picture_;
    PictureLayout layout_;
    std::string size_;
};

}  // namespace

bool takes_picture_size(const ModelInput& input) {
    return input.shape == ov::PartialShape{1, 3};
}

std::unique_ptr<Dataset> with_picture_size(std::unique_ptr<Dataset> pictures, const ModelInput& picture,
                                           const PictureLayout& layout, const ModelInput& size) {
    return std::make_unique<SizedPictures>(std::move(pictures), picture.name(), layout, size.name());
}

}  // namespace octet
