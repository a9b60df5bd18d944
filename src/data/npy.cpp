#include "data/npy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "octet/error.hpp"

namespace octet {
namespace {

[[noreturn]] void bad(const std::string& where, const std::string& message) {
    throw Error(ErrorCode::InvalidData, where, message);
}

/// Reads the header's Python dictionary: three keys in any order, of which the values are a string, a truth value and
/// a tuple of integers.
class DictReader {
public:
    DictReader(std::string_view text, const std::string& where) : text_(text), where_(where) {}

    struct Fields {
        std::optional<std::string> descr;
        std::optional<bool> fortran_order;
        std::optional<std::vector<std::size_t>> shape;
    };

    Fields read() {
        Fields fields;
        expect('{');
        while (!accept('}')) {
            const std::string key = string();
            expect(':');
            if (key == "descr") {
                if (peek() != '\'' && peek() != '"') {
                    bad(where_, "holds records; expected an array of plain numbers");
                }
                fields.descr = string();
            } else if (key == "fortran_order") {
                fields.fortran_order = truth();
            } else if (key == "shape") {
                fields.shape = tuple();
            } else {
                fail();
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        return fields;
    }

private:
    [[noreturn]] void fail() const {
        bad(where_, "damaged .npy header; save the array again with numpy.save");
    }

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
            ++at_;
        }
    }

    char peek() {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    bool accept(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        ++at_;
        return true;
    }

    void expect(char wanted) {
        if (!accept(wanted)) {
            fail();
        }
    }

    std::string string() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') {
            fail();
        }
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) {
            fail();
        }
        std::string value(text_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        return value;
    }

    bool truth() {
        skip_space();
        for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {"False", false}}) {
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return value;
            }
        }
        fail();
    }

    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> values;
        expect('(');
        while (!accept(')')) {
            skip_space();
            std::size_t value = 0;
            const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
            if (error != std::errc()) {
                fail();
            }
            at_ = static_cast<std::size_t>(end - text_.data());
            accept('L');  // Python 2 wrote its long integers so
            values.push_back(value);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return values;
    }

    std::string_view text_;
    const std::string& where_;
    std::size_t at_ = 0;
};

constexpr std::array<std::pair<std::string_view, ov::element::Type_t>, 12> kTypes{{
    {"f2", ov::element::f16},
    {"f4", ov::element::f32},
    {"f8", ov::element::f64},
    {"i1", ov::element::i8},
    {"i2", ov::element::i16},
    {"i4", ov::element::i32},
    {"i8", ov::element::i64},
    {"u1", ov::element::u8},
    {"u2", ov::element::u16},
    {"u4", ov::element::u32},
    {"u8", ov::element::u64},
    {"b1", ov::element::boolean},
}};

ov::element::Type element_type(const std::string& descr, const std::string& where) {
    const bool has_order = !descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos;
    const std::string_view kind = std::string_view(descr).substr(has_order ? 1 : 0);
    for (const auto& [name, type] : kTypes) {
        if (kind == name) {
            return type;
        }
    }
    bad(where,
        "holds values of numpy type '" + descr.substr(0, 40) + "'; expected floats of 16 to 64 bits, integers or bool");
}

std::size_t checked_bytes(const NpyHeader& header, const std::string& where) {
    std::size_t bytes = header.type.size();
    // A zero anywhere makes the product small, so the other dimensions are checked without it.
    bool is_empty = false;
    for (const std::size_t dim : header.shape) {
        is_empty = is_empty || dim == 0;
        if (dim > 0 && (__builtin_mul_overflow(bytes, dim, &bytes) || bytes > (std::size_t{1} << 62))) {
            bad(where, "damaged .npy header: its shape has more values than any file can hold");
        }
    }
    return is_empty ? 0 : bytes;
}

void check_order(bool fortran_order, const ov::Shape& shape, const std::string& where) {
    const auto axes = std::count_if(shape.begin(), shape.end(), [](std::size_t dim) { return dim > 1; });
    if (fortran_order && axes > 1) {
        bad(where, "is stored in Fortran order; save numpy.ascontiguousarray(array) instead");
    }
}

class FileBytes : public ByteReader {
public:
    explicit FileBytes(const std::filesystem::path& path) : path_(path) {
        file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file_ < 0) {
            throw Error(ErrorCode::Io, path.string(), "cannot be opened: " + std::generic_category().message(errno));
        }
        const off_t end = ::lseek(file_, 0, SEEK_END);
        size_ = end < 0 ? 0 : static_cast<std::uint64_t>(end);
    }
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    ~FileBytes() override {
        ::close(file_);
    }

    std::uint64_t size() const override {
        return size_;
    }

    void read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        while (!out.empty()) {
            const ssize_t count = ::pread(file_, out.data(), out.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                throw Error(ErrorCode::Io, path_.string(), "cannot be read: " + std::generic_category().message(errno));
            }
            if (count == 0) {
                throw Error(ErrorCode::Io, path_.string(), "became shorter while it was being read");
            }
            offset += static_cast<std::uint64_t>(count);
            out = out.subspan(static_cast<std::size_t>(count));
        }
    }

