#include <spng.h>

#include "data/mask.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

/// A PNG of `pixels` (as the format packs them), with a palette that maps index i to a colour unlike i.
Bytes png(std::uint32_t width, std::uint32_t height, std::uint8_t bits, std::uint8_t colour, const Bytes& pixels) {
    spng_ctx* context = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_ihdr header{width, height, bits, colour, 0, 0, 0};
    spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(context, &header);
    if (colour == SPNG_COLOR_TYPE_INDEXED) {
        spng_plte palette{};
        palette.n_entries = 1U << bits;
        for (std::uint32_t i = 0; i < palette.n_entries; ++i) {
            palette.entries[i] = {static_cast<std::uint8_t>(255 - i), 7, 9, 255};
        }
        spng_set_plte(context, &palette);
    }
    EXPECT_EQ(spng_encode_image(context, pixels.data(), pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    std::size_t size = 0;
    int error = 0;
    auto* data = static_cast<std::uint8_t*>(spng_get_png_buffer(context, &size, &error));
    Bytes bytes(data, data + size);
    std::free(data);
    spng_ctx_free(context);
    return bytes;
}

using Values = std::vector<std::uint16_t>;

TEST(Mask, APalettesIndicesAreTheClasses) {
    const auto mask = parse_png_mask(png(3, 2, 8, SPNG_COLOR_TYPE_INDEXED, {0, 1, 2, 21, 255, 0}), "m.png");
    EXPECT_EQ(mask.width, 3u);
    EXPECT_EQ(mask.height, 2u);
    EXPECT_EQ(mask.values, (Values{0, 1, 2, 21, 255, 0}));
}

TEST(Mask, FewBitsAreNotStretched) {
    // Three pixels a row; what follows in the row's last byte is filling.
    EXPECT_EQ(parse_png_mask(png(3, 2, 1, SPNG_COLOR_TYPE_GRAYSCALE, {0b10100000, 0b01100000}), "m").values,
              (Values{1, 0, 1, 0, 1, 1}));
    EXPECT_EQ(parse_png_mask(png(3, 1, 2, SPNG_COLOR_TYPE_INDEXED, {0b11011000}), "m").values, (Values{3, 1, 2}));
    EXPECT_EQ(parse_png_mask(png(3, 1, 4, SPNG_COLOR_TYPE_GRAYSCALE, {0x5A, 0xF0}), "m").values, (Values{5, 10, 15}));
}

TEST(Mask, SixteenBitsAreRead) {
    const Values values{0, 300, 65535, 256};
    const auto mask = parse_png_mask(png(2, 2, 16, SPNG_COLOR_TYPE_GRAYSCALE, bytes_of(values)), "m.png");
    EXPECT_EQ(mask.values, values);
}

TEST(Mask, ColoursAndDamageAreRefused) {
    expect_error(
        [] {
            parse_png_mask(png(1, 1, 8, SPNG_COLOR_TYPE_TRUECOLOR, {1, 2, 3}), "m.png");
        },
        ErrorCode::InvalidData, {"m.png", "in colour"});
    const Bytes whole = png(3, 2, 8, SPNG_COLOR_TYPE_GRAYSCALE, {0, 1, 2, 3, 4, 5});
    for (const std::size_t size : {std::size_t{0}, std::size_t{8}, std::size_t{30}, whole.size() - 20}) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        expect_error([&] { parse_png_mask(cut, "m.png"); }, ErrorCode::InvalidData, {"m.png", "no PNG"});
    }
}

TEST(Mask, ArraysAndFilesAreReadByTheirExtension) {
    const TempFolder folder;
    write(folder / "a.npy", npy<std::int32_t>("<i4", "(2, 3)", {0, 1, 2, 3, 4, 255}));
    const auto mask = read_mask(folder / "a.npy");
    EXPECT_EQ(mask.width, 3u);
    EXPECT_EQ(mask.values, (Values{0, 1, 2, 3, 4, 255}));
    write(folder / "b.npy", npy<std::int32_t>("<i4", "(1, 2)", {0, -1}));
    expect_error([&] { read_mask(folder / "b.npy"); }, ErrorCode::InvalidData, {"b.npy", "-1"});
    write(folder / "c.npy", npy<float>("<f4", "(1, 2)", {0, 1}));
    expect_error([&] { read_mask(folder / "c.npy"); }, ErrorCode::InvalidData, {"c.npy", "integers"});
    expect_error([&] { read_mask(folder / "d.jpg"); }, ErrorCode::InvalidData, {"d.jpg", "PNG"});
    expect_error([&] { read_mask(folder / "d.png"); }, ErrorCode::Io, {"d.png"});
}

}  // namespace
}  // namespace octet
