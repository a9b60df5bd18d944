// Any bytes taken as an .npy are read whole or refused with an octet::Error; nothing else comes out, and no more memory
// is asked for than the file has bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "octet/error.hpp"

#include "data/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::shared_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
    if (size != 0) {
        std::memcpy(bytes.get(), data, size);
    }
    try {
        const octet::Array array(octet::make_bytes(bytes, size), "fuzz.npy");
        array.all();
        const auto& shape = array.header().shape;
        if (!shape.empty() && shape[0] != 0) {
            array.row(0);
            array.row(shape[0] - 1);
        }
    } catch (const octet::Error&) {
    }
    return 0;
}
