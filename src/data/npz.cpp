#include "data/npz.hpp"

#include <algorithm>
#include <new>
#include <system_error>

#include <unistd.h>
#include <zip.h>

#include "octet/error.hpp"

namespace octet {
namespace {

constexpr std::string_view kSuffix = ".npy";

/// Deflate cannot shrink more than this, so a size beyond it is a lie.
constexpr std::uint64_t kDeflateRatio = 1032;

struct ZipFileCloser {
    void operator()(zip_file_t* file) const {
        zip_fclose(file);
    }
};
using ZipFile = std::unique_ptr<zip_file_t, ZipFileCloser>;

[[noreturn]] void bad(const std::string& where, const std::string& message) {
    throw Error(ErrorCode::InvalidData, where, message);
}

std::uint64_t memory_limit() {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page = ::sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) / 2
                                 : UINT64_MAX;
}

}  // namespace

/// libzip allows one call at a time on an archive.
struct Npz::Archive {
    std::string where;
    std::uint64_t size = 0;  // bytes of the whole archive
    zip_t* zip = nullptr;
    mutable std::mutex mutex;

    Archive() = default;
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;
    ~Archive() {
        if (zip != nullptr) {
            zip_discard(zip);
        }
    }

    std::string member_name(const std::string& name) const {
        return where + "[" + name + "]";
    }
};

/// A member that is stored as it is: read at any offset, one reader at a time.
class StoredMember : public ByteReader {
public:
    StoredMember(std::shared_ptr<Npz::Archive> archive, ZipFile file, std::uint64_t size, std::string where)
        : archive_(std::move(archive)), file_(std::move(file)), size_(size), where_(std::move(where)) {}
    ~StoredMember() override {
        const std::lock_guard lock(archive_->mutex);
        file_.reset();
    }

    std::uint64_t size() const override {
        return size_;
    }

    void read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        const std::lock_guard lock(archive_->mutex);
        if (zip_fseek(file_.get(), static_cast<zip_int64_t>(offset), SEEK_SET) != 0 ||
            zip_fread(file_.get(), out.data(), out.size()) != static_cast<zip_int64_t>(out.size())) {
            bad(where_, std::string("cannot be read: ") + zip_file_strerror(file_.get()));
        }
    }

private:
    std::shared_ptr<Npz::Archive> archive_;
    ZipFile file_;
    std::uint64_t size_;
    std::string where_;
};

namespace {

std::shared_ptr<const ByteReader> inflate(zip_file_t* file, const zip_stat_t& stat, const std::string& where) {
    if (stat.size / kDeflateRatio > stat.comp_size) {
        bad(where, "claims " + std::to_string(stat.size) + " bytes in " + std::to_string(stat.comp_size) +
                       " compressed ones; the archive is damaged");
    }
    std::shared_ptr<std::uint8_t[]> bytes;
    try {
        if (stat.size > memory_limit()) {
            throw std::bad_alloc();
        }
        bytes.reset(new std::uint8_t[stat.size]);
    } catch (const std::bad_alloc&) {
        bad(where, "needs " + std::to_string(stat.size) +
                       " bytes of memory when unpacked; save it with numpy.savez, which does not compress");
    }
    std::uint64_t done = 0;
    while (done < stat.size) {
        const zip_int64_t count = zip_fread(file, bytes.get() + done, stat.size - done);
        if (count <= 0) {
            bad(where, std::string("cannot be unpacked: ") + (count < 0 ? zip_file_strerror(file) : "its data is cut"));
        }
        done += static_cast<std::uint64_t>(count);
    }
    // Only the read that meets the end compares checksums.
    std::uint8_t beyond = 0;
    if (zip_fread(file, &beyond, 1) != 0) {
        bad(where, std::string("cannot be unpacked: ") + zip_file_strerror(file));
    }
    return make_bytes(std::move(bytes), stat.size);
}

}  // namespace

Npz::Npz(std::shared_ptr<Archive> archive) : archive_(std::move(archive)) {
    const zip_int64_t count = zip_get_num_entries(archive_->zip, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* raw = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0);
        const std::string_view name = raw == nullptr ? "" : raw;
        if (name.size() > kSuffix.size() && name.ends_with(kSuffix)) {
            names_.emplace_back(name.substr(0, name.size() - kSuffix.size()));
        }
    }
    std::sort(names_.begin(), names_.end());
    if (names_.empty()) {
        bad(archive_->where, "holds no .npy array; save it with numpy.savez");
    }
    const auto twice = std::adjacent_find(names_.begin(), names_.end());
    if (twice != names_.end()) {
        bad(archive_->where, "holds array \"" + *twice + "\" twice");
    }
}

Npz Npz::open(const std::filesystem::path& path, const std::string& where) {
    auto archive = std::make_shared<Archive>();
    archive->where = where.empty() ? path.string() : where;
    std::error_code ignored;  // libzip reports a missing file
    archive->size = std::filesystem::file_size(path, ignored);
    int code = 0;
    archive->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (archive->zip == nullptr) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string text = zip_error_strerror(&error);
        zip_error_fini(&error);
        const bool is_missing = code == ZIP_ER_NOENT || code == ZIP_ER_OPEN || code == ZIP_ER_READ;
        throw Error(is_missing ? ErrorCode::Io : ErrorCode::InvalidData, archive->where,
                    "cannot be opened as an .npz: " + text);
    }
    return Npz(std::move(archive));
}

Npz Npz::open(std::span<const std::uint8_t> bytes, const std::string& where) {
    auto archive = std::make_shared<Archive>();
    archive->where = where;
    archive->size = bytes.size();
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) {
        archive->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    }
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (archive->zip == nullptr) {
        zip_source_free(source);
        bad(where, "cannot be opened as an .npz: " + text);
    }
    return Npz(std::move(archive));
}

bool Npz::has(const std::string& name) const {
    return std::binary_search(names_.begin(), names_.end(), name);
}

Array Npz::array(const std::string& name) const {
    const std::string where = archive_->member_name(name);
    const std::string member = name + std::string(kSuffix);
    std::unique_lock lock(archive_->mutex);
    zip_stat_t stat;
    zip_stat_init(&stat);
    constexpr zip_uint64_t kNeeded =
        ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat(archive_->zip, member.c_str(), 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
        bad(where, std::string("cannot be read: ") + zip_strerror(archive_->zip));
    }
    if (stat.encryption_method != ZIP_EM_NONE) {
        bad(where, "is encrypted; save it with numpy.savez");
    }
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
        bad(where, "is packed by zip method " + std::to_string(stat.comp_method) + "; expected stored or deflated");
    }
    if (stat.comp_size > archive_->size) {
        bad(where, "claims " + std::to_string(stat.comp_size) + " bytes of an archive of " +
                       std::to_string(archive_->size) + "; the archive is cut or damaged");
    }
    if (stat.comp_size == 0) {
        bad(where, "is empty; expected an .npy array");  // libzip 1.7 crashes on a seek in such a member
    }
    ZipFile file(zip_fopen_index(archive_->zip, stat.index, 0));
    if (!file) {
        bad(where, std::string("cannot be read: ") + zip_strerror(archive_->zip));
    }
    if (stat.comp_method == ZIP_CM_DEFLATE) {
        auto bytes = inflate(file.get(), stat, where);
        file.reset();
        lock.unlock();
        return Array(std::move(bytes), where);
    }
    if (stat.size != stat.comp_size) {
        bad(where, "is stored, but its two sizes differ; the archive is damaged");
    }
    lock.unlock();
    return Array(std::make_shared<StoredMember>(archive_, std::move(file), stat.size, where), where);
}

}  // namespace octet
