#include <numeric>
#include <random>
#include <thread>

#include "data/npz.hpp"
#include "support.hpp"

namespace octet {
namespace {

using namespace test;

const Bytes kOne = npy<float>("<f4", "(2, 2)", {1, 2, 3, 4});
const Bytes kTwo = npy<std::int64_t>("<i8", "(2,)", {5, 6});

Bytes contents(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class NpzPacking : public testing::TestWithParam<bool> {};

TEST_P(NpzPacking, GivesEveryArray) {
    const TempFolder folder;
    write_npz(folder / "a.npz", {{"x.npy", kOne}, {"group/y:0.npy", kTwo}, {"notes.txt", {'h', 'i'}}}, GetParam());
    const Npz npz = Npz::open(folder / "a.npz");
    EXPECT_EQ(npz.names(), (std::vector<std::string>{"group/y:0", "x"}));
    EXPECT_EQ(values<float>(npz.array("x").all()), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(values<std::int64_t>(npz.array("group/y:0").row(1)), (std::vector<std::int64_t>{6}));
}

TEST_P(NpzPacking, ArraysOutliveTheArchiveAndAreReadFromSeveralThreads) {
    const TempFolder folder;
    std::vector<float> numbers(64 * 1000);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<float>(i);
    }
    write_npz(folder / "a.npz", {{"x.npy", npy("<f4", "(64, 1000)", numbers)}}, GetParam());
    const Array array = Npz::open(folder / "a.npz").array("x");
    std::vector<std::thread> threads;
    std::vector<int> wrong(4, 0);
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 64; ++i) {
                const std::size_t row = (i * 7 + t * 13) % 64;
                wrong[t] += values<float>(array.row(row))[999] != static_cast<float>(row * 1000 + 999);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, (std::vector<int>(4, 0)));
}

/// As for the .npy: any damage is read or refused. Offsets, sizes and counts of the archive are hit too.
TEST_P(NpzPacking, DamagedFilesAreReadOrRefused) {
    const TempFolder folder;
    write_npz(folder / "a.npz", {{"x.npy", kOne}, {"y.npy", kTwo}}, GetParam());
    const Bytes good = contents(folder / "a.npz");
    std::mt19937 random(21);
    std::size_t read = 0;
    for (int round = 0; round < 4000; ++round) {
        Bytes bytes = good;
        for (unsigned change = random() % 4; change-- > 0;) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        if (random() % 8 == 0) {
            bytes.resize(random() % (bytes.size() + 16));
        }
        try {
            const Npz npz = Npz::open(bytes, "a.npz");
            for (const auto& name : npz.names()) {
                npz.array(name).all();
                ++read;
            }
        } catch (const Error& error) {
            ASSERT_EQ(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidData)) << error.what();
        }
    }
    EXPECT_GT(read, 0U);
}

INSTANTIATE_TEST_SUITE_P(Packing, NpzPacking, testing::Bool(),
                         [](const auto& packing) { return packing.param ? "Deflated" : "Stored"; });

TEST(Npz, RefusesWhatItCannotRead) {
    const TempFolder folder;
    write(folder / "text.npz", "no archive at all");
    write_npz(folder / "other.npz", {{"notes.txt", {'h', 'i'}}});
    write_npz(folder / "cut.npz", {{"x.npy", Bytes(kOne.begin(), kOne.end() - 1)}}, true);
    write_npz(folder / "hollow.npz", {{"x.npy", {}}});
    write(folder / "empty.npz", "");
    expect_error([&] { Npz::open(folder / "missing.npz"); }, ErrorCode::Io, {"missing.npz", "No such file"});
    expect_error([&] { Npz::open(folder / "text.npz"); }, ErrorCode::InvalidData, {"text.npz", "as an .npz"});
    expect_error([&] { Npz::open(folder / "other.npz"); }, ErrorCode::InvalidData, {"other.npz", "no .npy array"});
    expect_error([&] { Npz::open(folder / "empty.npz"); }, ErrorCode::InvalidData, {"empty.npz"});
    expect_error([&] { Npz::open(folder / "hollow.npz").array("x"); }, ErrorCode::InvalidData, {"[x]", "is empty"});
    expect_error([&] { Npz::open(folder / "cut.npz").array("x"); }, ErrorCode::InvalidData, {"cut.npz[x]", "is cut"});
}

TEST(Npz, ChecksTheChecksumOfADeflatedArray) {
    const TempFolder folder;
    write_npz(folder / "a.npz", {{"x.npy", kOne}}, true);
    Bytes bytes = contents(folder / "a.npz");
    bytes[14] ^= 0xFF;  // in the local header; the directory's is what counts, so hit that too
    for (std::size_t i = 4; i + 20 < bytes.size(); ++i) {
        if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
            bytes[i + 16] ^= 0xFF;
        }
    }
    expect_error([&] { Npz::open(bytes, "a.npz").array("x"); }, ErrorCode::InvalidData, {"a.npz[x]", "unpacked"});
}

TEST(Npz, DoesNotBelieveASizeThatDeflateCannotReach) {
    const TempFolder folder;
    write_npz(folder / "a.npz", {{"x.npy", kOne}}, true);
    Bytes bytes = contents(folder / "a.npz");
    for (std::size_t i = 4; i + 28 < bytes.size(); ++i) {
        if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
            bytes[i + 27] = 0x70;  // uncompressed size: 1.8 GB
        }
    }
    expect_error([&] { Npz::open(bytes, "a.npz").array("x"); }, ErrorCode::InvalidData, {"a.npz[x]", "claims"});
}

TEST(NpzWriting, IsReadBackAndAlwaysTheSameBytes) {
    ov::Tensor matrix(ov::element::f32, {2, 3}), number(ov::element::i64, {}), flags(ov::element::boolean, {5});
    std::iota(matrix.data<float>(), matrix.data<float>() + 6, 0.5F);
    *number.data<std::int64_t>() = -7;
    std::fill_n(flags.data<char>(), 5, 1);
    const std::vector<NamedArray> arrays{{"group/x", matrix}, {"n", number}, {"f", flags}};
    const auto bytes = pack_npz(arrays, "test");
    EXPECT_EQ(bytes, pack_npz(arrays, "test"));
    const Npz npz = Npz::open(bytes, "test");
    EXPECT_EQ(npz.names(), (std::vector<std::string>{"f", "group/x", "n"}));
    EXPECT_EQ(values<float>(npz.array("group/x").row(1)), (std::vector<float>{3.5F, 4.5F, 5.5F}));
    EXPECT_EQ(npz.array("n").header().shape, ov::Shape{});
    EXPECT_EQ(values<std::int64_t>(npz.array("n").all()), (std::vector<std::int64_t>{-7}));
    EXPECT_EQ(npz.array("f").header().type, ov::element::boolean);
    EXPECT_EQ(npz.array("f").header().data_offset % 64, 0U);
}

TEST(NpzWriting, RefusesATypeThatNumpyDoesNotHave) {
    EXPECT_THROW(pack_npz({{"x", ov::Tensor(ov::element::bf16, {1})}}, "test"), Error);
}

}  // namespace
}  // namespace octet
