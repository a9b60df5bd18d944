#include "base/temporary_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::size_t kDirect = std::size_t{1} << 16;  // a write of this size does not go through the buffer
constexpr int kAttempts = 100;

}  // namespace

bool TemporaryFile::Buffer::write_all(const char* data, std::size_t size) {
    while (size > 0 && error == 0) {
        const ssize_t count = ::write(descriptor, data, size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            error = count < 0 ? errno : ENOSPC;
            break;
        }
        data += count;
        size -= static_cast<std::size_t>(count);
        written_ += count;
    }
    return error == 0;
}

bool TemporaryFile::Buffer::write_out() {
    const bool is_written = write_all(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    setp(memory_.data(), memory_.data() + memory_.size());
    return is_written;
}

TemporaryFile::Buffer::int_type TemporaryFile::Buffer::overflow(int_type c) {
    if (!write_out()) {
        return traits_type::eof();
    }
    return traits_type::eq_int_type(c, traits_type::eof()) ? traits_type::not_eof(c)
                                                           : sputc(traits_type::to_char_type(c));
}

std::streamsize TemporaryFile::Buffer::xsputn(const char* data, std::streamsize size) {
    if (static_cast<std::size_t>(size) < kDirect) {
        return std::streambuf::xsputn(data, size);
    }
    return write_out() && write_all(data, static_cast<std::size_t>(size)) ? size : 0;
}

int TemporaryFile::Buffer::sync() {
    return write_out() ? 0 : -1;
}

TemporaryFile::Buffer::pos_type TemporaryFile::Buffer::seekoff(off_type offset, std::ios_base::seekdir direction,
                                                               std::ios_base::openmode) {
    // Only "where am I" is answered; nothing is ever written but at the end.
    const bool is_tell = offset == 0 && direction == std::ios_base::cur;
    return is_tell ? pos_type(written_ + (pptr() - pbase())) : pos_type(off_type(-1));
}

TemporaryFile::TemporaryFile(std::filesystem::path target) : target_(std::move(target)), stream_(&buffer_) {
    std::error_code none;
    if (std::filesystem::is_symlink(target_, none)) {  // what it leads to is written, the link stays
        const auto file = std::filesystem::canonical(target_, none);
        target_ = none ? target_ : file;
    }
    if (std::filesystem::exists(target_, none) && !std::filesystem::is_regular_file(target_, none)) {
        throw Error(ErrorCode::Io, target_.string(), "is there and no regular file; it would be replaced");
    }
    // Hidden, and of no kind that a reader of models or reports would take for one.
    const std::string stem = "." + target_.filename().string() + "." + std::to_string(::getpid());
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        path_ = target_.parent_path() / (stem + "." + std::to_string(attempt) + ".tmp");
        buffer_.descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (buffer_.descriptor >= 0) {
            return;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    const int error = errno;
    throw Error(ErrorCode::Io, target_.parent_path().string(),
                std::string("cannot write into this folder: ") + std::strerror(error));
}

TemporaryFile::~TemporaryFile() {
    if (buffer_.descriptor >= 0) {
        ::close(buffer_.descriptor);
    }
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

void TemporaryFile::fail(int error) const {
    const bool is_full = error == ENOSPC || error == EDQUOT;
    throw Error(ErrorCode::Io, target_.string(),
                is_full ? "no space left on its disk; free some or choose another output folder"
                        : std::string("cannot be written: ") + std::strerror(error));
}

void TemporaryFile::finish() {
    buffer_.write_out();
    // Some file systems report a full disk no earlier than here.
    if (buffer_.error == 0 && ::fsync(buffer_.descriptor) != 0 && errno != EINVAL && errno != EROFS) {
        buffer_.error = errno;
    }
    if (::close(buffer_.descriptor) != 0 && buffer_.error == 0) {
        buffer_.error = errno;
    }
    buffer_.descriptor = -1;
    if (buffer_.error != 0) {
        fail(buffer_.error);
    }
    if (!stream_) {
        fail(EIO);
    }
}

void TemporaryFile::commit() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) {
        fail(errno);
    }
    path_.clear();
}

void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

}  // namespace octet
