#include "data/picture_decode.hpp"

#include <cstdint>
#include <memory>
#include <mutex>

#include <opencv2/imgcodecs.hpp>

#include "octet/error.hpp"

#include "data/npy.hpp"
#include "data/picture_file.hpp"

namespace octet {

cv::Mat decode_picture(const std::filesystem::path& path, int flags, const std::string& label) {
    const auto file = open_bytes(path);
    if (file->size() == 0) {
        throw Error(ErrorCode::InvalidData, label, "is an empty file; expected a picture");
    }
    if (file->size() > static_cast<std::uint64_t>(INT32_MAX)) {
        throw Error(ErrorCode::InvalidData, label, "is larger than 2 GiB; expected a picture");
    }
    const auto size = static_cast<std::size_t>(file->size());
    const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
    file->read(0, {bytes.get(), size});
    if (is_cut_picture({bytes.get(), size})) {
        throw Error(ErrorCode::InvalidData, label, "is a broken picture: the file is cut");
    }
    const cv::Mat buffer(1, static_cast<int>(size), CV_8U, bytes.get());
    cv::Mat picture = cv::imdecode(buffer, flags);
    if (picture.empty()) {
        throw Error(ErrorCode::InvalidData, label, "is not a picture that can be read, or is broken");
    }
    return picture;
}

void leave_threads_to_callers() {
    static std::once_flag once;
    std::call_once(once, [] { cv::setNumThreads(1); });
}

}  // namespace octet
