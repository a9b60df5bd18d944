#include "data/mask.hpp"

#include <cstring>
#include <memory>

#include <spng.h>

#include "octet/error.hpp"

#include "base/text.hpp"
#include "data/convert.hpp"
#include "data/npy.hpp"

namespace octet {
namespace {

constexpr std::uint32_t kLongestSide = 1U << 20;
constexpr std::size_t kMostPixels = std::size_t{1} << 27;
constexpr std::size_t kLargestChunk = std::size_t{1} << 24;  // of what stands beside the pixels
constexpr std::size_t kChunkMemory = std::size_t{1} << 25;

using Context = std::unique_ptr<spng_ctx, void (*)(spng_ctx*)>;

[[noreturn]] void refuse(const std::string& where, const std::string& message) {
    throw Error(ErrorCode::InvalidData, where, message);
}

void check(int code, const std::string& where) {
    if (code != 0) {
        refuse(where, std::string("is no PNG that can be read: ") + spng_strerror(code));
    }
}

/// The pixels of one row, `bits` each; more than 8 are in the machine's order.
void unpack_row(const std::uint8_t* row, unsigned bits, std::size_t width, std::uint16_t* out) {
    if (bits == 16) {
        std::memcpy(out, row, 2 * width);
        return;
    }
    const unsigned mask = (1U << bits) - 1;
    for (std::size_t x = 0; x < width; ++x) {
        const std::size_t bit = x * bits;
        out[x] = static_cast<std::uint16_t>(row[bit / 8] >> (8 - bits - bit % 8) & mask);
    }
}

void check_header(const spng_ihdr& header, const std::string& where) {
    if (header.color_type != SPNG_COLOR_TYPE_GRAYSCALE && header.color_type != SPNG_COLOR_TYPE_INDEXED) {
        refuse(where, "is a PNG in colour or with transparency; expected grey or a palette, whose values are classes");
    }
    if (std::size_t{header.width} * header.height > kMostPixels) {
        refuse(where, "is too large for a mask: " + std::to_string(header.width) + " x " +
                          std::to_string(header.height) + " pixels");
    }
}

Mask read_array_mask(const std::filesystem::path& path) {
    const std::string where = path.string();
    const Array array(open_bytes(path), where);
    const auto& shape = array.header().shape;
    if (!array.header().type.is_integral_number() || shape.size() != 2 || ov::shape_size(shape) == 0) {
        refuse(where,
               "expected integers [height, width], got " + describe(array.header().type, ov::PartialShape(shape)));
    }
    Mask mask{shape[1], shape[0], std::vector<std::uint16_t>(ov::shape_size(shape))};
    ov::Tensor values(ov::element::u16, shape, mask.values.data());
    if (const auto bad = convert(array.all(), values)) {
        refuse(where, "expected classes from 0 to 65535, got " + bad->text);
    }
    return mask;
}

}  // namespace

Mask parse_png_mask(std::span<const std::uint8_t> bytes, const std::string& where) {
    const Context context(spng_ctx_new(0), spng_ctx_free);
    if (!context) {
        throw std::bad_alloc();
    }
    spng_ctx* png = context.get();
    spng_ihdr header{};
    std::size_t size = 0;
    check(spng_set_image_limits(png, kLongestSide, kLongestSide), where);
    check(spng_set_chunk_limits(png, kLargestChunk, kChunkMemory), where);
    check(spng_set_png_buffer(png, bytes.data(), bytes.size()), where);
    check(spng_get_ihdr(png, &header), where);
    check_header(header, where);
    check(spng_decoded_image_size(png, SPNG_FMT_PNG, &size), where);
    std::vector<std::uint8_t> pixels(size);
    check(spng_decode_image(png, pixels.data(), size, SPNG_FMT_PNG, 0), where);

    Mask mask{header.width, header.height, std::vector<std::uint16_t>(std::size_t{header.width} * header.height)};
    for (std::size_t y = 0; y < mask.height; ++y) {
        unpack_row(pixels.data() + y * (size / mask.height), header.bit_depth, mask.width,
                   mask.values.data() + y * mask.width);
    }
    return mask;
}

Mask read_mask(const std::filesystem::path& path) {
    const std::string extension = lower_case(path.extension().string());
    if (extension == ".npy") {
        return read_array_mask(path);
    }
    if (extension != ".png") {
        refuse(path.string(), "is no mask that can be read; expected a PNG or an .npy");
    }
    const auto file = open_bytes(path);
    if (file->size() > kMostPixels * 4) {
        refuse(path.string(), "is too large for a mask");
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file->size()));
    file->read(0, bytes);
    return parse_png_mask(bytes, path.string());
}

}  // namespace octet
