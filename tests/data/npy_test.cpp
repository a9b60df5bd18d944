#include <random>

#include "data/npy.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

Array array_of(const Bytes& bytes) {
    std::shared_ptr<std::uint8_t[]> memory(new std::uint8_t[bytes.size() + 1]);
    std::copy(bytes.begin(), bytes.end(), memory.get());
    return Array(make_bytes(memory, bytes.size()), "a.npy");
}

TEST(Npy, ReadsEveryPlainType) {
    struct Case {
        std::string descr;
        ov::element::Type type;
    };
    for (const auto& [descr, type] : std::vector<Case>{{"<f2", ov::element::f16},
                                                       {"<f4", ov::element::f32},
                                                       {"<f8", ov::element::f64},
                                                       {"|i1", ov::element::i8},
                                                       {"<i2", ov::element::i16},
                                                       {"<i4", ov::element::i32},
                                                       {"<i8", ov::element::i64},
                                                       {"|u1", ov::element::u8},
                                                       {"<u2", ov::element::u16},
                                                       {"<u4", ov::element::u32},
                                                       {"<u8", ov::element::u64},
                                                       {"|b1", ov::element::boolean}}) {
        const Array array = array_of(raw_npy(npy_header(descr, "(3, 2)"), Bytes(6 * type.size())));
        EXPECT_EQ(array.header().type, type) << descr;
        EXPECT_EQ(array.header().shape, (ov::Shape{3, 2})) << descr;
    }
}

TEST(Npy, RowIsTheSampleAndAllIsTheArray) {
    const Array array = array_of(npy<std::int32_t>("<i4", "(2, 3)", {1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(values<std::int32_t>(array.row(1)), (std::vector<std::int32_t>{4, 5, 6}));
    EXPECT_EQ(array.row(1).get_shape(), (ov::Shape{3}));
    EXPECT_EQ(values<std::int32_t>(array.all()), (std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, SwapsBigEndianValues) {
    const Array array = array_of(raw_npy(npy_header(">i2", "(2,)"), {0x01, 0x02, 0xFF, 0xFE}));
    EXPECT_EQ(values<std::int16_t>(array.all()), (std::vector<std::int16_t>{0x0102, -2}));
    EXPECT_EQ(array.row(1).get_shape(), ov::Shape{});
    EXPECT_EQ(values<std::int16_t>(array.row(1)), (std::vector<std::int16_t>{-2}));
}

TEST(Npy, TakesWhatOtherWritersWrite) {
    const std::vector<std::pair<std::string, int>> headers{
        {"{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"<i2\"}", 1},
        {"{'descr': '<i2', 'fortran_order': True, 'shape': (2,), }", 2},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (2 ,)} ", 3},
        {"{ 'descr' : 'i2', 'fortran_order' : True, 'shape' : (1, 2, 1)}", 1},
    };
    for (const auto& [header, version] : headers) {
        const Array array = array_of(raw_npy(header, bytes_of<std::int16_t>({7, -8}), version));
        EXPECT_EQ(values<std::int16_t>(array.all()), (std::vector<std::int16_t>{7, -8})) << header;
    }
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
    EXPECT_EQ(values<float>(array_of(npy<float>("<f4", "()", {1.5F})).all()), (std::vector<float>{1.5F}));
    EXPECT_EQ(array_of(raw_npy(npy_header("<f4", "(0, 5)"), {})).all().get_size(), 0U);
}

TEST(Npy, RefusesWhatItCannotRead) {
    struct Case {
        std::string what;
        Bytes bytes;
        std::vector<std::string> says;
    };
    const Bytes four(4);
    const std::vector<Case> cases{
        {"nothing", {}, {"a.npy", "is not an .npy array"}},
        {"another format", Bytes(64, 'x'), {"is not an .npy array"}},
        {"future version", raw_npy(npy_header("<f4", "(1,)"), four, 9), {"version 9"}},
        {"cut header", Bytes{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0xFF, 0x70, '{', '\''}, {"is cut", "header"}},
        {"endless header", raw_npy(std::string(100000, ' '), four, 2), {"64 KiB"}},
        {"cut data", raw_npy(npy_header("<f4", "(2, 3)"), Bytes(20)), {"is cut", "24 bytes", "20"}},
        {"more data", raw_npy(npy_header("<f4", "(2,)"), Bytes(12)), {"holds more", "8 bytes", "12"}},
        {"product overflows", raw_npy(npy_header("<f4", "(4294967296, 4294967296)"), four), {"damaged .npy header"}},
        {"product wraps to what is there", raw_npy(npy_header("<f4", "(4611686018427387905,)"), four), {"damaged"}},
        {"overflow hidden by zero", raw_npy(npy_header("<f4", "(0, 9223372036854775807, 9)"), {}), {"damaged"}},
        {"dimension beyond 64 bits", raw_npy(npy_header("<f4", "(99999999999999999999,)"), four), {"damaged"}},
        {"negative dimension", raw_npy(npy_header("<f4", "(-1,)"), four), {"damaged .npy header"}},
        {"fraction", raw_npy(npy_header("<f4", "(1.0,)"), four), {"damaged .npy header"}},
        {"no shape", raw_npy("{'descr': '<f4', 'fortran_order': False}", four), {"damaged .npy header"}},
        {"unknown key", raw_npy("{'descr': '<f4', 'x': False}", four), {"damaged .npy header"}},
        {"no dictionary", raw_npy("[]", four), {"damaged .npy header"}},
        {"open string", raw_npy("{'descr", four), {"damaged .npy header"}},
        {"Fortran order", raw_npy(npy_header("<f4", "(1, 2, 2)", true), Bytes(16)), {"Fortran", "ascontiguousarray"}},
        {"objects", raw_npy(npy_header("|O", "(1,)"), four), {"'|O'", "expected floats"}},
        {"text", raw_npy(npy_header("<U3", "(1,)"), four), {"'<U3'"}},
        {"complex", raw_npy(npy_header("<c8", "(1,)"), Bytes(8)), {"'<c8'"}},
        {"no type", raw_npy(npy_header("", "(1,)"), four), {"numpy type ''"}},
        {"records", raw_npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", four), {"records"}},
    };
    for (const auto& test : cases) {
        SCOPED_TRACE(test.what);
        expect_error([&] { array_of(test.bytes); }, ErrorCode::InvalidData, test.says);
    }
}

/// The bounded cousin of the fuzzer: any damage to a good file is read whole or refused.
TEST(Npy, DamagedFilesAreReadOrRefused) {
    std::mt19937 random(20);
    const Bytes good = npy<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6});
    const std::string alphabet = "{}'\",:()0123456789<>|=fiubFTLrue \n\x93";
    std::size_t read = 0;
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes = good;
        for (unsigned change = random() % 4; change-- > 0;) {
            // Mostly within the header, where a byte has a meaning.
            auto& byte = bytes[random() % std::min<std::size_t>(bytes.size(), 90)];
            byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random())
                                     : static_cast<std::uint8_t>(alphabet[random() % alphabet.size()]);
        }
        if (random() % 8 == 0) {
            bytes.resize(random() % (bytes.size() + 16));
        }
        try {
            const Array array = array_of(bytes);
            EXPECT_LE(array.all().get_byte_size(), bytes.size());
            ++read;
        } catch (const Error& error) {
            ASSERT_EQ(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidData));
        }
    }
    EXPECT_GT(read, 0U);
}

}  // namespace
}  // namespace octet
