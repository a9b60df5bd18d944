#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <openvino/core/shape.hpp>
#include <openvino/core/type/element_type.hpp>
#include <openvino/runtime/tensor.hpp>

namespace octet {

/// What stands before the values of an .npy (numpy's format, versions 1 to 3).
struct NpyHeader {
    ov::element::Type type;   ///< f16, f32, f64, i8..i64, u8..u64 or boolean
    bool swap_bytes = false;  ///< values are big-endian
    ov::Shape shape;
    std::size_t data_offset = 0;  ///< bytes before the first value
    std::size_t data_bytes = 0;   ///< bytes of all values
};

/// The most bytes of a file that parse_npy_header() may need.
inline constexpr std::size_t kNpyHeaderLimit = 1 << 16;

/// Parses the header in `prefix`, the first bytes of an .npy of `total` bytes (all of them, or kNpyHeaderLimit).
/// Throws Error(InvalidData) at `where`: not an .npy, cut, a type that is no plain number, Fortran order, or a shape
/// that does not fill exactly the rest of the file.
NpyHeader parse_npy_header(std::span<const std::uint8_t> prefix, std::uint64_t total, const std::string& where);

/// numpy's name of a type, little-endian, such as "<f4"; empty for one that it does not have.
std::string npy_type_name(const ov::element::Type& type);

/// Bytes that can be read at any offset, from several threads at once.
class ByteReader {
public:
    virtual ~ByteReader();
    virtual std::uint64_t size() const = 0;
    /// Fills `out` from `offset`; offset + out.size() <= size(). Throws Error(Io or InvalidData).
    virtual void read(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

/// Reads `path` with pread. Throws Error(Io) where the file cannot be opened.
std::shared_ptr<const ByteReader> open_bytes(const std::filesystem::path& path);

/// Reads from memory.
std::shared_ptr<const ByteReader> make_bytes(std::shared_ptr<const std::uint8_t[]> bytes, std::uint64_t size);

/// An .npy whose values stay where they are until asked for.
class Array {
public:
    /// Throws Error as parse_npy_header() does; `where` names the file (and the member) in messages.
    Array(std::shared_ptr<const ByteReader> bytes, std::string where);

    const NpyHeader& header() const {
        return header_;
    }
    const std::string& where() const {
        return where_;
    }

    /// All values, shape as in the header.
    ov::Tensor all() const;

    /// a[i]: shape without the first axis. Needs at least one axis and i < shape[0].
    ov::Tensor row(std::size_t i) const;

private:
    ov::Tensor read(const ov::Shape& shape, std::uint64_t first_byte) const;

    std::shared_ptr<const ByteReader> bytes_;
    std::string where_;
    NpyHeader header_;
};

}  // namespace octet
