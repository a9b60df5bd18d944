#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string_view>
#include <vector>

namespace octet {

/// A file under a temporary name beside its final one. Gone again unless commit() gave it that name.
///
/// What an std::ofstream would swallow (a full disk, a short write) is thrown as Error(Io) by finish(), with the
/// operating system's reason.
class TemporaryFile {
public:
    /// Throws Error(Io) where the folder does not take a new file.
    explicit TemporaryFile(std::filesystem::path target);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::filesystem::path& path() const {
        return path_;
    }
    std::ostream& stream() {
        return stream_;
    }

    /// Writes what is buffered through to the disk and closes the file. Throws Error(Io).
    void finish();

    /// Renames the finished file to its target. Throws Error(Io).
    void commit();

private:
    /// A plain file descriptor as a stream buffer that remembers the first error.
    class Buffer : public std::streambuf {
    public:
        Buffer() : memory_(std::size_t{1} << 16) {
            setp(memory_.data(), memory_.data() + memory_.size());
        }
        bool write_out();
        int descriptor = -1;
        int error = 0;

    protected:
        int_type overflow(int_type c) override;
        std::streamsize xsputn(const char* data, std::streamsize size) override;
        int sync() override;
        pos_type seekoff(off_type offset, std::ios_base::seekdir direction, std::ios_base::openmode which) override;

    private:
        bool write_all(const char* data, std::size_t size);

        std::vector<char> memory_;
        off_type written_ = 0;
    };

    [[noreturn]] void fail(int error) const;

    std::filesystem::path target_, path_;
    Buffer buffer_;
    std::ostream stream_;
};

/// Makes renames in `folder` last through a power failure, as far as the file system lets us.
void sync_folder(const std::filesystem::path& folder);

}  // namespace octet
