#pragma once

#include <filesystem>
#include <string>

#include <opencv2/core.hpp>

namespace octet {

/// A picture as cv::imdecode() reads it with `flags`. Throws Error(InvalidData) at `label` where the file is empty,
/// cut, above 2 GiB or no picture, Error(Io) where it cannot be read, and what OpenCV throws.
cv::Mat decode_picture(const std::filesystem::path& path, int flags, const std::string& label);

/// The callers' threads are the parallelism; OpenCV's own would only compete with them.
void leave_threads_to_callers();

}  // namespace octet
