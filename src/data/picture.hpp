#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <openvino/runtime/tensor.hpp>

#include "octet/preprocessing.hpp"

#include "data/model_inputs.hpp"
#include "data/preprocessing.hpp"

namespace cv {
class Mat;
}

namespace octet {

/// Turns picture files into tensors of one input. Safe to call from several threads.
class PictureReader {
public:
    /// `preprocessing` is complete, as resolve() gives it.
    /// Throws Error(InvalidOption) where the input's type cannot hold the prepared pixels, or a fit needs a size that
    /// the input leaves open.
    PictureReader(const ModelInput& input, const Preprocessing& preprocessing);

    /// A tensor with a batch of 1 where the input has one. Throws Error(InvalidData) at `label`.
    ov::Tensor read(const std::filesystem::path& path, const std::string& label) const;

    /// The same of a picture in memory, of 8 bits in channels() channels (three are blue, green, red).
    ov::Tensor prepare(const cv::Mat& picture, const std::string& label) const;

    std::size_t channels() const {
        return channels_;
    }
    /// Of the input; 0: the picture's own.
    std::size_t height() const {
        return height_;
    }
    std::size_t width() const {
        return width_;
    }

private:
    ov::element::Type type_;
    PictureLayout layout_;
    std::size_t channels_ = 3;
    std::size_t height_ = 0, width_ = 0;  // 0: the picture's own
    Preprocessing preprocessing_;
    // (x - mean) / scale in the input's type, for each fed channel: 256 pixel values, then the letterbox's fill.
    std::vector<std::uint8_t> table_;
};

}  // namespace octet
