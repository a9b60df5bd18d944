#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <octet/octet.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

/// A face: its corners in pixels, and how sure the network is of it, in 0..1.
struct Face {
    float left, top, right, bottom, score;

    float width() const {
        return right - left;
    }
    float height() const {
        return bottom - top;
    }
};

/// As one tensor [N,5], and back.
inline ov::Tensor as_tensor(const std::vector<Face>& faces) {
    ov::Tensor tensor(ov::element::f32, {faces.size(), 5});
    auto* values = tensor.data<float>();
    for (const auto& face : faces) {
        for (const float value : {face.left, face.top, face.right, face.bottom, face.score}) {
            *values++ = value;
        }
    }
    return tensor;
}

inline std::vector<Face> faces_of(const ov::Tensor& tensor) {
    std::vector<Face> faces;
    const auto* values = tensor.data<const float>();
    for (std::size_t i = 0; i < tensor.get_size(); i += 5) {
        faces.push_back({values[i], values[i + 1], values[i + 2], values[i + 3], values[i + 4]});
    }
    return faces;
}

/// By how much two faces overlap: of the area of both, or of the smaller one.
inline float overlap(const Face& a, const Face& b, bool of_smaller = false) {
    const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
    const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const float shared = std::max(width, 0.F) * std::max(height, 0.F);
    const float first = a.width() * a.height(), second = b.width() * b.height();
    return shared / (of_smaller ? std::min(first, second) : first + second - shared);
}

/// Non-maximum suppression: of faces that overlap by more than `most`, only the surest.
inline std::vector<Face> surest(std::vector<Face> faces, float most, bool of_smaller = false) {
    std::stable_sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.score > b.score; });
    std::vector<Face> kept;
    for (const auto& face : faces) {
        if (std::none_of(kept.begin(), kept.end(),
                         [&](const Face& other) { return overlap(face, other, of_smaller) > most; })) {
            kept.push_back(face);
        }
    }
    return kept;
}

/// MTCNN (Zhang et al., 2016): P-Net looks at the picture at all scales, R-Net and O-Net look closer at what it found.
/// The networks take pictures as [N,width,height,3], RGB, (x - 127.5) / 128.
class Mtcnn : public octet::Engine {
public:
    enum Model { PNet, RNet, ONet };

    explicit Mtcnn(std::vector<std::filesystem::path> pictures) : pictures_(std::move(pictures)) {}

    std::size_t size() const override {
        return pictures_.size();
    }
    std::string label(std::size_t index) const override {
        return pictures_[index].filename().string();
    }

    /// Gives the faces as as_tensor() has them.
    std::vector<ov::Tensor> run(std::size_t index, const octet::Infer& infer) const override {
        cv::Mat picture = cv::imread(pictures_[index].string());
        if (picture.empty()) {
            throw std::runtime_error("is not a picture that can be read");
        }
        cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
        auto faces = propose(picture, infer);
        faces = refine(picture, faces, RNet, 24, 0.7F, infer);
        faces = surest(refine(picture, surest(faces, 0.7F), ONet, 48, 0.7F, infer), 0.7F, true);
        return {as_tensor(faces)};
    }

private:
    static ov::Tensor as_input(const cv::Mat& picture) {
        cv::Mat turned;
        cv::transpose(picture, turned);
        turned.convertTo(turned, CV_32FC3, 1 / 128.0, -127.5 / 128.0);
        ov::Tensor tensor(ov::element::f32, {1, std::size_t(turned.rows), std::size_t(turned.cols), 3});
        std::copy_n(turned.ptr<float>(), tensor.get_size(), tensor.data<float>());
        return tensor;
    }

    /// A face moved by what the network says, in parts of its size.
    static Face moved(const Face& face, const float* by, float score) {
        return {face.left + by[0] * face.width(), face.top + by[1] * face.height(), face.right + by[2] * face.width(),
                face.bottom + by[3] * face.height(), score};
    }

    static std::vector<Face> propose(const cv::Mat& picture, const octet::Infer& infer) {
        constexpr float kCell = 12, kStride = 2, kSmallest = 20, kFactor = 0.709F;
        std::vector<Face> all;
        const auto shorter = static_cast<float>(std::min(picture.rows, picture.cols));
        for (float scale = kCell / kSmallest; shorter * scale >= kCell; scale *= kFactor) {
            cv::Mat small;
            cv::resize(picture, small, {}, scale, scale, cv::INTER_AREA);
            const auto outputs = infer(PNet, {{"", as_input(small)}});
            const auto shape = outputs[0].get_shape();  // [1,width,height,4]
            const auto* by = outputs[0].data<const float>();
            const auto* scores = outputs[1].data<const float>();
            std::vector<Face> here;
            for (std::size_t i = 0; i < shape[1] * shape[2]; ++i) {
                const float score = scores[2 * i + 1];
                if (score >= 0.6F) {
                    const float x = kStride * static_cast<float>(i / shape[2]) / scale;
                    const float y = kStride * static_cast<float>(i % shape[2]) / scale;
                    here.push_back(moved({x, y, x + kCell / scale, y + kCell / scale, 0}, by + 4 * i, score));
                }
            }
            here = surest(std::move(here), 0.5F);
            all.insert(all.end(), here.begin(), here.end());
        }
        return surest(std::move(all), 0.7F);
    }

    /// Looks at each face, made square, at `size` pixels a side; keeps those with a score above `least`.
    static std::vector<Face> refine(const cv::Mat& picture, const std::vector<Face>& faces, Model model, int size,
                                    float least, const octet::Infer& infer) {
        std::vector<Face> kept;
        for (const auto& face : faces) {
            const float side = std::max(face.width(), face.height());
            const float x = (face.left + face.right - side) / 2, y = (face.top + face.bottom - side) / 2;
            const cv::Rect square(int(std::lround(x)), int(std::lround(y)), int(std::lround(side)),
                                  int(std::lround(side)));
            const cv::Rect inside = square & cv::Rect(0, 0, picture.cols, picture.rows);
            if (inside.empty()) {
                continue;
            }
            cv::Mat crop;  // black where it reaches out of the picture
            cv::copyMakeBorder(picture(inside), crop, inside.y - square.y, square.br().y - inside.br().y,
                               inside.x - square.x, square.br().x - inside.br().x, cv::BORDER_CONSTANT);
            cv::resize(crop, crop, {size, size}, 0, 0, cv::INTER_AREA);
            const auto outputs = infer(model, {{"", as_input(crop)}});
            const float score = outputs.back().data<const float>()[1];
            if (score > least) {
                kept.push_back(moved({x, y, x + side, y + side, 0}, outputs[0].data<const float>(), score));
            }
        }
        return kept;
    }

    std::vector<std::filesystem::path> pictures_;
};