private:
    std::filesystem::path path_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

class MemoryBytes : public ByteReader {
public:
    MemoryBytes(std::shared_ptr<const std::uint8_t[]> bytes, std::uint64_t size)
        : bytes_(std::move(bytes)), size_(size) {}

    std::uint64_t size() const override {
        return size_;
    }
    void read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (!out.empty()) {
            std::memcpy(out.data(), bytes_.get() + offset, out.size());
        }
    }

private:
    std::shared_ptr<const std::uint8_t[]> bytes_;
    std::uint64_t size_;
};

void reverse_values(std::uint8_t* bytes, std::size_t count, std::size_t width) {
    for (std::size_t i = 0; i < count; ++i) {
        std::reverse(bytes + i * width, bytes + (i + 1) * width);
    }
}

}  // namespace

std::string npy_type_name(const ov::element::Type& type) {
    for (const auto& [name, known] : kTypes) {
        if (known == type) {
            return (type.size() > 1 ? "<" : "|") + std::string(name);
        }
    }
    return {};
}

NpyHeader parse_npy_header(std::span<const std::uint8_t> prefix, std::uint64_t total, const std::string& where) {
    static constexpr std::string_view kMagic("\x93NUMPY", 6);
    if (prefix.size() < 12 || std::memcmp(prefix.data(), kMagic.data(), kMagic.size()) != 0) {
        bad(where, "is not an .npy array; save it with numpy.save");
    }
    const int version = prefix[6];
    if (version < 1 || version > 3) {
        bad(where, "is .npy format version " + std::to_string(version) + "; expected 1, 2 or 3");
    }
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    std::size_t length = 0;
    for (std::size_t i = length_bytes; i-- > 0;) {
        length = length << 8 | prefix[8 + i];
    }
    NpyHeader header;
    header.data_offset = 8 + length_bytes + length;
    if (header.data_offset > total) {
        bad(where, "is cut: it ends inside its header");
    }
    if (header.data_offset > prefix.size()) {
        bad(where, "has an .npy header of " + std::to_string(length) + " bytes; expected less than 64 KiB");
    }
    const std::string_view text(reinterpret_cast<const char*>(prefix.data()) + 8 + length_bytes, length);
    const auto fields = DictReader(text, where).read();
    if (!fields.descr || !fields.fortran_order || !fields.shape) {
        bad(where, "damaged .npy header; save the array again with numpy.save");
    }
    header.type = element_type(*fields.descr, where);
    header.swap_bytes = fields.descr->front() == '>' && header.type.size() > 1;
    header.shape = ov::Shape(*fields.shape);
    check_order(*fields.fortran_order, header.shape, where);
    header.data_bytes = checked_bytes(header, where);
    const std::uint64_t rest = total - header.data_offset;
    if (rest != header.data_bytes) {
        bad(where, std::string(rest < header.data_bytes ? "is cut" : "holds more than its array") + ": " +
                       ov::PartialShape(header.shape).to_string() + " of " + header.type.get_type_name() + " needs " +
                       std::to_string(header.data_bytes) + " bytes, got " + std::to_string(rest));
    }
    return header;
}

ByteReader::~ByteReader() = default;

std::shared_ptr<const ByteReader> open_bytes(const std::filesystem::path& path) {
    return std::make_shared<FileBytes>(path);
}

std::shared_ptr<const ByteReader> make_bytes(std::shared_ptr<const std::uint8_t[]> bytes, std::uint64_t size) {
    return std::make_shared<MemoryBytes>(std::move(bytes), size);
}

Array::Array(std::shared_ptr<const ByteReader> bytes, std::string where)
    : bytes_(std::move(bytes)), where_(std::move(where)) {
    std::vector<std::uint8_t> prefix(std::min<std::uint64_t>(bytes_->size(), kNpyHeaderLimit));
    bytes_->read(0, prefix);
    header_ = parse_npy_header(prefix, bytes_->size(), where_);
}

ov::Tensor Array::all() const {
    return read(header_.shape, 0);
}

ov::Tensor Array::row(std::size_t i) const {
    const ov::Shape shape(header_.shape.begin() + 1, header_.shape.end());
    return read(shape, i * (header_.data_bytes / header_.shape[0]));
}

ov::Tensor Array::read(const ov::Shape& shape, std::uint64_t first_byte) const {
    ov::Tensor tensor(header_.type, shape);
    auto* values = static_cast<std::uint8_t*>(tensor.data());
    bytes_->read(header_.data_offset + first_byte, {values, tensor.get_byte_size()});
    if (header_.swap_bytes) {
        reverse_values(values, tensor.get_size(), header_.type.size());
    }
    return tensor;
}

}  // namespace octet
